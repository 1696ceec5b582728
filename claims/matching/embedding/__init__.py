"""Vectors of statements: by which claims are found that say the same in other words or another language.

Begin with `neighbours`, which is asked: `query_vector` and `nearest`. `embedder` says what makes vectors, `choice`
which of `nano_e5` and `endpoint` is configured; `outstanding`, `means`, `indexes` and `upkeep` keep what is stored, and
`tasks` have the worker do it. Without an embedder `query_vector` returns None, and everything works on words alone.

May import the models. Cosines say what a text is about, not what it says: that of a claim and its negation is .97.
"""

from claims.matching.embedding.choice import embedder
from claims.matching.embedding.embedder import Embedder
from claims.matching.embedding.neighbours import nearest, query_vector, query_vectors, vectors_of

__all__ = ["Embedder", "embedder", "nearest", "query_vector", "query_vectors", "vectors_of"]
