"""A small model for tests: quick, the same everywhere, and near for texts that share letters."""

import hashlib
from collections.abc import Sequence

import numpy as np

from claims.matching.embedding.embedder import TextRefused, Vectors, scale_to_unit_length

TINY = "tests.helpers.embedders.TinyEmbedder"
OTHER = "tests.helpers.embedders.OtherEmbedder"


class TinyEmbedder:
    """Counts the words of a text, and the letters of its script, which are what its language has in common."""

    name = "tiny"
    dimensions = 48

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.casefold().split():
                digest = hashlib.sha256(word.strip(".,!?").encode()).digest()
                vector += np.resize(np.frombuffer(digest, np.int8), self.dimensions) * (1 + digest[0] / 512)
            vector += 50.0
        return scale_to_unit_length(vectors)


class OtherEmbedder(TinyEmbedder):
    """Another model, of other dimensions."""

    name = "other"
    dimensions = 24


class FussyEmbedder(TinyEmbedder):
    """Takes no text with a certain word, and no long one."""

    name = "fussy"

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        if any("unspeakable" in text or len(text) > 1000 for text in texts):
            raise TextRefused("It will not take this.")
        return super().embed_statements(texts)
