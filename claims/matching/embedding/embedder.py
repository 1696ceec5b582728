"""The interface of an embedder."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from factcheck.web.throttling.costs import TOKEN_PATTERN

Vectors = NDArray[np.float32]

#: Statements and posts make their point in a sentence or two. Only the beginning of longer texts counts: models read
#: about this much, and their memory use grows with it.
MAX_TEXT_LENGTH = 2000


class Embedder(Protocol):
    """An embedder, which computes unit vectors, one row for each text."""

    @property
    def name(self) -> str:
        """Return the model's name and version, stored with each vector: different vectors need a new name."""

    @property
    def dimensions(self) -> int: ...

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of statements, for storing."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of search queries."""


class EmbedderError(Exception):
    """The embedder returned no vectors; `str()` is a sentence for a person."""


class TextRefused(EmbedderError):
    """The embedder rejects these texts but is otherwise working."""


#: A model's time grows faster than the number of tokens: two seconds for 1,000 tokens, a third of a second for 250.
#: The first tokens of a long query state its subject.
MAX_QUERY_TOKENS = 250


def clip_query(text: str) -> str:
    """Return the beginning of a query, cut to about the number of tokens that the model reads."""
    tokens = TOKEN_PATTERN.finditer(text)
    end = next((token.start() for number, token in enumerate(tokens) if number == MAX_QUERY_TOKENS), None)
    return clip_text(text[:end])


def clip_text(text: str) -> str:
    """Return the part of a text that the model reads, without characters that embedders cannot handle."""
    return text[:MAX_TEXT_LENGTH].replace("\0", " ").encode("utf-8", "replace").decode()


def scale_to_unit_length(vectors: Vectors) -> Vectors:
    float_vectors = vectors.astype(float)
    lengths = np.linalg.norm(float_vectors, axis=1, keepdims=True)
    return (float_vectors / np.maximum(lengths, np.finfo(float).tiny)).astype(np.float32)
