"""Cached vectors of claims and questions. Computing them takes most of the time of a measurement."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from benchmarks.matching.datasets import Question
from claims.matching.embedding import get_embedder
from claims.matching.embedding.centring import subtract_mean
from claims.matching.embedding.embedder import Embedder, Vectors
from claims.matching.embedding.means import MIN_STATEMENTS
from claims.matching.embedding.sample_posts import load_sample_posts
from claims.matching.posts import clean_post
from claims.matching.query import TextQuery

#: So many texts are embedded at once, and then kept.
BATCH_SIZE = 2_000

Mean = NDArray[np.float64]


class Embeddings:
    """Vectors of an embedder, centred as in `claims.matching.embedding`."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._folder = folder / hashlib.sha256(embedder.name.encode()).hexdigest()[:12]
        self._folder.mkdir(parents=True, exist_ok=True)
        posts = load_sample_posts()
        self._asked = {language: self._mean(self.raw_questions(texts)) for language, texts in posts.items()}
        self._stated = {language: self._mean(self.raw_claims(texts)) for language, texts in posts.items()}
        for means in (self._asked, self._stated):
            means[""] = np.mean(list(means.values()), axis=0)

    @staticmethod
    def _mean(vectors: Vectors) -> Mean:
        return np.asarray(vectors.mean(axis=0, dtype=float))

    def raw_questions(self, texts: Sequence[str]) -> Vectors:
        """Return the model's vectors of questions."""
        return self._made("queries", self._embedder.embed_queries, texts)

    def raw_claims(self, texts: Sequence[str]) -> Vectors:
        return self._made("passages", self._embedder.embed_statements, texts)

    def questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return vectors of questions, minus the mean of each language."""
        means = np.array([self._asked.get(language, self._asked[""]) for language in languages])
        return subtract_mean(self.raw_questions(texts), means)[0]

    def claims(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return vectors of claims, minus each language's mean, computed from these claims if there are enough."""
        raw = self.raw_claims(texts)
        known = np.array(languages)
        means = dict(self._stated)
        for language in set(languages):
            if (known == language).sum() >= MIN_STATEMENTS:
                means[language] = self._mean(raw[known == language])
        return subtract_mean(raw, np.array([means.get(language, means[""]) for language in languages]))[0]

    def _made(self, kind: str, make: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        found = [
            self._portion(kind, make, texts[i : i + BATCH_SIZE]) for i in range(0, len(texts), BATCH_SIZE)
        ]
        return np.concatenate(found) if found else np.empty((0, self._embedder.dimensions), np.float32)

    def _portion(self, kind: str, make: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        name = hashlib.sha256("\0".join([kind, *texts]).encode("utf-8", "replace")).hexdigest()[:16]
        kept = self._folder / f"{name}.npy"
        if not kept.exists():
            vectors = np.empty((len(texts), self._embedder.dimensions), np.float32)
            # Texts of one length together, so that short ones do not wait for long ones.
            order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
            vectors[order] = make([texts[number] for number in order])
            partly = kept.with_suffix(".part")
            with partly.open("wb") as file:
                np.save(file, vectors.astype(np.float16))
            partly.rename(kept)
        return np.asarray(np.load(kept), dtype=np.float32)


def build_embeddings() -> Embeddings | None:
    """Return the configured embedder's vectors, or None."""
    found = get_embedder(threads=2)
    return Embeddings(found, Path(settings.DATA_DIR) / "benchmarks" / "matching") if found else None


def build_queries(questions: Sequence[Question], made: Embeddings | None) -> list[TextQuery]:
    """Return the questions as queries with vectors."""
    middleware_without_telemetry = [clean_post(question.text) for question in questions]
    vectors = (
        made.questions(middleware_without_telemetry, [question.language for question in questions])
        if made
        else [None] * len(middleware_without_telemetry)
    )
    return [
        TextQuery(question.text, text, question.language, vector, question.claimant, question.said_on)
        for question, text, vector in zip(questions, middleware_without_telemetry, vectors, strict=True)
    ]
