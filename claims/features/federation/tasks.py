"""Background jobs of federation, in short runs so that other jobs do not wait."""

import time

from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.features.federation import alarms, sync_run
from claims.features.federation.models import PeerNewsroom
from factcheck.database.deferred_jobs import defer_once, periodic_task

#: After this many seconds, a run ends once its current page is imported, so that the worker can do other work.
MAX_RUN_SECONDS = 10.0
QUEUE = "federation"


def queue_sync(newsroom_id: int) -> None:
    """Queue a job that synchronises with a newsroom, unless one is already queued."""
    defer_once(
        follow_newsroom.name,
        {"newsroom_id": newsroom_id},
        queue=QUEUE,
        queueing_lock=f"claims.features.federation:{newsroom_id}",
    )


@app.task(name="claims.features.federation.follow_newsroom", queue=QUEUE, pass_context=True)
def follow_newsroom(context: JobContext, *, newsroom_id: int) -> None:
    """Synchronise with a newsroom that is due, for a limited time, then queue another job for the remaining entries."""
    deadline = time.monotonic() + MAX_RUN_SECONDS
    tally = sync_run.sync_newsroom(
        newsroom_id, is_stopped=lambda: context.should_abort() or time.monotonic() > deadline
    )
    if tally is not None and not tally.is_finished:
        queue_sync(newsroom_id)


@app.task(name=alarms.ALARM_TASK, queue=alarms.QUEUE, retry=5)
def mail_alarm(*, newsroom_id: int) -> None:
    """Email administrators the reason why a newsroom cannot be followed, unless the problem has been solved since."""
    newsroom = PeerNewsroom.objects.with_problems().select_related("progress").filter(pk=newsroom_id).first()
    if newsroom:
        alarms.send_alarm(newsroom)


@periodic_task("* * * * *", name="claims.features.federation.queue_due_syncs", queue=QUEUE)
def queue_due_syncs(timestamp: int) -> None:
    """Queue a job for each newsroom that is due. Runs every minute."""
    for newsroom_id in sync_run.list_due_newsrooms():
        queue_sync(newsroom_id)
