"""Without an embedder: matching works on words alone."""

from collections.abc import Sequence
from typing import Any

from claims.matching.asked import Vector


def embedder() -> Any:
    """The configured one."""
    return None


def query_vectors(texts: Sequence[str], languages: Sequence[str]) -> list[Vector | None]:
    """The vectors of questions."""
    return [None for _ in texts]


def nearest(vector: Vector, *, public: bool, most: int) -> list[tuple[int, float, Vector]]:
    """Claims near a question, each with its cosine and its vector, the nearest first."""
    return []


def vectors_of(claims: Sequence[int], *, public: bool) -> dict[int, Vector]:
    """The vectors of claims that have one."""
    return {}
