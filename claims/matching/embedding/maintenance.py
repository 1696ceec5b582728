"""Create missing vectors, in the worker and in `manage.py embed_claims`.

The work can be interrupted at any moment and continued later: finished vectors are stored, and all others are created
later.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from claims.matching.embedding import choice, indexes, means
from claims.matching.embedding.embedder import Embedder, EmbedderError, TextRefused, Vectors
from claims.matching.embedding.pending_vectors import (
    PendingStatement,
    VectorTally,
    count_vectors,
    find_pending,
    has_pending,
    store_vectors,
)
from claims.matching.embedding.sample_posts import load_sample_posts
from claims.models import EmbeddingModel, LanguageMean, StatementVector
from factcheck.database import clock
from factcheck.database.locks import NameAlreadyLocked, lock_exclusively

logger = logging.getLogger(__name__)

#: Statements per batch, which takes a quarter of a second. The caller can stop after each batch.
BATCH_SIZE = 16
#: After this many new claims, the means are checked, because more languages may have enough claims.
RECENTRE_AFTER = 2000
#: If an embedder rejects a text, only this many characters of its beginning are sent again.
SHORTENED_LENGTH = 500
#: A model without maintenance for this long is removed, once the configured one is complete. Processes that were
#: not restarted yet use it until then.
ABANDONED_AFTER = timedelta(days=1)
#: The number of vectors removed in one statement.
REMOVAL_BATCH_SIZE = 5000


class MaintenanceUnderWay(Exception):
    """Another process is creating vectors of this model now."""


class WrongDimensions(EmbedderError):
    """The embedder's vectors have a different size from the vectors stored under its name."""


class EmbeddingProgress(NamedTuple):
    """The progress of `bring_up_to_date`: the current stage, and how much of it is done."""

    stage: str
    done_count: int
    total: int


ReportProgress = Callable[[EmbeddingProgress], None]


def get_or_create_model(embedder: Embedder) -> EmbeddingModel:
    """Return the row of the embedder's model, creating it if missing.

    Raises:
        WrongDimensions: the vectors stored under its name have a different size.
    """
    model, _is_new = EmbeddingModel.objects.get_or_create(
        name=embedder.name, defaults={"dimensions": embedder.dimensions}
    )
    if model.dimensions != embedder.dimensions:
        raise WrongDimensions(
            gettext(
                "%(embedder)s returns vectors with %(dimensions)s dimensions, but the stored ones have "
                "%(dimensions_2)s. Remove them: manage.py embed_claims --remove %(embedder_2)s"
            )
            % {
                "embedder": embedder.name,
                "dimensions": f"{embedder.dimensions:,}",
                "dimensions_2": f"{model.dimensions:,}",
                "embedder_2": f"{embedder.name!r}",
            }
        )
    return model


def is_up_to_date(embedder: Embedder) -> bool:
    """Return whether all vectors are up to date. This is cheap to call."""
    model = EmbeddingModel.objects.complete().filter(name=embedder.name).first()
    if model is None or model.means.filter(kind=LanguageMean.Kind.CLAIMS, is_settled=False).exists():
        return False
    EmbeddingModel.objects.filter(pk=model.pk).update(kept_at=Now())
    return not has_pending(model)


def bring_up_to_date(
    embedder: Embedder,
    *,
    report_progress: ReportProgress = lambda progress: None,
    is_stopped: Callable[[], bool] = lambda: False,
    index_workers: int = 0,
    at_low_priority: bool = False,
) -> bool:
    """Create missing vectors, and activate the model when none is missing.

    Args:
        report_progress: called after each batch.
        is_stopped: called before each batch; the work stops if it returns True.
        at_low_priority: whether the database builds indexes after all other work.

    Returns:
        Whether everything is done.

    Raises:
        EmbedderError: the embedder is unavailable, or returns no vectors.
        MaintenanceUnderWay: another process is creating this model's vectors.
    """
    with _lock_maintenance(embedder.name):
        model = get_or_create_model(embedder)
        EmbeddingModel.objects.filter(pk=model.pk).update(kept_at=Now())
        if not _prepare_means(model, embedder, report_progress, is_stopped) or not _create_vectors(
            model, embedder, report_progress, is_stopped
        ):
            return False
        if not _recentre_vectors(model, report_progress, is_stopped):
            return False
        report_progress(EmbeddingProgress("indexes", 0, 1))
        indexes.build_indexes(model, workers=index_workers, at_low_priority=at_low_priority)
        if model.completed_at is None:
            EmbeddingModel.objects.filter(pk=model.pk).update(completed_at=Now())
            choice.forget_query_model()
        return True


def remove_model(model: EmbeddingModel, *, is_stopped: Callable[[], bool] = lambda: False) -> bool:
    """Remove a model and its vectors; return whether nothing is left."""
    with _lock_maintenance(model.name):
        EmbeddingModel.objects.filter(pk=model.pk).update(completed_at=None)
        choice.forget_query_model()
        indexes.drop_indexes(model)
        vectors = StatementVector.objects.filter(model=model)
        while ids := list(vectors.values_list("pk", flat=True)[:REMOVAL_BATCH_SIZE]):
            if is_stopped():
                return False
            vectors.filter(pk__in=ids).delete()
        with transaction.atomic():
            LanguageMean.objects.filter(model=model).delete()
            model.delete()
        return True


