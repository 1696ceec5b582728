"""Which words two texts of one language have in common, however they are inflected."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.matching.facts.lexicon import FactLexicon, lexicon
from claims.matching.facts.slips import is_slip

#: Words of so few letters are mostly grammar, in scripts that write each sound.
_GRAMMAR = 3
_WEIGHT_OF_GRAMMAR = 0.25
_SHORTEST_SLIP = 5
_ALIKE = 0.3
_DENSE = 0x2E80  # from here on, signs are syllables or words


@dataclass(frozen=True)
class Overlap:
    """Words of both, and of either alone, in their order.

    Attributes:
        share: weight of the common words in all, 0 to 1.
        of_shorter: the same, measured on the text that has fewer.
    """

    share: float
    of_shorter: float
    common: frozenset[str]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def replaced(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Words of either alone that are no slip of the keyboard of what the other has; in texts that are alike."""
        if self.share < _ALIKE:
            return self.ours, self.theirs
        ours = tuple(word for word in self.ours if not any(_is_slip(word, other) for other in self.theirs))
        theirs = tuple(word for word in self.theirs if not any(_is_slip(word, other) for other in self.ours))
        return ours, theirs


def _is_slip(word: str, other: str) -> bool:
    return min(len(word), len(other)) >= _SHORTEST_SLIP and is_slip(word, other)


def overlap(ours: Sequence[str], theirs: Sequence[str], language: str) -> Overlap:
    """Of the folded words of two texts."""
    here, there = stems(tuple(ours), language), stems(tuple(theirs), language)
    common = frozenset(here) & frozenset(there)
    weights_here = sum(map(_weight, frozenset(here)))
    weights_there = sum(map(_weight, frozenset(there)))
    shared = sum(map(_weight, common))
    return Overlap(
        share=2 * shared / (weights_here + weights_there) if shared else 0.0,
        of_shorter=shared / min(weights_here, weights_there) if shared else 0.0,
        common=common,
        ours=tuple(word for word, stem in zip(ours, here, strict=True) if stem not in common),
        theirs=tuple(word for word, stem in zip(theirs, there, strict=True) if stem not in common),
    )


@lru_cache(maxsize=8_192)
def stems(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The part of each word that stays when it is inflected, roughly."""
    known = lexicon(language)
    return tuple(stem(word, known) for word in words)


def stem(word: str, known: FactLexicon) -> str:
    """Without particles and articles that are written to it, and without most of a long word's ending."""
    if word.isdigit():
        return word
    for particle in known.particles:
        if not known.is_unspaced and word.endswith(particle) and len(word) > len(particle):
            word = word[: -len(particle)]
            break
    for clitic in known.clitics:
        if word.startswith(clitic) and len(word) > len(clitic) + 2:
            word = word[len(clitic) :]
            break
    if ord(word[0]) >= _DENSE or len(word) <= 4:
        return word
    return word[: max(4, round(len(word) * 0.7))]


def is_content(word: str) -> bool:
    """Whether a word is likely to be more than grammar."""
    return len(word) > _GRAMMAR or word.isdigit() or ord(word[0]) >= _DENSE


def _weight(word: str) -> float:
    return 1.0 if is_content(word) else _WEIGHT_OF_GRAMMAR
