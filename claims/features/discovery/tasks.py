"""Background jobs that notify services. They can run at any time and any number of times."""

from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from claims.features.discovery import announcements
from factcheck.database.deferred_jobs import defer_once

QUEUE = "announcements"
ANNOUNCE_TASK = "claims.features.discovery.tasks.announce_entries"


def queue_announcement_on_commit(**signal: Any) -> None:
    """Queue a notification about new entries on commit, if any service is configured.

    Nothing is lost without this call, because the worker checks once a minute.
    """
    if announcements.list_services():
        transaction.on_commit(_queue_announcement, robust=True)


@app.task(name=ANNOUNCE_TASK, queue=QUEUE)
def announce_entries() -> None:
    """Notify each service of new entries."""
    if announcements.announce_new_entries():
        _queue_announcement()


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, queueing_lock="claims.features.discovery.look_after")
def announce_remaining_entries(timestamp: int) -> None:
    """Start with new services, and retry failed ones. Runs every minute."""
    announcements.announce_new_entries()


def _queue_announcement() -> None:
    defer_once(ANNOUNCE_TASK, {}, queue=QUEUE, queueing_lock=ANNOUNCE_TASK)
