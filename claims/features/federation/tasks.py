"""Background jobs of federation, in short turns so that other jobs do not wait."""

import time
from functools import partial

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from claims.features.federation import alarms, sync_run
from claims.features.federation.models import PeerNewsroom

#: After so many seconds the worker lets other work go first; a page that was begun is taken first.
TURN_SECONDS = 10.0
QUEUE = "federation"


def announce(newsroom_id: int) -> None:
    """Queue a sync with a newsroom when the current transaction is committed.

    Nothing is lost where this does not happen: the worker looks by itself, once a minute.
    """
    transaction.on_commit(partial(call, newsroom_id), robust=True)


def call(newsroom_id: int) -> None:
    """Queue a sync with a newsroom, unless one is queued already."""
    try:
        with transaction.atomic():
            follow_newsroom.configure(queueing_lock=f"claims.features.federation:{newsroom_id}").defer(
                newsroom_id=newsroom_id
            )
    except AlreadyEnqueued:
        return


@app.task(name="claims.features.federation.follow_newsroom", queue=QUEUE, pass_context=True)
def follow_newsroom(context: JobContext, *, newsroom_id: int) -> None:
    """Sync with a newsroom if it is due; the next job continues an unfinished run."""
    ends = time.monotonic() + TURN_SECONDS
    tally = sync_run.take_turn(
        newsroom_id, is_stopped=lambda: context.should_abort() or time.monotonic() > ends
    )
    if tally is not None and not tally.is_over:
        call(newsroom_id)


@app.task(name=alarms.ALARM_TASK, queue=alarms.QUEUE, retry=5)
def mail_alarm(*, newsroom_id: int) -> None:
    """Email administrators why a newsroom cannot be followed, if the problem persists."""
    newsroom = PeerNewsroom.objects.with_problems().select_related("progress").filter(pk=newsroom_id).first()
    if newsroom:
        alarms.send_alarm(newsroom)


@app.periodic(cron="* * * * *")
@app.task(
    name="claims.features.federation.keep_up", queue=QUEUE, queueing_lock="claims.features.federation.keep_up"
)
def keep_up(timestamp: int) -> None:
    """Queue the due newsrooms, once a minute."""
    for newsroom_id in sync_run.list_due_newsrooms():
        call(newsroom_id)
