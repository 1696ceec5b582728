"""Choose which sentences of an article an editor should be shown first.

A reader of a triage list stops after a page of it, and a long article does not hold as many claims a paragraph as a
short one. So the list grows with the square root of the article: 7 of 10 sentences at most, 12 of 30, 22 of 100,
44 of 400, and fewer where fewer are worth it. The rest stays in order behind it.
"""

import math
from collections.abc import Sequence
from typing import Protocol, TypeVar

_FOR_EACH_ROOT = 2.2


class _Scored(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def score(self) -> float: ...


Scored = TypeVar("Scored", bound=_Scored)


def budget(sentences: int) -> int:
    """How many sentences of an article with so many are proposed at most."""
    return math.ceil(_FOR_EACH_ROOT * math.sqrt(sentences))


def shortlist(candidates: Sequence[Scored], *, threshold: float) -> tuple[list[Scored], list[Scored]]:
    """Return the best candidates by their place in the text, and those that come next, the best first.

    Args:
        candidates: every sentence of the article, whatever its score.
        threshold: what scores less is not proposed at all.
    """
    ranked = sorted(
        (candidate for candidate in candidates if candidate.score >= threshold),
        key=lambda candidate: (-candidate.score, candidate.start),
    )
    room = budget(len(candidates))
    return sorted(ranked[:room], key=lambda candidate: candidate.start), ranked[room:]
