"""Numbers that a text gives, with what they count: digits of every script, words for numbers, powers of ten, units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claims.matching.facts.lexicon import FactLexicon
from claims.matching.facts.units import DIMENSIONS, Units

#: What a number counts where nothing is said.
PLAIN = ""

_SIGNS = {
    "%": " percent ", "٪": " percent ", "％": " percent ", "€": " eur ", "$": " usd ", "£": " gbp ", "₹": " inr ",
    "¥": " jpy ", "￥": " jpy ", "₩": " krw ", "₽": " rub ", "₺": " try ", "₪": " ils ", "₴": " uah ",
    "½": " 0.5 ", "°C": " celsius ", "℃": " celsius ", "°F": " fahrenheit ",
}  # fmt: skip
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)))
#: Names that end or begin with a number: COVID-19, F-16, G20, 5G.
_PART_OF_NAME = re.compile(
    r"(?<![\w$])(?!(?:usd|eur|gbp|inr|rs|us)\b)[A-Za-z\u0400-\u04ff]+-?\d+(?:-\d+)*(?![\w%])|\b[2-6]G\b",
    re.IGNORECASE,
)
_RUPEES = re.compile(r"\brs\.?\s?(?=\d)", re.IGNORECASE)
_SPACED_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d])")
_NOT = re.compile(r"n['’]t\b", re.IGNORECASE)
_RATIO = re.compile(r"^(\d+)$")

_CJK_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
    "壱": 1,
}
_CJK_SMALL = {"十": 10, "百": 100, "千": 1000, "십": 10, "백": 100, "천": 1000}
_CJK_LARGE = {
    "万": 10**4,
    "萬": 10**4,
    "만": 10**4,
    "億": 10**8,
    "亿": 10**8,
    "억": 10**8,
    "兆": 10**12,
    "조": 10**12,
}
_CJK_DIGITS |= dict(zip("일이삼사오육칠팔구", range(1, 10), strict=True))
_CJK_COUNTERS = "人名個个歳岁元円年月日倍割回度条件票所国只頭頭校명년원세살개배회"
_CJK = re.compile(
    r"(?:\d+(?:\.\d+)?\s?[十百千万萬億亿兆십백천만억조]+)+"
    r"|[〇零一二三四五六七八九十百千万萬億亿兆两兩]{2,}(?:\d+[十百千万億亿]*)?"
    rf"|[一二三四五六七八九十百千两兩](?=[{_CJK_COUNTERS}パ])"
    r"|(?<![가-힣])[일이삼사오육칠팔구십백천만억조]{2,}(?=[명년원세살개배회])"
)
_CJK_PIECE = re.compile(r"\d+(?:\.\d+)?|.")
_CJK_PERCENT = re.compile(r"百分之([〇零一二三四五六七八九十百]+|\d+(?:\.\d+)?)")

_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_LIKELY_YEARS = range(1700, 2100)


#: Longer rows of digits are no quantities; as numbers they would have no end.
GREATEST = 1e30


@dataclass(frozen=True)
class Quantity:
    """So many of something.

    Attributes:
        value: in the first unit of its dimension, so that 2 hours are 120 minutes.
        amount: of the unit that the text has.
        dimension: `length`, `percent`, `USD`, `people`; empty where the text names no unit.
        written: as the text has it, for people.
        counted: the word behind a number without a unit: 5000 `sheep`.
        place: of its first word.
    """

    value: float
    amount: float
    dimension: str
    written: str
    counted: str
    place: int
    may_be_year: bool = False

    @property
    def is_as_written(self) -> bool:
        """Whether the text has it in the first unit of its dimension, so that it was not converted."""
        return self.value == self.amount

    @property
    def exactness(self) -> int:
        """How many digits it is given with, zeros at the end not counted: 850,000 with two, 3.25 with three."""
        return len(f"{abs(self.amount):.6f}".replace(".", "").strip("0"))


def with_plain_numbers(text: str) -> str:
    """The text with signs as words, East Asian numerals as digits, and without numbers that belong to names."""
    text = _NOT.sub(" not", text)
    text = _CJK_PERCENT.sub(lambda match: f" {_cjk_value(match[1]):g} percent ", text)
    text = _CJK.sub(lambda match: f" {_plain(_cjk_value(match.group()))} ", text)
    text = _RUPEES.sub(" inr ", text)
    text = _PART_OF_NAME.sub(lambda match: re.sub(r"\d", "", match.group()).strip("-") + " ", text)
    text = _SIGN.sub(lambda match: _SIGNS[match.group()], text)
    return _SPACED_THOUSANDS.sub(lambda match: match[1] + match[2].replace(" ", ""), text)


def numbered_names(text: str) -> dict[str, dict[str, str]]:
    """Names with a number at either end (F-16, COVID-19, 5G), as written, by their letters and their numbers."""
    found: dict[str, dict[str, str]] = {}
    for match in _PART_OF_NAME.finditer(text):
        letters = re.sub(r"[\d-]", "", match.group()).lower()
        found.setdefault(letters, {})[re.sub(r"\D+", " ", match.group()).strip()] = match.group()
    return found


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:f}".rstrip("0")


def _cjk_value(written: str) -> float:
    """三万二千 → 32000, 2.5億 → 250000000, 一九九五 → 1995."""
    pieces = _CJK_PIECE.findall(written.replace(" ", ""))
    if len(pieces) > 1 and all(piece in _CJK_DIGITS for piece in pieces):
        return min(float("".join(str(_CJK_DIGITS[piece]) for piece in pieces)), GREATEST)
    total = section = 0.0
    digit: float | None = None
    for piece in pieces:
        if piece in _CJK_LARGE:
            section += digit or 0
            total = (
                (total + (section or 1)) * _CJK_LARGE[piece]
                if total < 1
                else total + (section or 1) * _CJK_LARGE[piece]
            )
            section, digit = 0.0, None
        elif piece in _CJK_SMALL:
            section += (1 if digit is None else digit) * _CJK_SMALL[piece]
            digit = None
        else:
            digit = float(_CJK_DIGITS.get(piece, 0)) if piece in _CJK_DIGITS else min(float(piece), GREATEST)
    return min(total + section + (digit or 0), GREATEST)


def quantities(
    words: Sequence[str], lexicon: FactLexicon, units: Units, *, taken: set[int]
) -> tuple[list[Quantity], set[int]]:
    """What the text counts, and the years that it names; `taken` are places that dates have already explained."""
    reading = _Reading(words, lexicon, units, taken)
    reading.read()
    return reading.found, reading.years


class _Reading:
    """One pass over the words of a text."""

    def __init__(self, words: Sequence[str], lexicon: FactLexicon, units: Units, taken: set[int]) -> None:
        self.words, self.lexicon, self.units, self.taken = words, lexicon, units, taken
        self.is_joined = lexicon.is_unspaced or lexicon.language == "ko"
        self.found: list[Quantity] = []
        self.years: set[int] = set()

    def read(self) -> None:
        place = 0
        while place < len(self.words):
            if place in self.taken:
                place += 1
            elif number := self._number(place):
                place = self._quantity(number[0], place, number[1])
            else:
                self._ordinal(place)
                place += 1

    def _ordinal(self, place: int) -> None:
        """The fourth meeting: a number that counts no unit, so that a fourth day is not four days."""
        word = self.words[place]
        if value := self.lexicon.ordinals.get(word):
            counted = self.words[place + 1] if place + 1 < len(self.words) else ""
            self.found.append(Quantity(value, value, PLAIN, word, counted, place))

    def _number(self, place: int) -> tuple[float, int] | None:
        """The number that begins here, and where it ends."""
        word = self.words[place]
        if word[0].isascii() and word[0].isdigit():
            value, end = min(float(word), GREATEST), place + 1
        else:
            spelt = self._spelt(place)
            if spelt is None:
                return None
            value, end = spelt
        while end < len(self.words):
            power = self.lexicon.numbers.get(self.words[end], 0)
            if power < 100 or (power < value and power < 1000):
                break
            value, end = value * power, end + 1
        return value, end

    def _spelt(self, place: int) -> tuple[float, int] | None:
        """fifty-five thousand; zweiundzwanzig."""
        total, current, end = 0.0, 0.0, place
        numbers = self.lexicon.numbers
        while end < len(self.words):
            word = self.words[end]
            value = numbers.get(word)
            if value is None:
                value = self._compound(word)
            if value is None and self._is_one(end, behind=current):
                value = 1.0
            if value is None:
                if (
                    word in self.lexicon.joins
                    and end > place
                    and end + 1 < len(self.words)
                    and (self.words[end + 1] in numbers or self._is_one(end + 1, behind=current))
                ):
                    end += 1
                    continue
                break
            if value >= 1000:
                total, current = total + (current or 1) * value, 0.0
            elif value == 100:
                current = (current or 1) * value
            elif current and current % 100 and value >= current % 100 and value < 100 and current % 10:
                break
            else:
                current += value
            end += 1
        return (total + current, end) if end > place else None

    def _is_one(self, place: int, *, behind: float) -> bool:
        """Whether an article counts: twenty-one, and one of them, whom another number of them is none of."""
        if place >= len(self.words) or self.words[place] not in self.lexicon.one:
            return False
        is_behind_tens = behind % 100 >= 20 and behind % 10 == 0
        next_word = self.words[place + 1] if place + 1 < len(self.words) else ""
        return is_behind_tens or (not behind and next_word in self.lexicon.ratio)

    def _compound(self, word: str) -> float | None:
        """Of a word made of number words: fünfhundert, ventidue, zweiundzwanzig."""
        if (
            len(word) < 7
            or not word.isalpha()
            or self.lexicon.language not in {"de", "nl", "it", "fi", "hu", "sv"}
        ):
            return None
        rest, total, current = word, 0.0, 0.0
        while rest:
            piece = next(
                (
                    rest[:n]
                    for n in range(len(rest), 1, -1)
                    if rest[:n] in self.lexicon.numbers or rest[:n] in self.lexicon.joins
                ),
                None,
            )
            if piece is None:
                return None
            value = self.lexicon.numbers.get(piece, 1.0 if piece in {"ein", "een"} else 0.0)
            if value >= 1000:
                total, current = total + (current or 1) * value, 0.0
            elif value == 100:
                current = (current or 1) * value
            else:
                current += value
            rest = rest[len(piece) :]
        return total + current or None

    def _quantity(self, value: float, place: int, end: int) -> int:
        unit, after = self._unit(place, end)
        if ratio := self._ratio(value, end):
            value, end, unit, after = ratio[0], ratio[1], ("percent", 1.0), ratio[1]
        written = " ".join(self.words[place : max(after, end)])
        counted = self.words[end] if unit is None and end < len(self.words) else ""
        digits = self.words[place]
        is_bare = end == place + 1 and len(digits) == 4 and digits.isdigit()
        if is_bare and _FIRST_YEAR <= value <= _LAST_YEAR and self._is_year(value, unit, after - end):
            self.years.add(int(value))
        dimension, factor = unit or (PLAIN, 1.0)
        may_be_year = is_bare and int(value) in self.years
        if not (may_be_year and unit is not None):
            self.found.append(
                Quantity(
                    value * factor,
                    value,
                    dimension if not may_be_year else PLAIN,
                    written,
                    counted,
                    place,
                    may_be_year,
                )
            )
        return max(after, end)

    def _is_year(self, value: float, unit: tuple[str, float] | None, _length: int) -> bool:
        if unit is None:
            return int(value) in _LIKELY_YEARS
        return unit == DIMENSIONS["year"]  # 2018年, 2018 год

    def _ratio(self, value: float, end: int) -> tuple[float, int] | None:
        """Nine out of ten, as percent."""
        if value != int(value):
            return None
        for length in (3, 2, 1):
            between = " ".join(self.words[end : end + length])
            if between in self.lexicon.ratio and end + length < len(self.words):
                number = self._number(end + length)
                if (
                    number
                    and 1 < number[0] <= 1000
                    and value < number[0]
                    and number[0] in {3, 4, 5, 10, 20, 100, 1000}
                ):
                    return 100 * value / number[0], number[1]
        return None

    def _unit(self, place: int, end: int) -> tuple[tuple[str, float] | None, int]:
        """What is counted: behind the number (one small word may stand between), or before it."""
        lexicon, words = self.lexicon, self.words
        for start in (end, end + 1):
            if start < len(words) and (start == end or len(words[end]) <= 2):
                if own := lexicon.units.get(words[start]):
                    dimension, size = DIMENSIONS.get(own[1], (own[1], 1.0))
                    return (dimension, size * own[0]), start + 1
                if unit := self.units.at(words, start, is_joined=self.is_joined):
                    return unit[:2], start + unit[2]
                if self.is_joined and (named := self._own_unit_within(words[start])):
                    return named, start + 1
        if (
            place
            and (unit := self.units.at(words, place - 1))
            and unit[2] == 1
            and unit[0] in _MAY_STAND_BEFORE
        ):
            return unit[:2], end
        return None, end

    def _own_unit_within(self, word: str) -> tuple[str, float] | None:
        for length in range(len(word), 0, -1):
            if own := self.lexicon.units.get(word[:length]):
                dimension, size = DIMENSIONS.get(own[1], (own[1], 1.0))
                return dimension, size * own[0]
        return None


_MAY_STAND_BEFORE = {
    "percent", "USD", "EUR", "GBP", "INR", "JPY", "CNY", "KRW", "RUB", "TRY", "ILS", "UAH", "BRL", "IDR", "CHF",
}  # fmt: skip
