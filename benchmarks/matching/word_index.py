"""Plain BM25 in memory: the baseline, and our source of candidates without a database."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from claims.matching.shared_words import build_forms
from claims.search.texts import make_searchable

#: Robertson's usual values.
K1, B = 1.2, 0.75

Numbers = NDArray[np.int64]
Scores = NDArray[np.float32]

_WORD = re.compile(r"\w+")


def split_words(text: str) -> list[str]:
    """Return the words of plain BM25: runs of letters and digits in lower case."""
    return _WORD.findall(text.lower())


class WordIndex:
    """Texts, indexed by their words."""

    def __init__(self, texts: Iterable[str]) -> None:
        counted = [Counter(split_words(text)) for text in texts]
        self.size = len(counted)
        lengths = np.array([counts.total() for counts in counted], dtype=np.float32)
        norms = K1 * (1 - B + B * lengths / max(1.0, float(lengths.mean())))
        self._postings: dict[str, tuple[Numbers, Scores]] = {}
        for word, numbers in _build_postings(counted).items():
            often = np.array([counted[number][word] for number in numbers], dtype=np.float32)
            weights = _compute_rarity(len(numbers), self.size) * often * (K1 + 1) / (often + norms[numbers])
            self._postings[word] = (numbers, weights.astype(np.float32))

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of each text; a repeated word of the question counts once."""
        scores = np.zeros(self.size, dtype=np.float32)
        for word in set(split_words(question)):
            if word in self._postings:
                numbers, weights = self._postings[word]
                scores[numbers] += weights
        return scores


class FormIndex:
    """An index of words and their beginnings, like the database search of `claims.matching.shared_words`."""

    MEAN_LENGTH = 16
    #: A word in a larger part of the texts is known to be common, whether or not it is searched.
    COMMON = 0.0125

    def __init__(self, texts: Iterable[str]) -> None:
        words = [dict.fromkeys(make_searchable(text).split()) for text in texts]
        self.size = len(words)
        lengths = np.array([len(each) for each in words], dtype=np.float32)
        self._norms = self._norm(lengths)
        self._postings = _build_postings([build_forms(each) for each in words])
        self.common = {
            form: _compute_rarity(len(numbers), self.size)
            for form, numbers in self._postings.items()
            if len(numbers) > self.COMMON * self.size
        }

    def shares(self, question: str) -> tuple[Scores, dict[str, float]]:
        """Return each text's BM25 score relative to that of the question itself, and the rarity of the words."""
        forms = build_forms(dict.fromkeys(make_searchable(question).split()))
        rarity = {form: _compute_rarity(len(self._postings.get(form, ())), self.size) for form in forms}
        scores = np.zeros(self.size, dtype=np.float32)
        for form, part in forms.items():
            if form in self._postings:
                scores[self._postings[form]] += part * rarity[form]
        itself = sum(part * rarity[form] for form, part in forms.items())
        whole = itself * float(self._norm(np.array(sum(forms.values()), dtype=np.float32)))
        return np.minimum(1, scores * self._norms / max(whole, 1e-9)), rarity

    def _norm(self, lengths: Scores) -> Scores:
        return np.asarray((K1 + 1) / (1 + K1 * (1 - B + B * lengths / self.MEAN_LENGTH)), dtype=np.float32)


def _build_postings(texts: Sequence[Iterable[str]]) -> dict[str, Numbers]:
    """Return, for each word, the numbers of the texts that contain it."""
    postings: dict[str, list[int]] = {}
    for number, words in enumerate(texts):
        for word in words:
            postings.setdefault(word, []).append(number)
    return {word: np.array(numbers) for word, numbers in postings.items()}


def _compute_rarity(having: int, size: int) -> float:
    return log(1 + (size - having + 0.5) / (having + 0.5))


def select_best(scores: Scores, most: int) -> Numbers:
    """Return the numbers of the best texts, best first; ties go to the earlier text."""
    most = min(most, len(scores))
    found = np.argpartition(-scores, most - 1)[:most]
    found.sort()
    return found[np.argsort(-scores[found], kind="stable")]
