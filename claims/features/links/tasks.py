"""Background jobs of link checks, in short runs so that other jobs do not wait."""

import time

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.features.links import check_run, watched_links
from claims.features.links.models import LinkState
from factcheck.database.deferred_jobs import defer_once, periodic_task

#: After this many seconds, a run ends so that the worker can do other work.
MAX_RUN_SECONDS = 15.0
#: Most waiting jobs have a higher priority.
_LOW_PRIORITY = -5


@periodic_task("*/10 * * * *", name="claims.features.links.watch_new_links", queue="links")
def watch_new_links(timestamp: int) -> None:
    """Start checking newly cited links, and stop checking links that are no longer cited. Runs every ten minutes."""
    watched_links.update_watched_links()


@periodic_task("* * * * *", name="claims.features.links.queue_due_checks", queue="links")
def queue_due_checks(timestamp: int) -> None:
    """Queue a job if links are due for a check. Runs every minute."""
    if settings.LINK_CHECKS and LinkState.objects.due().exists():
        _queue_check()


@app.task(name="claims.features.links.check_links", queue="links", pass_context=True)
def check_links(context: JobContext) -> None:
    """Check due links until the time limit, then queue another job for the links that are left."""
    if not settings.LINK_CHECKS:
        return
    deadline = time.monotonic() + MAX_RUN_SECONDS
    while not (context.should_abort() or time.monotonic() > deadline):
        checked_count = check_run.run_link_checks(
            is_stopped=lambda: context.should_abort() or time.monotonic() > deadline
        )
        if checked_count is None:
            return
    if LinkState.objects.due().exists():
        _queue_check()


def _queue_check() -> None:
    lock = "claims.features.links.check"
    defer_once(check_links.name, {}, queue=check_links.queue, queueing_lock=lock, priority=_LOW_PRIORITY)
