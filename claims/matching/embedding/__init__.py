"""Embeddings of statements, which find claims in other words or another language.

Begin with `neighbours`: `query_vector` and `nearest`. `embedder` defines what makes vectors, `choice` reads which of
`nano_e5` and `endpoint` is configured; `pending_vectors`, `means`, `indexes` and `maintenance` look after the stored
vectors, and `tasks` run them in the worker. Without an embedder `query_vector` is None and matching uses words only.

May import the models. A cosine shows the subject of a text, not its meaning: a claim and its negation reach .97.
"""

from claims.matching.embedding.choice import embedder
from claims.matching.embedding.embedder import Embedder
from claims.matching.embedding.neighbours import nearest, query_vector, query_vectors, vectors_of

__all__ = ["Embedder", "embedder", "nearest", "query_vector", "query_vectors", "vectors_of"]
