"""What a claim has to do with a text."""

from dataclasses import dataclass
from typing import Literal

from claims.matching.asked import Asked, Candidate

Kind = Literal["same", "related", "contradicts", "different"]

_SAME, _RELATED = 0.9, 0.3


@dataclass(frozen=True)
class Judgement:
    """How a claim stands to a text, how sure that is, and why, in words for people."""

    kind: Kind
    confidence: float
    reasons: tuple[str, ...]


def judge(asked: Asked, candidate: Candidate) -> Judgement:
    """Compare nothing but the words that both have."""
    if candidate.words < _RELATED:
        return Judgement("different", 1 - candidate.words, ())
    reason = f"{candidate.words:.0%} of what the words say is the same"
    return Judgement("same" if candidate.words >= _SAME else "related", candidate.words, (reason,))
