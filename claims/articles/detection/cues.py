"""Find cues for and against checking a sentence: figures, and phrases of the language.

A cue has a position in the sentence, so every reason can be highlighted in the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from claims.articles.detection.lexicon import Lexicon, Token

# "B12" and "Covid-19" are names. Chinese, Japanese, Hebrew and Arabic attach figures to the preceding word.
_NUMBER_PATTERN = re.compile(
    r"(?<![A-Za-z\u00c0-\u052f])(?<![A-Za-z\u00c0-\u052f]-)(?<!\d)"
    r"(?:\d{1,3}(?:[.,٬’' \u00a0\u202f]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d+)(?:[.,٫]\d+)?"
)
_YEAR_PATTERN = re.compile(r"^(?:1[0-9]|20)\d\d$")
_CLOCK_PATTERN = re.compile(r"\b\d{1,2}(?:[:.]\d\d|h\d\d)\b(?!\s?[%‰])")
_UNIT_AFTER = re.compile(r"^[\s\u00a0\u202f-]?(?:[%‰٪％€$£¥₹₩₺₽°₴৳₪₫])")
_UNIT_BEFORE = re.compile(r"(?:[€$£¥₹₩₺₽₪৳]|(?:US|R|CHF|USD|EUR|Rs\.?)\$?)[\s\u00a0]?$")
_MEASURE_WORDS = "人元円圓美韩韓원명톤톨吨噸公歳岁歲桶株個个家社件起台軒户戶所票席개건대표석곳채배割成"
_MEASURE_NAMES = "ドル|ユーロ|キロ|メートル|パーセント|퍼센트|달러|유로|킬로|미터|가구"
_CJK_UNIT = re.compile(
    rf"^\s?(?:[%％]|[万萬億亿兆千百만억조천]{{0,2}}\s?(?:[{_MEASURE_WORDS}]|{_MEASURE_NAMES}))"
)
_CJK_DATE = re.compile(r"^\s?(?:年|月|日|년|월|일)")
_CJK_DURATION = re.compile(
    r"^\s?(?:年間|日間|か月|ヶ月|カ月|時間|分間|週間|个月|個月|小时|小時|分钟|天|周|週|시간|개월|주간|년간|일간|분간)"
)
_CJK_NUMERAL = re.compile(
    r"(?<![二三四五六七八九十百千两兩])[二三四五六七八九十百千两兩]++\s?[座个個名人家次条條项項所位辆架种種倍成亿億万萬件台社校基回割票席]"
)
_QUESTION_PATTERN = re.compile(r"[?？؟\u037e](?=\W*$)")
_GREEK_QUESTION = re.compile(r";(?=\W*$)")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯", "0123456789" * 4)
_WIDEST_UNIT = 8

#: The kind of cue for each group of a language's phrases. The missing groups identify speakers.
KINDS_BY_CUE: Mapping[str, str] = {
    "number": "number",
    "quantity": "measure",
    "date": "date",
    "duration": "duration",
    "superlative": "superlative",
    "comparison": "comparison",
    "change": "change",
    "agreement": "law or decision",
    "cause": "cause",
    "because": "because",
    "institution": "institution or group",
    "prediction": "prediction",
    "promise": "promise or plea",
    "opinion": "opinion",
    "wish": "wish",
    "instruction": "instruction",
    "first_person": "first person",
    "we": "we",
    "feeling": "feeling",
    "scene": "scene",
    "reader": "addresses the reader",
    "agenda": "agenda",
    "no_comment": "no comment",
    "according": "source named",
}


@dataclass(frozen=True, slots=True)
class SentenceCue:
    """A kind of cue and its position in the sentence."""

    kind: str
    start: int
    end: int


def find_cues(text: str, tokens: Sequence[Token], language: Lexicon) -> list[SentenceCue]:
    """Return the cues of a sentence in order."""
    phrases = [
        SentenceCue(KINDS_BY_CUE[group], start, end)
        for group, start, end in language.signals.find_spans(text, tokens)
        if group in KINDS_BY_CUE
    ]
    figures = list(_find_numbers(text))
    cues = {*phrases, *figures, *_find_quantities(text, phrases, figures)}
    question_match = (
        _QUESTION_PATTERN.search(text) or (language.code == "el" and _GREEK_QUESTION.search(text)) or None
    )
    if question_match:
        cues.add(SentenceCue("question", *question_match.span()))
    return sorted(cues, key=lambda cue: (cue.start, cue.end, cue.kind))


def find_years(text: str) -> list[int]:
    """Return the years written in digits in a sentence."""
    return [
        int(digits)
        for match in _NUMBER_PATTERN.finditer(text)
        if _YEAR_PATTERN.match(digits := match[0].translate(_DIGITS))
    ]


def _find_numbers(text: str) -> Iterator[SentenceCue]:
    for match in _CJK_NUMERAL.finditer(text):
        yield SentenceCue("number", *match.span())
    clocks = [match.span() for match in _CLOCK_PATTERN.finditer(text)]
    for match in _NUMBER_PATTERN.finditer(text):
        start, end = match.span()
        text_after, text_before = text[end : end + _WIDEST_UNIT], text[max(0, start - 5) : start]
        clock = next((span for span in clocks if span[0] <= start < span[1]), None)
        if unit := (_UNIT_AFTER.match(text_after) or _CJK_UNIT.match(text_after)):
            yield SentenceCue("quantity", start, end + unit.end())
        elif money := _UNIT_BEFORE.search(text_before):
            yield SentenceCue("quantity", start - len(text_before) + money.start(), end)
        elif duration := _CJK_DURATION.match(text_after):
            yield SentenceCue("duration", start, end + duration.end())
        elif date := _CJK_DATE.match(text_after):
            yield SentenceCue("date", start, end + date.end())
        elif clock and ":" in text[slice(*clock)]:
            yield SentenceCue("date", *clock)
        elif _YEAR_PATTERN.match(match[0].translate(_DIGITS)):
            yield SentenceCue("date", start, end)
        else:
            yield SentenceCue("number", start, end)


def _find_quantities(
    text: str, phrases: Sequence[SentenceCue], figures: Sequence[SentenceCue]
) -> Iterator[SentenceCue]:
    """Yield each number with its unit and at most one word between them: `12 per cent`, `two million dollars`."""
    numbers = [cue for cue in (*phrases, *figures) if cue.kind == "number"]
    for measure in phrases:
        if measure.kind != "measure":
            continue
        for number in numbers:
            first_cue, last_cue = sorted((number, measure), key=lambda cue: cue.start)
            text_between = text[first_cue.end : last_cue.start]
            if (
                first_cue.end <= last_cue.start
                and len(text_between.split()) <= 1
                and not set(text_between) & set(".;:!?")
            ):
                yield SentenceCue("quantity", first_cue.start, last_cue.end)
