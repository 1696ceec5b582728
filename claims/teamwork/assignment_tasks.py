"""Background jobs of assignments: rules after an import, and reminders of due dates."""

from procrastinate.contrib.django import app

from claims.teamwork import assignment_rules, due_dates


@app.task(name=assignment_rules.ASSIGN_IMPORTED, queue=assignment_rules.IMPORTS_QUEUE, retry=3)
def assign_imported(*, run_id: int) -> None:
    """Apply the rules that assign to what an import has proposed."""
    assignment_rules.apply_to_import(run_id)


@app.periodic(cron="11 * * * *")
@app.task(name="claims.teamwork.tell_of_due_dates", queueing_lock="claims.teamwork.tell_of_due_dates")
def notify_of_due_dates(timestamp: int) -> None:
    """Notify people of work that is due soon or overdue. Runs hourly."""
    due_dates.notify_of_due_dates()
