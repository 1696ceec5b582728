"""Measures of results: whether the right claims come first, and whether confidence is accurate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

#: The metric of CheckThat! looks at so many.
RANKED_ANSWERS = 5
#: Confidence is compared with what came true between these.
CONFIDENCE_STEPS = (1.01, 0.9, 0.7, 0.5, 0.3, 0.15, 0.1)


@dataclass
class Order:
    """The quality of rankings over many questions."""

    precisions: list[float] = field(default_factory=list)
    ranks: list[int | None] = field(default_factory=list)

    def add(self, answers: Sequence[str], right: frozenset[str]) -> None:
        """Add the results for one question, most likely first."""
        self.precisions.append(compute_average_precision(answers, right))
        self.ranks.append(next((rank for rank, answer in enumerate(answers, 1) if answer in right), None))

    @property
    def precision(self) -> float:
        """Return the mean average precision of the first five results (MAP@5)."""
        return fmean(self.precisions)

    @property
    def reciprocal(self) -> float:
        """Return the mean reciprocal rank (MRR)."""
        return fmean(1 / rank if rank else 0.0 for rank in self.ranks)

    def compute_success(self, depth: int) -> float:
        """Return how often a right claim is among the first `depth`."""
        return fmean(rank is not None and rank <= depth for rank in self.ranks)


def compute_average_precision(answers: Sequence[str], right: frozenset[str]) -> float:
    """Return the average precision of the first five results, relative to the best possible."""
    right_count, precision_sum = 0, 0.0
    for rank, answer in enumerate(answers[:RANKED_ANSWERS], 1):
        if answer in right:
            right_count += 1
            precision_sum += right_count / rank
    return precision_sum / min(RANKED_ANSWERS, len(right))


@dataclass
class Confidence:
    """Stated confidences, and whether each answer was right."""

    stated: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, confidence: float, *, is_right: bool) -> None:
        self.stated.append((confidence, is_right))

    def iterate_steps(self) -> Iterator[str]:
        """Yield, for each step of confidence, the share of right answers and the number of all answers."""
        for upper, lower in pairwise(CONFIDENCE_STEPS):
            outcomes = [is_right for confidence, is_right in self.stated if lower <= confidence < upper]
            yield f"{fmean(outcomes):.0%} of {len(outcomes)}" if outcomes else "–"
