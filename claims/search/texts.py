"""Normal forms of texts, for comparison and for search (by language, and in scripts without spaces)."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

#: PostgreSQL's stemmers by language (ISO 639-1). For each, the migration creates a text search configuration
#: `factcheck_<tag>` that also ignores accents; texts in other languages are searched word by word, unstemmed.
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Languages whose inflection is similar enough to use another language's stemmer.
_STEMMER_LANGUAGES = {"bs": "sr", "hr": "sr", "nb": "no", "nn": "no", "sh": "sr"}

#: Runs of characters in scripts without spaces between words: Thai, Lao, Khmer, Burmese, kana, Han.
UNSPACED_PATTERN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\U00020000-\U0003ffff]+"
)

#: The number of searchable characters: a tsvector holds one megabyte, and the database truncates what exceeds it.
SEARCHABLE_CHARACTERS = 100_000
#: The number of languages whose rules apply to a claim: its own, and those of its verdicts.
SEARCHABLE_LANGUAGES = 3


def make_searchable(text: str) -> str:
    """Return the words of a text; in scripts without spaces, overlapping pairs of letters."""
    text = fold_text(text[:SEARCHABLE_CHARACTERS])
    if text.isascii():
        return text
    # Also the last letter alone, so that every letter begins a term.
    return UNSPACED_PATTERN.sub(lambda run: f" {pair_letters(run.group())} {run.group()[-1]} ", text)


def pair_letters(run: str) -> str:
    """Return overlapping pairs of letters: `東京都` → `東京 京都`."""
    return " ".join(run[i : i + 2] for i in range(max(1, len(run) - 1)))


def choose_stemmers(languages: Iterable[str]) -> list[str]:
    """Return the names of the stemmers for these BCP 47 languages, in order, up to `SEARCHABLE_LANGUAGES`."""
    primary = (language.partition("-")[0].lower() for language in languages)
    stemmers = (_STEMMER_LANGUAGES.get(tag, tag) for tag in primary)
    return list(dict.fromkeys(tag for tag in stemmers if tag in STEMMERS))[:SEARCHABLE_LANGUAGES]


# Marks that are not pronounced and often omitted: accents, Hebrew and Arabic vowel points, variation selectors. In
# other scripts (Indic, Thai …) marks are vowels.
_UNSPOKEN_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0x1D165, 0x1D1AD), (0xE0100, 0xE01EF),
)  # fmt: skip

# Apostrophes and similar signs, which Unicode classes as letters.
_MODIFIERS = (0x02B9, 0x02EE)

# Pictographs, including those that this Python does not know yet.
_PICTOGRAPHS = (0x1F000, 0x1FAFF)

# Units and abbreviations in one sign (㎏, ㈱, ℃): symbols that are read as words.
_ABBREVIATIONS = ((0x2103, 0x2103), (0x2109, 0x2109), (0x3200, 0x33FF))

# Letters that only stretch a word: tatweel, and its equivalent in N'Ko.
_STRETCHING_LETTERS = {"\u0640", "\u07fa"}

# Forms of one letter that depend on the keyboard or language and do not distinguish words: alef, yeh, kaf and heh of
# Arabic, Persian and Urdu; the dotless i of Turkish, whose capital all languages share.
_EQUIVALENT_LETTERS = {
    "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك",
    "ہ": "ه", "ۂ": "ه", "ۀ": "ه", "ە": "ه",
    "ı": "i",
}  # fmt: skip

_ZERO_WIDTH_NON_JOINER, _ZERO_WIDTH_SPACE = "\u200c", "\u200b"  # zero width non-joiner, zero width space

# Persian and related languages write a zero width non-joiner for a space; other scripts only shape letters with it.
_SPACE_IN_ARABIC = re.compile(
    rf"(?<=[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]){_ZERO_WIDTH_NON_JOINER}"
)

# 1,000 and 1.000 and 12,34,567: thousands, as one number.
_GROUPED_DIGITS = r"(?<![\d.,])\d{1,3}(?:(?:,\d{2,3})*,\d{3}|(?:[.'’٬\u00a0\u2009\u202f]\d{3})+)(?!\d)"
_THOUSANDS_PATTERN = re.compile(_GROUPED_DIGITS)
_BETWEEN_DIGITS = re.compile(r"\D")
# 3.5 and 3,5. A list of numbers has more digits after the first point or comma, or more than one of these.
_DECIMAL = r"(?<![\d.,٫])\d+[.,٫]\d{1,2}(?![.,٫]?\d)"
_FRACTION_PATTERN = re.compile(r"[.,٫](?=\d{1,2}(?![.,٫]?\d))")
_DECIMALS_PATTERN = re.compile(_DECIMAL)
# A placeholder for the decimal point until all other points are removed.
_POINT = "\0"

# U.S. and z.B.: one word, also written without points, in Latin, Greek and Cyrillic.
_INITIAL = r"[A-Za-zÀ-ÖØ-öø-\u02af\u0370-\u052f]"
_INITIALS = rf"(?<![\w.]){_INITIAL}(?:\.{_INITIAL})+(?![\w\u0300-\u036f])"
_ABBREVIATED_PATTERN = re.compile(_INITIALS)

_DIGIT_BESIDE_LETTER = re.compile(r"(?<=[0-9])(?=[^0-9 .])|(?<=[^0-9 .])(?=[0-9])")


def fold_text(text: str) -> str:
    """Return the words of a text separated by spaces, in a form that is the same however they are typed.

    Case, Latin and Greek accents, vowel points, punctuation and symbols other than decimal points are removed. Digits
    become ASCII digits, separate from letters, so that `covid19` equals `COVID-19`.
    """
    text = remove_grouping(text.replace(_POINT, " "))
    text = _ABBREVIATED_PATTERN.sub(lambda word: word.group().replace(".", ""), text)
    text = _DECIMALS_PATTERN.sub(lambda number: _FRACTION_PATTERN.sub(_POINT, number.group()), text)
    if not text.isascii():
        # Composed, so that the breve of a decomposed й is not mistaken for an accent.
        text = unicodedata.normalize("NFC", text)
    text = text.translate(_NORMAL_FORMS)
    if not text.isascii():
        if _ZERO_WIDTH_NON_JOINER in text:
            text = _SPACE_IN_ARABIC.sub(" ", text).replace(_ZERO_WIDTH_NON_JOINER, "")
        text = unicodedata.normalize("NFC", text)
    return _DIGIT_BESIDE_LETTER.sub(" ", text)


def remove_grouping(text: str) -> str:
    """Return the text without grouping in numbers: `1,000` → `1000`."""
    return _THOUSANDS_PATTERN.sub(lambda number: _BETWEEN_DIGITS.sub("", number.group()), text)


@cache
def compile_word_pattern() -> re.Pattern[str]:
    """Compile a pattern for one word or number in a text, including marks inside words."""
    inner_characters = "".join(
        chr(code)
        for code in (*range(0xAD, 0x20000), *range(0xE0000, 0xE0200))  # no other plane has such characters
        if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me", "Cf"} and chr(code) != _ZERO_WIDTH_SPACE
    )
    return re.compile(
        rf"{_GROUPED_DIGITS}(?:{_FRACTION_PATTERN.pattern}\d+)?|{_DECIMAL}|\d+|{_INITIALS}|[^\W\d_](?:[^\W\d_]|[{re.escape(inner_characters)}])*"
    )


class _NormalForms(dict[int, str]):
    """A translation table of normal forms, each computed when its character first occurs."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        replacement = _normalise_character(character)
        if unicodedata.category(character) not in {"Cn", "Co", "Cs"}:  # a million, which texts do not contain
            self[code] = replacement
        return replacement


