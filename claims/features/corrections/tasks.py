"""Mail to readers who follow a claim, and the deletion of unconfirmed subscriptions."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from claims.features.complaints.reader_mails import QUEUE
from claims.features.corrections import subscriptions

#: Retried after 4, 16, 64, 256 and 1024 seconds and so on, for most of a day.
_RETRIES = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name=subscriptions.CONFIRMATION_TASK, queue=QUEUE, retry=_RETRIES)
def mail_subscription_confirmation(*, subscription_id: int) -> None:
    """Email a reader to confirm an address."""
    subscriptions.mail_confirmation(subscription_id=subscription_id)


@app.task(name=subscriptions.CHANGE_TASK, queue=QUEUE, retry=_RETRIES)
def mail_claim_change(*, subscription_id: int) -> None:
    """Email a reader about a change."""
    subscriptions.mail_change(subscription_id=subscription_id)


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, queueing_lock="queue_claim_changes")
def queue_claim_changes(timestamp: int) -> None:
    """Queue mail to readers whose claims have changed. Runs every minute."""
    subscriptions.queue_changes()


@app.periodic(cron="57 3 * * *")
@app.task(queueing_lock="delete_unconfirmed_subscriptions")
def delete_unconfirmed_subscriptions(timestamp: int) -> None:
    """Delete subscriptions that were not confirmed in time. Runs daily."""
    subscriptions.delete_unconfirmed()
