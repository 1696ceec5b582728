"""Embeddings of statements, for finding claims that are worded differently or in another language.

Begin with `neighbours`: `compute_query_vectors` and `find_nearest`. `embedder` defines the interface for computing
vectors, and `choice` selects the embedder (`nano_e5` or `endpoint`) and the model for queries. `pending_vectors`,
`means`, `indexes` and `maintenance` maintain the stored vectors, and `tasks` runs them in the worker. Without an
embedder, `compute_query_vectors` returns no vectors and matching uses words only.

This package may import `claims.models`. The cosine of two vectors reflects the subject of their texts rather than the
meaning: for a claim and its negation it reaches .97.
"""

from claims.matching.embedding.choice import get_embedder
from claims.matching.embedding.embedder import Embedder
from claims.matching.embedding.neighbours import compute_query_vectors, find_nearest, load_vectors
