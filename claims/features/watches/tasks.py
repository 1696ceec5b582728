"""Background jobs of watches, in short runs so that other jobs do not wait."""

import time

from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.features.watches import visits
from factcheck.database.deferred_jobs import defer_once, periodic_task

#: After this many seconds, a run ends once its current page is done, so that the worker can do other work.
MAX_RUN_SECONDS = 10.0
#: The longest time that a job waits for a site, in seconds, because the worker has other work to do.
MAX_SITE_WAIT_SECONDS = 5.0
#: These jobs come last among waiting jobs, except for those that compute vectors.
_LOW_PRIORITY = -5


def queue_visit(watch_id: int) -> None:
    """Queue a visit to a watch, unless one is already queued."""
    defer_once(
        visit_watch.name,
        {"watch_id": watch_id},
        queue=visit_watch.queue,
        queueing_lock=f"claims.features.watches:{watch_id}",
        priority=_LOW_PRIORITY,
    )


@app.task(name="claims.features.watches.visit_watch", queue="watches", pass_context=True)
def visit_watch(context: JobContext, *, watch_id: int) -> None:
    """Visit a due watch until the time limit, then queue another job for the pages that are left."""
    deadline = time.monotonic() + MAX_RUN_SECONDS
    tally = visits.run_visit(
        watch_id,
        is_stopped=lambda: context.should_abort() or time.monotonic() > deadline,
        max_wait_seconds=MAX_SITE_WAIT_SECONDS,
    )
    if tally is not None and not tally.is_finished:
        queue_visit(watch_id)


@periodic_task("* * * * *", name="claims.features.watches.queue_due_visits", queue="watches")
def queue_due_visits(timestamp: int) -> None:
    """Queue a visit to each watch that is due. Runs every minute."""
    for watch_id in visits.list_due_watches():
        queue_visit(watch_id)