def remove_abandoned_models(embedder: Embedder, *, is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Remove models that are no longer maintained, once the embedder's own model is complete."""
    if not EmbeddingModel.objects.complete().filter(name=embedder.name).exists():
        return
    other_models = EmbeddingModel.objects.exclude(name=embedder.name)
    for model in other_models.filter(kept_at__lt=clock.get_database_time() - ABANDONED_AFTER):
        if is_stopped() or not remove_model(model, is_stopped=is_stopped):
            return


def list_model_progress() -> list[tuple[EmbeddingModel, VectorTally]]:
    """Return the progress of each model."""
    return [(model, count_vectors(model)) for model in EmbeddingModel.objects.all()]


# Steps of the work ----------------------------------------------------------------------------------------------------


def _prepare_means(
    model: EmbeddingModel, embedder: Embedder, report_progress: ReportProgress, is_stopped: Callable[[], bool]
) -> bool:
    """Prepare the means of a new model; return whether they are complete."""
    for done_count, _mean in enumerate(means.prepare_means(model, embedder), 1):
        report_progress(EmbeddingProgress("languages", done_count, 2 * len(load_sample_posts())))
        if is_stopped():
            return False
    return True


def _create_vectors(
    model: EmbeddingModel, embedder: Embedder, report_progress: ReportProgress, is_stopped: Callable[[], bool]
) -> bool:
    """Create missing vectors; return whether none are left."""
    tally_before: VectorTally | None = None
    means_of_statements = means.MeanVectors(model)
    done_count = count_since_means = 0
    for statements in find_pending(model, BATCH_SIZE):
        if is_stopped():
            return False
        tally_before = tally_before or count_vectors(model)
        embedded_statements, raw_vectors = _embed_statements(embedder, statements)
        if embedded_statements:
            centred, lengths, ids = means_of_statements.centre(
                raw_vectors, [statement.language for statement in embedded_statements]
            )
            store_vectors(model, embedded_statements, centred, lengths, ids)
        done_count, count_since_means = done_count + len(statements), count_since_means + len(statements)
        report_progress(
            EmbeddingProgress(
                "vectors",
                tally_before.stored + done_count,
                tally_before.stored + max(tally_before.missing, done_count),
            )
        )
        if count_since_means >= RECENTRE_AFTER:
            if not _recentre_vectors(model, report_progress, is_stopped):
                return False
            means_of_statements, count_since_means = means.MeanVectors(model), 0
    return True


def _embed_statements(
    embedder: Embedder, statements: Sequence[PendingStatement]
) -> tuple[list[PendingStatement], Vectors]:
    """Return the statements accepted by the embedder, and their vectors."""
    texts = [statement.text for statement in statements]
    try:
        return list(statements), _check_vectors(embedder, embedder.embed_statements(texts), len(texts))
    except TextRefused as refusal:
        if len(statements) == 1:
            return _embed_shortened(embedder, statements[0], refusal)
    # At least one statement was rejected, so they are tried one by one.
    results = [_embed_statements(embedder, [statement]) for statement in statements]
    return [statement for embedded, _raw in results for statement in embedded], np.concatenate(
        [raw_vectors for _, raw_vectors in results]
    )


def _embed_shortened(
    embedder: Embedder, statement: PendingStatement, refusal: TextRefused
) -> tuple[list[PendingStatement], Vectors]:
    try:
        return [statement], _check_vectors(
            embedder, embedder.embed_statements([statement.text[:SHORTENED_LENGTH]]), 1
        )
    except TextRefused:
        logger.warning("Claim %s is found only by its words: %s", statement.claim, refusal)
        return [], np.empty((0, embedder.dimensions), np.float32)


def _check_vectors(embedder: Embedder, raw_vectors: Vectors, expected_count: int) -> Vectors:
    if raw_vectors.shape != (expected_count, embedder.dimensions) or not np.isfinite(raw_vectors).all():
        raise EmbedderError(
            gettext("%(embedder)s did not return %(wanted)s vectors.")
            % {"embedder": embedder.name, "wanted": expected_count}
        )
    return raw_vectors


def _recentre_vectors(
    model: EmbeddingModel, report_progress: ReportProgress, is_stopped: Callable[[], bool]
) -> bool:
    """Recentre the vectors of languages whose mean has changed; return whether all are recentred."""
    means.renew_means(model)
    batch_count = 0
    while means.recentre_vectors(model):
        batch_count += 1
        report_progress(EmbeddingProgress("means", batch_count * means.BATCH_SIZE, 0))
        if is_stopped():
            return False
    return True


@contextmanager
def _lock_maintenance(name: str) -> Iterator[None]:
    """Hold the lock for maintaining a model. It is released even if the process is killed."""
    try:
        with lock_exclusively(f"vectors of {name}"):
            yield
    except NameAlreadyLocked:
        raise MaintenanceUnderWay(
            gettext("Another process is currently computing vectors of %(name)s.") % {"name": name}
        ) from None
