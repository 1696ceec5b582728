"""Background jobs of teamwork; the jobs for emails and chat messages are in their own modules."""

from procrastinate.contrib.django import app

from claims.features.teamwork import assignment_rules, chat, digest, due_dates, mails, notification_upkeep
from claims.features.teamwork.models import Presence
from factcheck.database.deferred_jobs import periodic_task

__all__ = ["chat", "digest", "mails", "notification_upkeep"]


@app.task(name=assignment_rules.ASSIGN_IMPORTED_TASK, queue=assignment_rules.IMPORTS_QUEUE, retry=3)
def assign_imported(*, run_id: int) -> None:
    """Apply the assignment rules to the claims that an import proposed."""
    assignment_rules.apply_to_import(run_id)


@periodic_task("11 * * * *", name="claims.features.teamwork.notify_of_due_dates")
def notify_of_due_dates(timestamp: int) -> None:
    """Notify people about work that is due soon or overdue. Runs hourly."""
    due_dates.notify_of_due_dates()


@periodic_task("37 * * * *", name="claims.features.teamwork.delete_outdated_presence")
def delete_outdated_presence(timestamp: int) -> None:
    """Delete the records of pages that were open hours ago. Runs hourly."""
    Presence.objects.outdated().delete()
