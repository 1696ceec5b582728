"""Background jobs for readers' messages: scheduled deletions and emails."""

from procrastinate.contrib.django import app

from claims.features.complaints import complaint_moves, ledger_followers, personal_data, reader_mails
from claims.newsroom.mails import MAIL_QUEUE, RETRIES
from factcheck.database.deferred_jobs import periodic_task


@app.task(name=reader_mails.CONFIRMATION_TASK, queue=MAIL_QUEUE, retry=RETRIES)
def mail_confirmation(*, contact_id: int) -> None:
    """Email a reader to ask for confirmation of the address."""
    reader_mails.mail_confirmation(contact_id=contact_id)


@app.task(name=reader_mails.ANSWER_TASK, queue=MAIL_QUEUE, retry=RETRIES)
def mail_answer(*, contact_id: int) -> None:
    """Email a reader about the outcome."""
    reader_mails.mail_answer(contact_id=contact_id)


@periodic_task("47 3 * * *")
def delete_expired_contacts(timestamp: int) -> None:
    """Delete expired messages and contact details of readers (`personal_data.delete_expired`). Runs daily."""
    personal_data.delete_expired()


@periodic_task("7 * * * *")
def notify_overdue_complaints(timestamp: int) -> None:
    """Notify people once about each overdue complaint."""
    complaint_moves.notify_overdue_complaints()


@periodic_task("27 * * * *")
def answer_published_requests(timestamp: int) -> None:
    """Answer requests whose claims were published by an import."""
    ledger_followers.answer_all_published()
