"""Pairs of old and new parts (`TextPart`: usually a sentence) from two versions of a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from claims.quotes.text_parts import TextPart

#: The minimum similarity of an old and a new part for the new one to be an edited form of the old one.
MIN_SIMILARITY = 0.4
#: The minimum similarity at which an edited part in place is preferred to an exact copy elsewhere.
RIVAL_SIMILARITY = 0.55


class PartPair(NamedTuple):
    """The numbers of an old part and of the new part that it may have become, and the similarity of their words.

    A `similarity` of 1 means identical words.
    """

    old_index: int
    new_index: int
    similarity: float


@dataclass(frozen=True)
class Alignment:
    """The parts of two versions of a text, and which new part each old part became."""

    old_parts: Sequence[TextPart]
    new_parts: Sequence[TextPart]
    #: The number of the new part by the number of the old part.
    new_by_old: dict[int, int] = field(default_factory=dict)
    #: The number of the old part by the number of the new part.
    old_by_new: dict[int, int] = field(default_factory=dict)
    #: The new parts that are similar to each old part and have words that are new to the text, most similar first.
    similar_parts: dict[int, list[tuple[float, int]]] = field(default_factory=dict)
    #: The numbers of old parts that moved out of order.
    moved_parts: set[int] = field(default_factory=set)

    def is_exact(self, old_index: int) -> bool:
        return (
            old_index in self.new_by_old
            and self.old_parts[old_index].key == self.new_parts[self.new_by_old[old_index]].key
        )

    def is_longer(self, old_index: int) -> bool:
        """Return whether the new part repeats all of the old part and adds words."""
        old_key, new_key = self.old_parts[old_index].key, self.new_parts[self.new_by_old[old_index]].key
        return old_key != new_key and old_key in new_key

    def add_pair(self, old_index: int, new_index: int) -> None:
        self.new_by_old[old_index], self.old_by_new[new_index] = new_index, old_index