_NORMAL_FORMS = _NormalForms({ord(_POINT): "."})


def _normalise_character(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    if category[0] == "M":
        return "" if _is_among(code, _UNSPOKEN_MARKS) else character
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "No" or _is_among(code, _ABBREVIATIONS):
        return f" {_fold_letter(character)} "
    if category == "Cf":
        return {_ZERO_WIDTH_SPACE: " ", _ZERO_WIDTH_NON_JOINER: _ZERO_WIDTH_NON_JOINER}.get(character, "")
    is_sign = category[0] in "PSZ" or category in {"Cc", "Cs", "Co"}
    if is_sign or _is_among(code, (_MODIFIERS,)) or (category == "Cn" and _is_among(code, (_PICTOGRAPHS,))):
        return " "
    if character in _STRETCHING_LETTERS:
        return ""
    return _EQUIVALENT_LETTERS.get(character) or _fold_letter(character)


def _fold_letter(character: str) -> str:
    """Fold a letter: lower case, normal width and, in Latin and Greek, no accents."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    letters = unicodedata.normalize("NFKD", folded)
    if unicodedata.name(letters[0], "").startswith(("LATIN", "GREEK")):
        folded = letters
    return folded if folded == character else "".join(_normalise_character(letter) for letter in folded)


def _is_among(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first_code <= code <= last_code for first_code, last_code in ranges)


# Statements -----------------------------------------------------------------------------------------------------------


class _EquivalentCharacters(dict[int, str]):
    """A table of character replacements, each computed when its character is first needed.

    Characters are lower-cased one by one, as in the database; Python's own method would turn Σ at the end of a word
    into ς.
    """

    def __missing__(self, code: int) -> str:
        replacement = chr(code).lower().replace("\u0307", "")
        if unicodedata.category(chr(code)) != "Cn":
            self[code] = replacement
        return replacement


_EQUIVALENTS = _EquivalentCharacters(
    {
        **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
        **dict.fromkeys(map(ord, "\"“”„‟«»‹›'‘’‚‛`´＂\u0307"), ""),
        **dict.fromkeys(map(ord, "ıI"), "i"),
    }
)

#: Where a digit precedes a raised or lowered one: 10² must not become 102.
_BEFORE_RAISED_DIGIT = re.compile("(?<=[0-9])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉])")
#: The prefix m of 5 mW, which differs from M in 5 MW. No other prefixes of units differ only in letter case.
MILLI_PATTERN = re.compile(r"(?<=[0-9])( *)m(?=(?:Wh?|A|V|Hz|J|Pa)(?![A-Za-z0-9]))")

# Python also counts four control characters as white space; PostgreSQL does not.
_WHITE_SPACE = re.compile(r"[^\S\x1c-\x1f]+")


def normalise_statement(statement: str) -> str:
    """Return the normalised statement. `claims_statement_key` returns the MD5 digest of the same text.

    Letter case (including the Turkish i), quotation marks, kinds of dashes, white space and final punctuation make no
    difference. Exponents and unit prefixes do.
    """
    text = statement
    if not statement.isascii():
        text = unicodedata.normalize("NFKC", _BEFORE_RAISED_DIGIT.sub("^", statement))
    text = MILLI_PATTERN.sub(r"\1milli", text)
    return _WHITE_SPACE.sub(" ", text.translate(_EQUIVALENTS)).strip(" .!?。")
