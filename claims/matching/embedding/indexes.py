"""The vector indexes of each model: one for published claims, and one for claims at the desk.

The public index contains no drafts, so no draft can displace a public claim from the top results. The indexes are
built once all vectors of a model are stored, which is several times faster, and CONCURRENTLY, so that writes continue.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.conf import settings
from django.db import ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from claims.models import EmbeddingModel
from factcheck.database.database_roles import get_owner_identity

logger = logging.getLogger(__name__)

#: With fewer vectors, comparing all of them takes only a few milliseconds.
MIN_INDEXED_VECTORS = 5000

#: The number of neighbours examined for each vector added to the graph (pgvector's default: 64). Real vectors lie
#: closer together than random ones: with 64, the index finds 96 % of the ten nearest vectors; with this value, 98 %.
_EF_CONSTRUCTION = 200

#: The endings of index names, and whether the index contains only public vectors.
_KINDS = {"public": True, "desk": False}

_MEGABYTE = 2**20
_MIN_MEMORY, _MAX_MEMORY = 64 * _MEGABYTE, 1024 * _MEGABYTE


def build_indexes(model: EmbeddingModel, *, workers: int = 0, at_low_priority: bool = False) -> None:
    """Build the indexes that are missing, except for models with too few vectors to benefit.

    Args:
        workers: the number of further database processes for the build.
        at_low_priority: whether other work on this machine goes first.
    """
    for kind, is_public in _KINDS.items():
        count = _count_vectors(model, is_public=is_public)
        name = _build_index_name(model, kind)
        if count < MIN_INDEXED_VECTORS or _is_usable(name):
            continue
        try:
            with _open_separate_connection() as own_connection, own_connection.cursor() as cursor:
                if at_low_priority:
                    _lower_priority(cursor)
                _build_index(cursor, model, name, is_public=is_public, count=count, workers=workers)
        except ProgrammingError as error:
            logger.warning(
                "Queries are slow because the index %s is missing: %s. Only the owner of the tables can build it; run"
                " manage.py embed_claims with OWNER_DATABASE_URL.",
                name,
                str(error).strip(),
            )


def drop_indexes(model: EmbeddingModel) -> None:
    """Drop the model's indexes, because vectors without an index are removed faster."""
    try:
        with _open_separate_connection() as own_connection, own_connection.cursor() as cursor:
            for kind in _KINDS:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{_build_index_name(model, kind)}")
    except ProgrammingError as error:
        logger.warning(
            "The empty indexes of %s remain: %s. The owner of the tables can drop them.",
            model,
            str(error).strip(),
        )


def _build_index(
    cursor: Any, model: EmbeddingModel, name: str, *, is_public: bool, count: int, workers: int
) -> None:
    condition = "is_public" if is_public else "NOT is_public"
    # If the graph does not fit into memory, building it takes ten times as long.
    memory = min(_MAX_MEMORY, max(_MIN_MEMORY, int(count * (2 * model.dimensions + 500) * 1.3)))
    cursor.execute(f"SET maintenance_work_mem = '{memory // 1024}kB'")
    cursor.execute(f"SET max_parallel_maintenance_workers = {workers:d}")
    # An interrupted build leaves an invalid index.
    cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{name}")
    cursor.execute(
        f"CREATE INDEX CONCURRENTLY {name} ON public.claims_statementvector"
        f" USING hnsw ((vector::public.halfvec({model.dimensions:d})) public.halfvec_ip_ops)"
        f" WITH (ef_construction = {_EF_CONSTRUCTION:d}) WHERE model_id = {model.pk:d} AND {condition}"
    )
    # There are no statistics about an expression until ANALYZE has run.
    cursor.execute("ANALYZE public.claims_statementvector")


@contextmanager
def _open_separate_connection() -> Iterator[BaseDatabaseWrapper]:
    """Open a separate connection with its own settings, for work outside transactions.

    Uses the role that owns the tables, if this process has its credentials: only the owner may create indexes.
    """
    own_connection = connection.copy()
    own_connection.settings_dict.update(get_owner_identity())
    own_connection.settings_dict["OPTIONS"].pop("pool", None)
    with closing(own_connection):
        yield own_connection


def _lower_priority(cursor: Any) -> None:
    """Lower the priority of the database process, if the server is the embedded one on this machine."""
    if not settings.EMBEDDED_DATABASE:
        return
    cursor.execute("SELECT pg_backend_pid()")
    [pid] = cursor.fetchone()
    try:
        os.setpriority(os.PRIO_PROCESS, pid, 19)
    except OSError:
        return  # the server runs as another user


def _build_index_name(model: EmbeddingModel, kind: str) -> str:
    return f"claims_statementvector_hnsw_{model.pk:d}_{kind}"


def _count_vectors(model: EmbeddingModel, *, is_public: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM claims_statementvector WHERE model_id = %s AND is_public = %s",
            [model.pk, is_public],
        )
        [count] = cursor.fetchone()
    return int(count)


def _is_usable(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid", [f"public.{name}"]
        )
        return bool(cursor.rowcount)
