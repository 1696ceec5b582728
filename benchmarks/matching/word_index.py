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
        word_counts = [Counter(split_words(text)) for text in texts]
        self.size = len(word_counts)
        lengths = np.array([counts.total() for counts in word_counts], dtype=np.float32)
        norms = K1 * (1 - B + B * lengths / max(1.0, float(lengths.mean())))
        self._postings: dict[str, tuple[Numbers, Scores]] = {}
        for word, text_numbers in _build_postings(word_counts).items():
            frequencies = np.array([word_counts[number][word] for number in text_numbers], dtype=np.float32)
            weights = (
                _compute_rarity(len(text_numbers), self.size)
                * frequencies
                * (K1 + 1)
                / (frequencies + norms[text_numbers])
            )
            self._postings[word] = (text_numbers, weights.astype(np.float32))

    def compute_scores(self, question: str) -> Scores:
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
    MIN_COMMON_SHARE = 0.0125

    def __init__(self, texts: Iterable[str]) -> None:
        words = [dict.fromkeys(make_searchable(text).split()) for text in texts]
        self.size = len(words)
        lengths = np.array([len(text_words) for text_words in words], dtype=np.float32)
        self._norms = self._compute_norms(lengths)
        self._postings = _build_postings([build_forms(text_words) for text_words in words])
        self.common = {
            form: _compute_rarity(len(numbers), self.size)
            for form, numbers in self._postings.items()
            if len(numbers) > self.MIN_COMMON_SHARE * self.size
        }

    def compute_shares(self, question: str) -> tuple[Scores, dict[str, float]]:
        """Return each text's BM25 score relative to that of the question itself, and the rarity of the words."""
        forms = build_forms(dict.fromkeys(make_searchable(question).split()))
        rarity = {form: _compute_rarity(len(self._postings.get(form, ())), self.size) for form in forms}
        scores = np.zeros(self.size, dtype=np.float32)
        for form, weight in forms.items():
            if form in self._postings:
                scores[self._postings[form]] += weight * rarity[form]
        own_score = sum(weight * rarity[form] for form, weight in forms.items())
        max_score = own_score * float(self._compute_norms(np.array(sum(forms.values()), dtype=np.float32)))
        return np.minimum(1, scores * self._norms / max(max_score, 1e-9)), rarity

    def _compute_norms(self, lengths: Scores) -> Scores:
        return np.asarray((K1 + 1) / (1 + K1 * (1 - B + B * lengths / self.MEAN_LENGTH)), dtype=np.float32)


def _build_postings(texts: Sequence[Iterable[str]]) -> dict[str, Numbers]:
    """Return, for each word, the numbers of the texts that contain it."""
    postings: dict[str, list[int]] = {}
    for number, words in enumerate(texts):
        for word in words:
            postings.setdefault(word, []).append(number)
    return {word: np.array(numbers) for word, numbers in postings.items()}


def _compute_rarity(text_count: int, total_count: int) -> float:
    return log(1 + (total_count - text_count + 0.5) / (text_count + 0.5))


def select_best(scores: Scores, limit: int) -> Numbers:
    """Return the numbers of the best texts, best first; ties go to the earlier text."""
    limit = min(limit, len(scores))
    best_numbers = np.argpartition(-scores, limit - 1)[:limit]
    best_numbers.sort()
    return best_numbers[np.argsort(-scores[best_numbers], kind="stable")]
