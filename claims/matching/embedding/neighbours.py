"""Find the nearest claims to a query vector."""

import logging
from collections.abc import Sequence

import numpy as np

from claims.matching.embedding.centring import subtract_mean
from claims.matching.embedding.choice import QueryModel, get_query_model
from claims.matching.embedding.embedder import EmbedderError, clip_query
from claims.matching.query import Vector
from factcheck.database.model_fields import format_half_vector, parse_half_vector
from factcheck.database.read_connections import fetch_rows

logger = logging.getLogger(__name__)

#: The number of candidates that the index examines. Measured in docs/decisions/0037-vectors-of-statements.md.
EF_SEARCH = 120


def compute_query_vectors(
    texts: Sequence[str], languages: Sequence[str], *, model: QueryModel | None = None
) -> list[Vector | None]:
    """Return a vector for each query, comparable to stored vectors. All are None if no embedder is available.

    One call for many texts costs less than a call for each.

    Args:
        languages: BCP 47 tags; empty if unknown.
        model: the model, if already known; then nothing is read from the database.
    """
    model = model or get_query_model()
    clipped_texts = {index: clip_query(text) for index, text in enumerate(texts) if text.strip()}
    no_vectors: list[Vector | None] = [None] * len(texts)
    if model is None or not clipped_texts:
        return no_vectors
    try:
        raw_vectors = model.embedder.embed_queries(list(clipped_texts.values()))
    except EmbedderError as fault:
        logger.warning("Claims are found only by their words: %s", fault)
        return no_vectors
    if raw_vectors.shape != (len(clipped_texts), model.dimensions):
        logger.warning(
            "Claims are found only by their words: %s now returns different vectors.", model.embedder.name
        )
        return no_vectors
    means = np.array([model.mean(languages[index]) for index in clipped_texts])
    centred = dict(zip(clipped_texts, subtract_mean(raw_vectors, means)[0], strict=True))
    return [centred.get(index) for index in range(len(texts))]


def load_vectors(claims: Sequence[int], *, is_public: bool) -> dict[int, Vector]:
    """Return the stored vectors of these claims: of their publications if `is_public`, else of their statements."""
    model = get_query_model()
    if model is None or not claims:
        return {}
    column = "is_public" if is_public else "is_present"
    rows = fetch_rows(
        f"SELECT claim_id, halfvec_send(vector) FROM claims_statementvector"  # noqa: S608  one of two words
        f" WHERE model_id = %s AND claim_id = ANY (%s) AND {column}",
        [model.id, list(claims)],
    )
    return {claim: parse_half_vector(stored_vector) for claim, stored_vector in rows}


def find_nearest(
    vector: Vector, *, is_public: bool, limit: int, candidate_count: int = EF_SEARCH
) -> list[tuple[int, float, Vector]]:
    """Return the claims nearest to a vector, nearest first: id, cosine, vector.

    Args:
        is_public: whether to search published statements only, or also statements at the desk. If a claim's two
            statements differ, the nearer statement counts.
        candidate_count: the number of candidates that the index considers; 0 compares all vectors, which is exact but
            slow.
    """
    model = get_query_model()
    if model is None or len(vector) != model.dimensions:
        return []
    neighbours_sql = "SELECT claim, cosine, sent FROM claims_neighbours(%s, %s, %s, {}, %s, %s)"
    sql = " UNION ALL ".join(
        neighbours_sql.format(kind) for kind in (("true",) if is_public else ("true", "false"))
    )
    values = [model.id, model.dimensions, format_half_vector(vector), limit, candidate_count]
    rows = fetch_rows(sql, values * (1 if is_public else 2))
    neighbours: dict[int, tuple[int, float, Vector]] = {}
    for claim, cosine, stored_vector in sorted(rows, key=lambda row: (-row[1], row[0])):
        neighbours.setdefault(claim, (claim, cosine, parse_half_vector(stored_vector)))
    return list(neighbours.values())[:limit]
