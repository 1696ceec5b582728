"""Background jobs of embedding: a few vectors at a time, so that other jobs do not wait."""

import logging
import time
from collections.abc import Callable

from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.matching.embedding import maintenance
from claims.matching.embedding.choice import MAKE_VECTORS_TASK, QUEUE, get_embedder, queue_embedding
from claims.matching.embedding.embedder import EmbedderError
from claims.matching.embedding.low_priority import run_with_low_priority
from factcheck.database.deferred_jobs import periodic_task

logger = logging.getLogger(__name__)

#: After this many seconds, the worker does other work first.
MAX_RUN_SECONDS = 10.0


@app.task(name=MAKE_VECTORS_TASK, queue=QUEUE, pass_context=True)
def make_vectors(context: JobContext) -> None:
    """Create missing vectors; the next job continues an unfinished run."""
    if not _run_for_limited_time(context.should_abort):
        queue_embedding()


@periodic_task(
    "* * * * *", name="claims.matching.embedding.look_after_vectors", queue=QUEUE, pass_context=True
)
def look_after_vectors(context: JobContext, timestamp: int) -> None:
    """Queue embedding once a minute, for changes without a job: made in psql, or when a worker was killed."""
    if not _run_for_limited_time(context.should_abort):
        queue_embedding()
    elif (configured := get_embedder()) is not None:
        maintenance.remove_abandoned_models(configured, is_stopped=context.should_abort)


def _run_for_limited_time(should_abort: Callable[[], bool]) -> bool:
    """Work for a limited time; return whether everything possible is done."""
    configured = get_embedder()
    if configured is None:
        return True
    end_time = time.monotonic() + MAX_RUN_SECONDS
    try:
        if maintenance.is_up_to_date(configured):
            return True
        with run_with_low_priority(configured) as low_priority_embedder:
            return maintenance.bring_up_to_date(
                low_priority_embedder,
                is_stopped=lambda: should_abort() or time.monotonic() > end_time,
                at_low_priority=True,
            )
    except maintenance.MaintenanceUnderWay:
        return True
    except EmbedderError as fault:
        logger.warning("Statements are waiting for their vectors: %s", fault)
        return True
