"""Background jobs of embedding: a few vectors at a time and at low priority, so that other work does not wait."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.matching.embedding import maintenance
from claims.matching.embedding.choice import MAKE_VECTORS_TASK, QUEUE, get_embedder, queue_embedding
from claims.matching.embedding.embedder import Embedder, EmbedderError, Vectors
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
    "* * * * *", name="claims.matching.embedding.queue_missing_vectors", queue=QUEUE, pass_context=True
)
def queue_missing_vectors(context: JobContext, timestamp: int) -> None:
    """Queue embedding once a minute, for changes that have no job: made in psql, or left by a killed worker."""
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


#: At this priority, it uses 3 % of a busy core and all of an idle one.
NICENESS = 15


class LowPriorityEmbedder:
    """An embedder that runs in a thread with the lowest priority.

    It needs its own thread because a lowered priority cannot be raised again. The rest of the process keeps its
    priority.
    """

    def __init__(self, embedder: Embedder, thread: ThreadPoolExecutor) -> None:
        self._embedder, self._thread = embedder, thread
        self.name = embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        return self._thread.submit(self._embedder.embed_statements, texts).result()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._thread.submit(self._embedder.embed_queries, texts).result()


@contextmanager
def run_with_low_priority(embedder: Embedder) -> Iterator[Embedder]:
    with ThreadPoolExecutor(max_workers=1, initializer=_lower_thread_priority) as thread:
        yield LowPriorityEmbedder(embedder, thread)


def _lower_thread_priority() -> None:
    # On other systems the priority applies to the whole process.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
