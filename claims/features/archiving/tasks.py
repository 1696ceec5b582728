"""Background jobs of archiving, in short runs so that other jobs do not wait."""

import logging
import time
from functools import partial

from django.conf import settings
from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.features.archiving import deposits, queue, schedule, timestamps
from claims.features.archiving.cited_sources import request_imported_copies
from factcheck.database.deferred_jobs import defer_once, periodic_task

logger = logging.getLogger(__name__)

QUEUE = "archiving"
#: After this many seconds, a run ends once its current page is done, so that the worker can do other work.
MAX_RUN_SECONDS = 20.0
#: The maximum number of files for which a run requests timestamps.
STAMP_BATCH_SIZE = 200
#: Only jobs that compute vectors have a lower priority.
_LOW_PRIORITY = -5


def queue_archiving() -> None:
    """Queue a job that archives due sources, once the current transaction is committed.

    Calling this function only saves time: a periodic job also looks for due sources once a minute.
    """
    transaction.on_commit(partial(_queue_task, archive_due_sources.name), robust=True)


def _queue_task(task: str) -> None:
    """Queue a job that runs the task, unless one is already queued."""
    defer_once(task, {}, queue=QUEUE, queueing_lock=task, priority=_LOW_PRIORITY)


@app.task(name="claims.features.archiving.archive_due_sources", queue=QUEUE, pass_context=True)
def archive_due_sources(context: JobContext) -> None:
    """Archive due sources for a limited time, then queue another job for the sources that are left."""
    if not settings.ARCHIVING:
        return
    deadline = time.monotonic() + MAX_RUN_SECONDS
    for outcome in schedule.archive_due(lambda: context.should_abort() or time.monotonic() > deadline):
        if outcome.problem:
            logger.info("Source %s is not archived: %s", outcome.source.pk, outcome.problem)
    _queue_task(sign_files.name)
    if queue.has_due_requests():
        _queue_task(archive_due_sources.name)


@app.task(name="claims.features.archiving.sign_files", queue=QUEUE)
def sign_files() -> None:
    """Request the missing timestamps of files from the authority."""
    if not settings.TIMESTAMP_AUTHORITY:
        return
    for sha256 in timestamps.find_unstamped_hashes(STAMP_BATCH_SIZE):
        try:
            timestamps.request_timestamp(sha256)
        except (timestamps.TimestampAuthorityUnavailable, timestamps.TokenRefused) as error:
            # Stop, because the other files would fail for the same reason. The next attempt is in a minute.
            logger.warning("Files are waiting for their timestamps: %s", error)
            return


@app.task(name="claims.features.archiving.deposit_pages", queue=QUEUE)
def deposit_pages() -> None:
    """Deposit pages that are due at public archives."""
    if settings.INTERNET_ARCHIVE_KEY:
        deposits.process_due_deposits()


@periodic_task("* * * * *", name="claims.features.archiving.queue_due_archiving", queue=QUEUE)
def queue_due_archiving(timestamp: int) -> None:
    """Queue the archiving jobs for which there is due work. Runs every minute."""
    for task in (archive_due_sources, sign_files, deposit_pages):
        _queue_task(task.name)


@periodic_task("47 2 * * *", name="claims.features.archiving.archive_imported")
def archive_imported(timestamp: int) -> None:
    """Request copies of sources cited only by imports, at most `ARCHIVE_IMPORTED_PER_DAY`. Runs every
    night."""
    if settings.ARCHIVE_IMPORTED_PER_DAY:
        request_imported_copies(settings.ARCHIVE_IMPORTED_PER_DAY)
