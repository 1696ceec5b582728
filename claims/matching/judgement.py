"""What a claim has to do with a text, by the words that both have."""

import re
from dataclasses import dataclass
from typing import Literal

from claims.matching.asked import Asked, Candidate
from claims.search.words import folded

Kind = Literal["same", "related", "contradicts", "different"]

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DENIALS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nobody",
        "nothing",
        "without",
        "kein",
        "keine",
        "nicht",
        "nie",
        "no",
        "nunca",
        "jamais",
        "pas",
        "ne",
        "не",
        "нет",
        "안",
        "못",
    ]
)

SAME, RELATED = 0.75, 0.4


@dataclass(frozen=True)
class Judgement:
    """How a claim stands to a text, how sure that is, and why, in words for people."""

    kind: Kind
    confidence: float
    reasons: tuple[str, ...]


def judge(asked: Asked, candidate: Candidate) -> Judgement:
    """Compare the words, the numbers and what is denied."""
    here, there = _words(asked.cleaned), _words(candidate.statement)
    common = here & there
    share = 2 * len(common) / (len(here) + len(there)) if common else 0.0
    if share < RELATED:
        return Judgement("different", 1 - share, ())
    reasons = []
    if numbers := {*filter(_NUMBER.fullmatch, here)} ^ {*filter(_NUMBER.fullmatch, there)}:
        reasons.append(f"other numbers: {', '.join(sorted(numbers))}")
    if bool(here & _DENIALS) is not bool(there & _DENIALS):
        reasons.append("one of them denies it")
    if reasons:
        return Judgement("contradicts", share, tuple(reasons))
    words = (f"{len(common)} of {len(here | there)} words are the same",)
    return Judgement("same" if share >= SAME else "related", share, words)


def _words(text: str) -> set[str]:
    return set(folded(text).split())
