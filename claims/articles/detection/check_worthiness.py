"""Judge how check-worthy a sentence is, with the reasons.

Each sign of a verifiable fact is an independent reason to check a sentence; each sign of opinion, forecast or mood
takes away a share. So the score is `(1 - Π(1 - weight)) · Π(factor)`: it stays between 0 and 1, a second reason of
another kind counts, the tenth hardly does. The weights were set by hand on the labelled articles of the tests and are
measured by `benchmarks/detection_quality.py`.
"""

import re
from collections.abc import Mapping

from claims.articles.detection.attribution import Voice
from claims.articles.detection.furniture import is_complete
from claims.articles.detection.lexicon import Lexicon, Token, tokenise

DEFAULT_THRESHOLD = 0.44

# What a complete sentence of a news text is worth before anything in it is known; more where no lexicon can know.
_BASE = 0.10
_BASE_WITHOUT_LEXICON = 0.20

# Reason → weight.
WEIGHTS: Mapping[str, float] = {
    "quantity": 0.40,  # 12 per cent, 3 million euros, 40 seats
    "number": 0.30,
    "past event": 0.30,
    "change": 0.25,  # rose, doubled, stalled
    "comparison": 0.25,
    "date": 0.25,
    "ordinal": 0.25,  # the fourth meeting, for the first time
    "superlative": 0.25,  # the largest, the only, never
    "law or agreement": 0.25,
    "named entity": 0.25,
    "named entities": 0.20,  # on top: two parties make a relation that can be checked
    "numbers": 0.15,  # on top: several figures
    "duration": 0.20,
    "cause": 0.20,
    "denial": 0.15,
    "attributed": 0.20,
    "quotation": 0.15,
    "state": 0.12,  # is, has, contains: a lasting fact
    "institution": 0.12,
}

# Reason → share of the score that remains.
FACTORS: Mapping[str, float] = {
    "question": 0.20,
    "instruction": 0.25,
    "feeling": 0.55,  # first person and a feeling
    "first person": 0.75,
    "scene": 0.60,
    "opinion": 0.65,
    "wish": 0.70,
    "fragment": 0.70,
    "short": 0.50,
    "prediction": 0.85,
    "hedged": 0.85,
    "addresses the reader": 0.45,
}

# These strengthen a reason that is named already, and are not shown themselves.
_SILENT = frozenset({"named entities", "numbers"})

# Group of a language's phrases → reason.
_REASON_OF: Mapping[str, str] = {
    **{reason: reason for reason in WEIGHTS},
    "past": "past event",
    "agreement": "law or agreement",
    "country": "named entity",
}

_NUMBER = re.compile(
    r"(?<![^\W\d_])(?<![^\W\d_]-)(?<!\d)(?:\d{1,3}(?:[.,’' \u00a0\u202f]\d{3})+|\d+)(?:[.,٫]\d+)?"
)
_YEAR = re.compile(r"^(?:1[0-9]|20)\d\d$")
_QUANTITY_AFTER = re.compile(r"^[\s\u00a0\u202f-]?(?:[%‰٪％€$£¥₹₩₺₽°])")
_QUANTITY_BEFORE = re.compile(r"[€$£¥₹₩₺₽][\s\u00a0]?$|(?:US|R|CHF|USD|EUR|Rs\.?)\$?[\s\u00a0]?$")
_MEASURE_WORDS = "人元円圓美韩韓원명톤톨吨噸公歳岁歲桶株個个家社件起台軒户戶所票席개건대표석곳"
_MEASURE_NAMES = "ドル|ユーロ|キロ|メートル|パーセント|퍼센트|달러|유로|킬로|미터|가구"
_CJK_QUANTITY = re.compile(
    rf"^\s?(?:[%％]|[万萬億亿兆千百만억조천]?\s?(?:[{_MEASURE_WORDS}]|{_MEASURE_NAMES}))"
)
_CJK_DATE = re.compile(r"^\s?(?:年|月|日|년|월|일)")
_CJK_DURATION = re.compile(
    r"^\s?(?:年間|日間|か月|ヶ月|カ月|時間|分間|週間|个月|個月|小时|小時|分钟|天|周|週|시간|개월|주간|년간|일간|분간)"
)
_CJK_NUMERAL = re.compile(
    r"[二三四五六七八九十百千两兩]+\s?[座个個名人家次条條项項所位辆架种種倍成亿億万萬件台社校基回割票席]"
)
_QUESTION_END = re.compile(r"[?？؟\u037e]\W*$")
_KATAKANA = re.compile(r"[ァ-ヴー]{3,}")
_FEWEST_WORDS = 4
_FEWEST_CHARACTERS = 10


