"""Score the check-worthiness of a sentence, with reasons.

The score is a sum of a few readable weights: checkable content raises it, and forms such as questions or opinions lower
it. The weights were set by hand and compared with other people's labels (`docs/matching.md`), without training. The
score ranks the sentences of an article and divides them into three bands. No sentence is left out because of its score.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from claims.articles.detection.attribution import SentenceSpeaker
from claims.articles.detection.boilerplate import is_complete
from claims.articles.detection.cues import SentenceCue, find_cues, find_years
from claims.articles.detection.lexicon import Lexicon, Token, tokenise


class CheckBand(StrEnum):
    """The priority of a sentence for an editor."""

    CHECK_FIRST = "check_first"
    WORTH_A_LOOK = "worth_a_look"
    ALSO_STATED = "also_stated"


#: The minimum scores of the first and the second band.
CHECK_FIRST_SCORE, WORTH_A_LOOK_SCORE = 0.87, 0.52

#: The weight of each feature in the log-odds. `length` is log2 of the number of words relative to twelve, limited.
WEIGHTS: Mapping[str, float] = {
    "length": 0.5,
    "number": 0.7,
    "measure": 0.4,
    "several numbers": 0.5,
    "date": 0.8,
    "old year": 0.3,
    "institution": 0.3,
    "change": 0.5,
    "comparison": 0.4,
    "cause": 0.6,
    "law": 0.4,
    "attribution": 0.6,
    "quotation": -0.3,
    "number in a quotation": 0.5,
    "opinion": -0.9,
    "first person": -0.5,
    "we": -0.4,
    "future": -0.4,
    "aside": -1.2,
    "fragment": -0.5,
}
_BASE_SCORE = 0.2
_MIN_LENGTH, _MAX_LENGTH = -2.5, 1.5

#: The features of each kind of cue.
_FEATURES_BY_CUE: Mapping[str, tuple[str, ...]] = {
    "number": ("number",),
    "quantity": ("number", "measure"),
    "measure": ("number", "measure"),
    "date": ("date",),
    "duration": ("date",),
    "institution or group": ("institution",),
    "change": ("change",),
    "comparison": ("comparison",),
    "superlative": ("comparison",),
    "cause": ("cause",),
    "law or decision": ("law",),
    "source named": ("attribution",),
    "attributed": ("attribution",),
    "quotation": ("quotation",),
    "opinion": ("opinion",),
    "feeling": ("opinion",),
    "wish": ("opinion",),
    "scene": ("opinion",),
    "first person": ("first person",),
    "we": ("we",),
    "prediction": ("future",),
    "promise or plea": ("future",),
    "instruction": ("future",),
    "agenda": ("future",),
    "question": ("aside",),
    "addresses the reader": ("aside",),
    "no comment": ("aside",),
}
#: The label of each kind of cue that is a reason for editors. Other cues only change the score.
_LABELS_BY_CUE: Mapping[str, str] = {
    "quantity": "number",
    "number": "number",
    "comparison": "comparison",
    "superlative": "comparison",
    "change": "change",
    "cause": "cause",
    "because": "cause",
    "law or decision": "law",
    "attributed": "attribution",
    "source named": "attribution",
    "date": "date",
}
_MAX_REASON_LENGTH = 50
_MIN_OLD_YEAR_AGE = 4
_CHARACTERS_PER_WORD = 1.7


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to check a sentence: the kind of reason, and the words behind it, with their position in the article."""

    kind: str
    words: str
    start: int
    end: int

    def __str__(self) -> str:
        """Return the reason in the form that a claim stores: kind and words, at most fifty characters."""
        opening = f"{self.kind}: "
        words, room = " ".join(self.words.split()), _MAX_REASON_LENGTH - len(opening)
        return opening + (words if len(words) <= room else words[: room - 1] + "…")


@dataclass(frozen=True, slots=True)
class CheckWorthiness:
    """The check-worthiness of a sentence, from 0 to 1, with reasons."""

    score: float
    reasons: tuple[Reason, ...]


