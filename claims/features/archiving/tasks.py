"""Background jobs of archiving, in short turns so that other jobs do not wait."""

import logging
import time
from functools import partial

from django.conf import settings
from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.features.archiving import deposits, queue, schedule, timestamps
from claims.features.archiving.cited_sources import request_imported_copies
from factcheck.database.deferred_jobs import defer_once

logger = logging.getLogger(__name__)

QUEUE = "archiving"
#: After so many seconds the worker lets other work go first; a page that was begun is done first.
TURN_SECONDS = 20.0
#: So many files are signed in a turn.
STAMP_BATCH_SIZE = 200
#: Of jobs that wait at the same time, these come last but for vectors.
_LOW_PRIORITY = -5


def call_archiver() -> None:
    """Queue archiving when the current transaction is committed.

    Nothing is lost where this does not happen: the worker looks by itself, once a minute.
    """
    transaction.on_commit(partial(_call, archive_due_sources.name), robust=True)


def _call(task: str) -> None:
    """Queue the task, unless it is queued already."""
    defer_once(task, {}, queue=QUEUE, queueing_lock=task, priority=_LOW_PRIORITY)


@app.task(name="claims.features.archiving.archive_due_sources", queue=QUEUE, pass_context=True)
def archive_due_sources(context: JobContext) -> None:
    """Archive due sources; the next job continues an unfinished run."""
    if not settings.ARCHIVING:
        return
    ends = time.monotonic() + TURN_SECONDS
    for outcome in schedule.archive_due(lambda: context.should_abort() or time.monotonic() > ends):
        if outcome.problem:
            logger.info("Source %s is not archived: %s", outcome.source.pk, outcome.problem)
    _call(sign_files.name)
    if queue.is_anything_due():
        _call(archive_due_sources.name)


@app.task(name="claims.features.archiving.sign_files", queue=QUEUE)
def sign_files() -> None:
    """Request missing timestamps from the authority."""
    if not settings.TIMESTAMP_AUTHORITY:
        return
    for sha256 in timestamps.find_unstamped(STAMP_BATCH_SIZE):
        try:
            timestamps.stamp(sha256)
        except (timestamps.TimestampAuthorityUnavailable, timestamps.TokenRefused) as error:
            # It is asked again in a minute; what is true of one file is true of the next.
            logger.warning("Files wait for their timestamps: %s", error)
            return


@app.task(name="claims.features.archiving.deposit_pages", queue=QUEUE)
def deposit_pages() -> None:
    """Deposit due pages at public archives."""
    if settings.INTERNET_ARCHIVE_KEY:
        deposits.deposit_due()


@app.periodic(cron="* * * * *")
@app.task(
    name="claims.features.archiving.look_after_archive",
    queue=QUEUE,
    queueing_lock="claims.features.archiving.look_after",
)
def look_after_archive(timestamp: int) -> None:
    """Queue due work, once a minute."""
    for task in (archive_due_sources, sign_files, deposit_pages):
        _call(task.name)


@app.periodic(cron="47 2 * * *")
@app.task(
    name="claims.features.archiving.archive_imported",
    queueing_lock="claims.features.archiving.archive_imported",
)
def archive_imported(timestamp: int) -> None:
    """Request copies of sources cited only by imports, once a night, up to `ARCHIVE_IMPORTED_PER_DAY`."""
    if settings.ARCHIVE_IMPORTED_PER_DAY:
        request_imported_copies(settings.ARCHIVE_IMPORTED_PER_DAY)
