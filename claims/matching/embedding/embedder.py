"""The interface of an embedder."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from factcheck.web.throttling.costs import TOKEN

Vectors = NDArray[np.float32]

#: Statements and posts say what they say in a sentence or two. Of what is longer, the beginning counts: models take
#: about as much, and what they need grows with it.
MAX_TEXT_LENGTH = 2000


class Embedder(Protocol):
    """Makes vectors of unit length, a row for each text."""

    @property
    def name(self) -> str:
        """Of the model and its version, as it is stored beside each vector: other vectors, another name."""

    @property
    def dimensions(self) -> int: ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of statements, which are searched for."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts used to search."""


class EmbedderError(Exception):
    """No vectors came; `str()` is a sentence for a person."""


class TextRefused(EmbedderError):
    """The embedder will not take these texts, but works as such."""


#: What a model takes grows faster than the number of tokens: a thousand take two seconds, 250 a third of one. A longer
#: question says in the first what it is about.
MAX_QUERY_TOKENS = 250


def clip_query(text: str) -> str:
    """Return the beginning of a query, with about the number of tokens that count."""
    tokens = TOKEN.finditer(text)
    end = next((token.start() for number, token in enumerate(tokens) if number == MAX_QUERY_TOKENS), None)
    return clip_text(text[:end])


def clip_text(text: str) -> str:
    """Return the part of a text that counts, without characters that embedders cannot handle."""
    return text[:MAX_TEXT_LENGTH].replace("\0", " ").encode("utf-8", "replace").decode()


def scale_to_unit_length(vectors: Vectors) -> Vectors:
    exact = vectors.astype(float)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    return (exact / np.maximum(lengths, np.finfo(float).tiny)).astype(np.float32)
