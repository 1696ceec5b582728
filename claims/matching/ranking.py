"""In which order claims may be meant by a text, and how likely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from claims.matching.asked import Asked, Candidate


@dataclass(frozen=True)
class Ranked:
    """A candidate with the probability that it is what was meant."""

    candidate: Candidate
    probability: float
    features: Mapping[str, float] = field(default_factory=dict)


def ranked(
    asked: Asked, candidates: Sequence[Candidate], *, rarity: Mapping[str, float] | None = None
) -> list[Ranked]:
    """The candidates, the likeliest first."""
    found = [Ranked(each, max(each.words, each.similarity or 0.0)) for each in candidates]
    return sorted(found, key=lambda each: (-each.probability, -each.candidate.claim))
