"""Find pairs of statements that share rare words, as candidates for duplicates.

All pairs of 250,000 statements are 31 billion. Two that say the same in one language share some of their rarest words,
so of each statement only those are looked up.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claims.search.texts import make_searchable

#: A word that so many statements have is looked up only where a statement has none that are rarer.
RARE_WORD_CLAIMS = 500
#: So many words of each statement are looked up at least, however frequent they are, until that reads too much.
LEAST_WORDS, MOST_READ = 3, 20_000
#: The part of two statements, weighed by how rare their words are, that must be the same; of the words that were looked
#: up alone, and of all.
ROUGH_SHARE, LEAST_SHARE = 0.3, 0.5


class NearStatement(NamedTuple):
    """Another statement, by its place, and the share of words that are the same, 0 to 1."""

    place: int
    share: float


class RareWords:
    """Statements by their words, each by its place in the order in which they are given."""

    def __init__(self, statements: Iterable[str]) -> None:
        vocabulary: dict[str, int] = {}
        lengths: list[int] = []
        flat: list[int] = []
        for statement in statements:
            words = {
                vocabulary.setdefault(word, len(vocabulary)) for word in make_searchable(statement).split()
            }
            lengths.append(len(words))
            flat.extend(words)
        self._words: NDArray[np.int32] = np.array(flat, dtype=np.int32)
        self._ends = np.cumsum([0, *lengths])
        self._frequency = np.bincount(self._words, minlength=len(vocabulary))
        self._weight = np.log1p(len(lengths) / np.maximum(self._frequency, 1))
        statement_of = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        #: The statements of each word, one word after the other.
        self._statements = statement_of[np.argsort(self._words, kind="stable")]
        self._starts = np.concatenate(([0], np.cumsum(self._frequency)))
        weights = self._weight[self._words] if flat else np.zeros(0)
        sums = np.concatenate(([0.0], np.cumsum(weights)))
        #: The weight of all words of each statement.
        self._whole = sums[self._ends[1:]] - sums[self._ends[:-1]]

    def near(self, place: int) -> list[NearStatement]:
        """The statements that share enough with the one at this place, without itself."""
        words = self._looked_up(place)
        if not words:
            return []
        found = [self._statements[self._starts[word] : self._starts[word + 1]] for word in words]
        weights = np.repeat(self._weight[words], [len(each) for each in found])
        others, which = np.unique(np.concatenate(found), return_inverse=True)
        shared = np.bincount(which, weights=weights)
        rough = 2 * shared / (self._whole[others] + self._whole[place])
        likely = others[(rough >= ROUGH_SHARE) & (others != place)].tolist()
        return [
            near
            for other in likely
            if (near := NearStatement(other, self.share(place, other))).share >= LEAST_SHARE
        ]

    def share(self, place: int, other: int) -> float:
        """Return the similarity of two statements, weighted by the rarity of words: 0 to 1."""
        both = np.intersect1d(self._of(place), self._of(other), assume_unique=True)
        whole = float(self._whole[place] + self._whole[other])
        return min(1.0, 2 * float(self._weight[both].sum()) / whole) if whole else 0.0

    def _of(self, place: int) -> NDArray[np.int32]:
        return self._words[self._ends[place] : self._ends[place + 1]]

    def _looked_up(self, place: int) -> Sequence[int]:
        own = self._of(place)
        by_rarity = own[np.argsort(self._frequency[own], kind="stable")]
        chosen: list[int] = []
        read = 0
        for word in by_rarity.tolist():
            frequency = int(self._frequency[word])
            enough = len(chosen) >= LEAST_WORDS or (chosen and read + frequency > MOST_READ)
            if frequency > RARE_WORD_CLAIMS and enough:
                break
            chosen.append(word)
            read += frequency
        return chosen
