"""Background jobs that notify services. It is safe to run them at any time and repeatedly."""

from procrastinate.contrib.django import app

from claims.features.discovery import announcements
from claims.features.discovery.announcements import ANNOUNCE_TASK, QUEUE, queue_announcement
from factcheck.database.deferred_jobs import periodic_task


@app.task(name=ANNOUNCE_TASK, queue=QUEUE)
def announce_entries() -> None:
    """Notify each service of new ledger entries."""
    if announcements.announce_new_entries():
        queue_announcement()


@periodic_task("* * * * *", queue=QUEUE)
def announce_remaining_entries(timestamp: int) -> None:
    """Notify new services, and retry services that failed. Runs every minute."""
    announcements.announce_new_entries()