def score(
    text: str, language: Lexicon, *, voice: Voice | None, speech: bool, names: frozenset[str]
) -> tuple[float, tuple[str, ...]]:
    """Return the score of a sentence and its reasons, the strongest first, then what lowered it."""
    complete = is_complete(text)
    if voice is not None and voice.tail:
        text = text[: voice.tail]  # "…, Weber said" is no fact of the claim
    tokens = tokenise(text)
    signals = language.signals.find(text, tokens)
    found = _numbers(text)
    found |= {_REASON_OF[group] for group in signals if group in _REASON_OF}
    entities = _entities(text, tokens, language, names, dates=frozenset(signals.get("date", ())))
    entities += len(signals.get("country", ()))
    if entities:
        found.add("named entity")
    if entities > 1:
        found.add("named entities")
    if voice is not None:
        found.add("attributed")
    if speech:
        found.add("quotation")
    lowered = _lowered(text, tokens, signals, language, complete=complete)
    unworthy = 1 - (_BASE if language.known else _BASE_WITHOUT_LEXICON)
    for reason in found:
        unworthy *= 1 - WEIGHTS[reason]
    worth = 1 - unworthy
    for reason in lowered:
        worth *= FACTORS[reason]
    raised = sorted(found - _SILENT, key=lambda reason: (-WEIGHTS[reason], reason))
    return round(min(max(worth, 0.0), 1.0), 3), (*raised, *lowered)


def _numbers(text: str) -> set[str]:
    found: set[str] = set()
    if _CJK_NUMERAL.search(text):
        found.add("number")
    count = 0
    for match in _NUMBER.finditer(text):
        count += 1
        after, before = text[match.end() : match.end() + 8], text[max(0, match.start() - 5) : match.start()]
        if _QUANTITY_AFTER.match(after) or _QUANTITY_BEFORE.search(before) or _CJK_QUANTITY.match(after):
            found |= {"quantity", "number"}
        elif _CJK_DURATION.match(after):
            found |= {"duration", "number"}
        elif _CJK_DATE.match(after) or _YEAR.match(match[0]):
            found.add("date")
        else:
            found.add("number")
    if count > 1 and "number" in found:
        found.add("numbers")
    return found


def _entities(
    text: str, tokens: list[Token], language: Lexicon, names: frozenset[str], *, dates: frozenset[int]
) -> int:
    """Count the runs of words written as names, up to two; the first word of a sentence needs proof from elsewhere."""
    if not language.spaced:
        return min(len(_KATAKANA.findall(text)), 2)
    if not language.cased:
        return 0
    runs = 0
    previous = -2
    for index, token in enumerate(tokens):
        if not token.text[0].isupper() or token.key in language.common or index in dates:
            continue
        if language.nouns_capitalised and not _is_german_name(tokens, index, language):
            continue
        if index == 0 and token.text not in names and not (len(token.text) > 1 and token.text.isupper()):
            continue
        if index != previous + 1:
            runs += 1
        previous = index
    return min(runs, 2)


def _is_german_name(tokens: list[Token], index: int, language: Lexicon) -> bool:
    """Tell a name from a noun: an acronym, a word behind a bare preposition, or one beside another capital."""
    token = tokens[index]
    if len(token.text) > 1 and token.text.isupper():
        return True
    before = tokens[index - 1] if index else None
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if before is not None and before.key in language.place_prepositions:
        return True
    return (after is not None and after.start == token.end + 1 and after.text[0].isupper()) or (
        before is not None
        and token.start == before.end + 1
        and before.text[0].isupper()
        and before.key not in language.common
    )


def _lowered(
    text: str, tokens: list[Token], signals: Mapping[str, list[int]], language: Lexicon, *, complete: bool
) -> tuple[str, ...]:
    lowered = [
        reason
        for reason in ("instruction", "prediction", "hedge", "opinion", "wish", "scene")
        if reason in signals
    ]
    lowered = ["hedged" if reason == "hedge" else reason for reason in lowered]
    if _QUESTION_END.search(text[-12:]):
        lowered.append("question")
    if "first_person" in signals:
        lowered.append("feeling" if "feeling" in signals else "first person")
    elif "feeling" in signals and "opinion" not in lowered:
        lowered.append("opinion")
    if "reader" in signals:
        lowered.append("addresses the reader")
    if not complete:
        lowered.append("fragment")
    if len(text) < _FEWEST_CHARACTERS if not language.spaced else len(tokens) < _FEWEST_WORDS:
        lowered.append("short")
    return tuple(lowered)
