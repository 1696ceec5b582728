"""A discrepancy found by the verification."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Discrepancy(NamedTuple):
    """A problem that the verification found: where it is, and what is wrong."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


def format_ranges(numbers: Iterable[int]) -> str:
    """Format numbers for people: `3, 7 to 12 and 40`."""
    ranges = [str(first) if first == last else f"{first} to {last}" for first, last in _iterate_runs(numbers)]
    return ranges[0] if len(ranges) == 1 else f"{', '.join(ranges[:-1])} and {ranges[-1]}"


def _iterate_runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    first_number = last_number = None
    for number in numbers:
        if last_number is not None and number == last_number + 1:
            last_number = number
            continue
        if first_number is not None and last_number is not None:
            yield first_number, last_number
        first_number = last_number = number
    if first_number is not None and last_number is not None:
        yield first_number, last_number
