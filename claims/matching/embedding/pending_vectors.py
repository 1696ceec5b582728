"""Find statements without a vector, and store new vectors.

Missing vectors are found by querying claims and publications each time. A separate list could miss rows that arrive
by COPY, by SQL or from a backup.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction

from claims.matching.embedding.embedder import Vectors
from claims.models import EmbeddingModel
from claims.models.statement_vector import (
    build_base_language_sql,
    build_is_present_sql,
    build_is_public_sql,
    build_published_statement_sql,
)
from factcheck.database.model_fields import format_half_vector


class PendingStatement(NamedTuple):
    """A statement without a vector."""

    claim: int
    language: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class VectorTally(NamedTuple):
    """The number of vectors that a model has, and the number that it lacks."""

    stored: int
    missing: int


# Published statements without a vector, found by key so that only their bodies are read.
_PUBLISHED_SQL = f"""
    SELECT entry.claim_id, {build_base_language_sql("entry.language")}, {build_published_statement_sql("entry")}
    FROM (
        SELECT entry.id FROM claims_publication AS entry
        WHERE entry.superseded_at IS NULL AND entry.status = 'published' AND entry.claim_id > %(after)s
            AND NOT EXISTS (
                SELECT FROM claims_statementvector AS made
                WHERE made.model_id = %(model)s AND made.claim_id = entry.claim_id AND made.is_public
            )
        ORDER BY entry.claim_id LIMIT %(most)s
    ) AS page JOIN claims_publication AS entry USING (id)
    ORDER BY entry.claim_id
"""

# Statements at the desk without a vector, published or not.
_PRESENT_SQL = f"""
    SELECT claim.id, {build_base_language_sql("claim.language")}, claim.statement
    FROM claims_claim AS claim
    WHERE claim.state <> 'merged' AND claim.id > %(after)s AND NOT EXISTS (
        SELECT FROM claims_statementvector AS made
        WHERE made.model_id = %(model)s AND made.claim_id = claim.id AND made.is_present
    )
    ORDER BY claim.id LIMIT %(most)s
"""

# If the statement at the desk equals the published one, that vector serves both.
_REUSE_SQL = f"""
    UPDATE claims_statementvector AS made SET is_present = true FROM claims_claim AS claim
    WHERE made.model_id = %s AND made.claim_id = claim.id AND claim.id = ANY (%s)
        AND made.is_public AND NOT made.is_present AND {build_is_present_sql("made", "claim")}
"""

_COUNT_SQL = """
    SELECT
        (SELECT count(*) FROM claims_statementvector WHERE model_id = %(model)s),
        (SELECT count(*) FROM claims_publication AS entry
            WHERE entry.superseded_at IS NULL AND entry.status = 'published' AND NOT EXISTS (
                SELECT FROM claims_statementvector AS made
                WHERE made.model_id = %(model)s AND made.claim_id = entry.claim_id AND made.is_public
            )),
        (SELECT count(*) FROM claims_claim AS claim
            WHERE claim.state <> 'merged' AND NOT EXISTS (
                SELECT FROM claims_statementvector AS made
                WHERE made.model_id = %(model)s AND made.claim_id = claim.id AND made.is_present
            ) AND NOT EXISTS (
                SELECT FROM claims_publication AS entry
                WHERE entry.claim_id = claim.id AND entry.superseded_at IS NULL AND entry.status = 'published'
                    AND NOT EXISTS (
                        SELECT FROM claims_statementvector AS made
                        WHERE made.model_id = %(model)s AND made.claim_id = entry.claim_id AND made.is_public
                    )
            ))
"""

# Only current statements, as one vector if both are the same. Results computed concurrently are equally valid.
_STORE_SQL = f"""
    INSERT INTO claims_statementvector
        (model_id, claim_id, language, text_sha256, is_public, is_present, mean_id, length, vector)
    SELECT *
    FROM (
        SELECT %s::bigint, made.claim_id, made.language, made.text_sha256,
            EXISTS (
                SELECT FROM claims_publication AS entry
                WHERE entry.claim_id = made.claim_id AND {build_is_public_sql("made", "entry")}
            ) AS is_public,
            EXISTS (
                SELECT FROM claims_claim AS claim
                WHERE claim.id = made.claim_id AND {build_is_present_sql("made", "claim")}
            ) AS is_present,
            made.mean_id, made.length, made.vector
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::float8[], %s::public.halfvec[])
            AS made (claim_id, language, text_sha256, mean_id, length, vector)
    ) AS said
    WHERE is_public OR is_present
    ORDER BY claim_id
    ON CONFLICT DO NOTHING
"""


def find_pending(model: EmbeddingModel, limit: int) -> Iterator[list[PendingStatement]]:
    """Yield all statements without a vector, in lists of up to `limit`; published statements come first."""
    for statement_sql in (_PUBLISHED_SQL, _PRESENT_SQL):
        last_claim = 0
        while statements := _query_statements(statement_sql, model, last_claim, limit):
            last_claim = statements[-1].claim
            if statement_sql is _PRESENT_SQL:
                statements = _exclude_published(model, statements)
            if statements:
                yield statements


def has_pending(model: EmbeddingModel) -> bool:
    """Return whether any statement lacks a vector."""
    return any(
        _query_statements(statement_sql, model, 0, 1) for statement_sql in (_PUBLISHED_SQL, _PRESENT_SQL)
    )


def count_vectors(model: EmbeddingModel) -> VectorTally:
    """Return the number of vectors, and the number of statements without one."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SQL, {"model": model.pk})
        stored_count, published_count, desk_count = cursor.fetchone()
    return VectorTally(stored_count, published_count + desk_count)


def store_vectors(
    model: EmbeddingModel,
    statements: Sequence[PendingStatement],
    vectors: Vectors,
    lengths: Vectors,
    means: Sequence[int],
) -> None:
    """Store the vectors of statements. Statements that have changed meanwhile are skipped."""
    claims = [statement.claim for statement in statements]
    with transaction.atomic(), connection.cursor() as cursor:
        # Lock the rows, so that they do not change before the vectors are stored. All code locks claims first.
        cursor.execute("SELECT FROM claims_claim WHERE id = ANY (%s) ORDER BY id FOR SHARE", [claims])
        cursor.execute(
            "SELECT FROM claims_publication WHERE claim_id = ANY (%s) AND superseded_at IS NULL"
            " ORDER BY claim_id FOR SHARE",
            [claims],
        )
        cursor.execute(
            _STORE_SQL,
            [
                model.pk,
                claims,
                [statement.language for statement in statements],
                [statement.sha256 for statement in statements],
                list(means),
                np.asarray(lengths, float).tolist(),
                [format_half_vector(vector) for vector in vectors],
            ],
        )


def _query_statements(
    statement_sql: str, model: EmbeddingModel, last_claim: int, limit: int
) -> list[PendingStatement]:
    with connection.cursor() as cursor:
        cursor.execute(statement_sql, {"model": model.pk, "after": last_claim, "most": limit})
        return [PendingStatement(*row) for row in cursor.fetchall()]


def _exclude_published(
    model: EmbeddingModel, statements: Sequence[PendingStatement]
) -> list[PendingStatement]:
    """Return the statements without a published vector. A published vector also serves the desk."""
    claims = [statement.claim for statement in statements]
    with connection.cursor() as cursor:
        cursor.execute(_REUSE_SQL + " RETURNING made.claim_id", [model.pk, claims])
        claims_with_vector = {claim for (claim,) in cursor.fetchall()}
    return [statement for statement in statements if statement.claim not in claims_with_vector]
