"""Measures of results: whether the right claims come first, and whether confidence is accurate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

#: The metric of CheckThat! looks at so many.
PRECISE = 5
#: Confidence is compared with what came true in so many steps.
STEPS = 10


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
        """Return MAP@5."""
        return fmean(self.precisions)

    @property
    def reciprocal(self) -> float:
        """Return MRR."""
        return fmean(1 / rank if rank else 0.0 for rank in self.ranks)

    def success(self, at: int) -> float:
        """Return how often a right claim is among the first `at`."""
        return fmean(rank is not None and rank <= at for rank in self.ranks)


def compute_average_precision(answers: Sequence[str], right: frozenset[str]) -> float:
    """Return the average precision of the first five results, relative to the best possible."""
    found, total = 0, 0.0
    for rank, answer in enumerate(answers[:PRECISE], 1):
        if answer in right:
            found += 1
            total += found / rank
    return total / min(PRECISE, len(right))


@dataclass
class Confidence:
    """The accuracy of first results by stated confidence."""

    said: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, probability: float, *, is_right: bool) -> None:
        self.said.append((probability, is_right))

    @property
    def error(self) -> float:
        """Return the expected calibration error over ten equal intervals."""
        return sum(
            abs(fmean(likely for likely, _ in step) - fmean(right for _, right in step)) * len(step)
            for step in self._steps()
        ) / len(self.said)

    def precision(self, least: float) -> tuple[float, float]:
        """Return the precision of results with at least this confidence, and their share of all results."""
        kept = [right for likely, right in self.said if likely >= least]
        return (fmean(kept) if kept else float("nan")), len(kept) / len(self.said)

    def _steps(self) -> Iterator[list[tuple[float, bool]]]:
        for step in range(STEPS):
            if found := [each for each in self.said if min(STEPS - 1, int(each[0] * STEPS)) == step]:
                yield found