def choose_band(score: float) -> CheckBand:
    """Return the band of a sentence with this score."""
    if score >= CHECK_FIRST_SCORE:
        return CheckBand.CHECK_FIRST
    return CheckBand.WORTH_A_LOOK if score >= WORTH_A_LOOK_SCORE else CheckBand.ALSO_STATED


def score_sentence(
    text: str,
    start: int,
    language: Lexicon,
    *,
    sentence_speaker: SentenceSpeaker | None,
    quotations: Iterable[tuple[int, int]],
    newest_year: int | None,
) -> CheckWorthiness:
    """Score the check-worthiness of a sentence.

    Args:
        start: the sentence's offset in the article.
        sentence_speaker: the speaker; the words that attribute the sentence are not part of the claim.
        quotations: direct quotations of several words, as offsets in the sentence.
        newest_year: the latest year that the article names.
    """
    claimed_text = (
        text[: sentence_speaker.tail_start]
        if sentence_speaker is not None and sentence_speaker.tail_start
        else text
    )
    tokens = tokenise(claimed_text)
    cues = find_cues(claimed_text, tokens, language)
    cues += [SentenceCue("quotation", *span) for span in quotations]
    if sentence_speaker is not None and (
        name_span := _find_name(sentence_speaker.speaker.name, text, language)
    ):
        cues.append(SentenceCue("attributed", *name_span))
    features = {name: 1.0 for cue in cues for name in _FEATURES_BY_CUE.get(cue.kind, ())}
    if sentence_speaker is not None:
        features["attribution"] = 1.0
    count = sum(cue.kind in {"number", "quantity"} for cue in cues)
    features["several numbers"] = min(max(count - 1, 0), 3) / 3
    features["number in a quotation"] = float("quotation" in features and count > 0)
    features["length"] = _score_length(claimed_text, tokens, language)
    features["fragment"] = float(not is_complete(text))
    named_years = find_years(claimed_text)
    features["old year"] = float(
        bool(named_years) and newest_year is not None and max(named_years) <= newest_year - _MIN_OLD_YEAR_AGE
    )
    log_odds = _BASE_SCORE + sum(WEIGHTS[name] * value for name, value in features.items())
    return CheckWorthiness(round(1 / (1 + math.exp(-log_odds)), 3), _list_reasons(text, start, cues))


def _score_length(text: str, tokens: Sequence[Token], language: Lexicon) -> float:
    length = len(tokens) if language.is_spaced else len(text) / _CHARACTERS_PER_WORD
    return min(max(math.log2(max(length, 1)) - 3.5, _MIN_LENGTH), _MAX_LENGTH)


def _list_reasons(text: str, start: int, cues: Sequence[SentenceCue]) -> tuple[Reason, ...]:
    """Return one reason of each kind, most important first: the cue with figures or, without one, the longest cue."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for cue in cues:
        if kind := _LABELS_BY_CUE.get(cue.kind):
            spans_of_kind = spans.setdefault(kind, [])
            if spans_of_kind and not text[spans_of_kind[-1][1] : cue.start].strip():
                # "4.2" and "million" are one number, "since" and "2019" one date.
                spans_of_kind[-1] = (spans_of_kind[-1][0], max(spans_of_kind[-1][1], cue.end))
            else:
                spans_of_kind.append((cue.start, cue.end))
    reasons = []
    for kind in sorted(spans, key=lambda kind: (-WEIGHTS[kind], kind)):
        start_of_span, end_of_span = max(
            spans[kind], key=lambda span: (any(map(str.isdigit, text[slice(*span)])), span[1] - span[0])
        )
        reasons.append(
            Reason(kind, text[start_of_span:end_of_span], start + start_of_span, start + end_of_span)
        )
    return tuple(reasons)


def _find_name(name: str, text: str, language: Lexicon) -> tuple[int, int] | None:
    """Return the position of a name in the sentence, matching whole words in languages with spaces."""
    start = text.find(name) if name else -1
    while start >= 0:
        end = start + len(name)
        if not language.is_spaced or not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
        start = text.find(name, start + 1)
    return None
