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
        self._question_means = {
            language: self._compute_mean(self.embed_raw_questions(texts)) for language, texts in posts.items()
        }
        self._claim_means = {
            language: self._compute_mean(self.embed_raw_claims(texts)) for language, texts in posts.items()
        }
        for means in (self._question_means, self._claim_means):
            means[""] = np.mean(list(means.values()), axis=0)

    @staticmethod
    def _compute_mean(vectors: Vectors) -> Mean:
        return np.asarray(vectors.mean(axis=0, dtype=float))

    def embed_raw_questions(self, texts: Sequence[str]) -> Vectors:
        """Return the model's vectors of questions."""
        return self._embed_in_batches("queries", self._embedder.embed_queries, texts)

    def embed_raw_claims(self, texts: Sequence[str]) -> Vectors:
        return self._embed_in_batches("passages", self._embedder.embed_statements, texts)

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return vectors of questions, minus the mean of each language."""
        means = np.array(
            [self._question_means.get(language, self._question_means[""]) for language in languages]
        )
        return subtract_mean(self.embed_raw_questions(texts), means)[0]

    def embed_claims(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return vectors of claims, minus each language's mean, computed from these claims if there are enough."""
        raw_vectors = self.embed_raw_claims(texts)
        language_array = np.array(languages)
        means = dict(self._claim_means)
        for language in set(languages):
            if (language_array == language).sum() >= MIN_STATEMENTS:
                means[language] = self._compute_mean(raw_vectors[language_array == language])
        return subtract_mean(
            raw_vectors, np.array([means.get(language, means[""]) for language in languages])
        )[0]

    def _embed_in_batches(
        self, kind: str, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]
    ) -> Vectors:
        batches = [
            self._embed_batch(kind, embed, texts[i : i + BATCH_SIZE])
            for i in range(0, len(texts), BATCH_SIZE)
        ]
        return np.concatenate(batches) if batches else np.empty((0, self._embedder.dimensions), np.float32)

    def _embed_batch(
        self, kind: str, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]
    ) -> Vectors:
        name = hashlib.sha256("\0".join([kind, *texts]).encode("utf-8", "replace")).hexdigest()[:16]
        path = self._folder / f"{name}.npy"
        if not path.exists():
            vectors = np.empty((len(texts), self._embedder.dimensions), np.float32)
            # Texts of one length together, so that short ones do not wait for long ones.
            order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
            vectors[order] = embed([texts[number] for number in order])
            partial_path = path.with_suffix(".part")
            with partial_path.open("wb") as file:
                np.save(file, vectors.astype(np.float16))
            partial_path.rename(path)
        return np.asarray(np.load(path), dtype=np.float32)


def build_embeddings() -> Embeddings | None:
    """Return the configured embedder's vectors, or None."""
    embedder = get_embedder(threads=2)
    return Embeddings(embedder, Path(settings.DATA_DIR) / "benchmarks" / "matching") if embedder else None


def build_queries(questions: Sequence[Question], embeddings: Embeddings | None) -> list[TextQuery]:
    """Return the questions as queries with vectors."""
    texts = [clean_post(question.text) for question in questions]
    vectors = (
        embeddings.embed_questions(texts, [question.language for question in questions])
        if embeddings
        else [None] * len(texts)
    )
    return [
        TextQuery(question.text, cleaned_text, question.language, vector, question.claimant, question.said_on)
        for question, cleaned_text, vector in zip(questions, texts, vectors, strict=True)
    ]
