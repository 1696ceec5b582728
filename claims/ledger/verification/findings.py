"""A discrepancy found by the verification."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Discrepancy(NamedTuple):
    """A problem and its place."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


def format_ranges(numbers: Iterable[int]) -> str:
    """Format numbers for people: `3, 7 to 12 and 40`."""
    parts = [str(first) if first == last else f"{first} to {last}" for first, last in _iterate_runs(numbers)]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _iterate_runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last
