"""Pairs of parts of two versions of a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from claims.quotes.text_parts import TextPart

#: Likeness of two parts from which on one may have become the other.
MIN_LIKENESS = 0.4
#: And from which on it is rather that one than an exact copy in another place.
RIVAL_LIKENESS = 0.55


class PartPair(NamedTuple):
    """An old part and the new part that it may have become; a likeness of 1 means equal words."""

    old: int
    new: int
    likeness: float


@dataclass(frozen=True)
class Alignment:
    """The parts of two texts, and their pairs."""

    old: Sequence[TextPart]
    new: Sequence[TextPart]
    #: Old part → new part, by number.
    mates: dict[int, int] = field(default_factory=dict)
    #: New part → old part.
    origins: dict[int, int] = field(default_factory=dict)
    #: Old part → new parts that are similar and of words that the old text did not have, the most similar first.
    similar: dict[int, list[tuple[float, int]]] = field(default_factory=dict)
    #: Old parts that moved out of order.
    moved: set[int] = field(default_factory=set)

    def is_exact(self, old: int) -> bool:
        return old in self.mates and self.old[old].key == self.new[self.mates[old]].key

    def is_longer(self, old: int) -> bool:
        """Return whether a part was extended."""
        old_key, now = self.old[old].key, self.new[self.mates[old]].key
        return old_key != now and old_key in now

    def pair(self, old: int, new: int) -> None:
        self.mates[old], self.origins[new] = new, old
