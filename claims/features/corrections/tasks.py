"""Mail to readers who follow a claim, and the deletion of unconfirmed subscriptions."""

from procrastinate.contrib.django import app

from claims.features.corrections import subscriptions
from claims.features.corrections.models import ClaimSubscription
from claims.newsroom.mails import MAIL_QUEUE, RETRIES
from factcheck.database.deferred_jobs import periodic_task


@app.task(name=subscriptions.MAIL_CONFIRMATION_TASK, queue=MAIL_QUEUE, retry=RETRIES)
def mail_subscription_confirmation(*, subscription_id: int) -> None:
    """Email a reader to ask for confirmation of the address."""
    subscriptions.mail_confirmation(subscription_id=subscription_id)


@app.task(name=subscriptions.MAIL_CHANGE_TASK, queue=MAIL_QUEUE, retry=RETRIES)
def mail_claim_change(*, subscription_id: int) -> None:
    """Email a reader about changes of a claim."""
    subscriptions.mail_change(subscription_id=subscription_id)


@periodic_task("* * * * *", queue=MAIL_QUEUE)
def queue_claim_changes(timestamp: int) -> None:
    """Queue mail to readers who follow a claim that has changed. Runs every minute."""
    confirmed_subscriptions = ClaimSubscription.objects.filter(confirmed_at__isnull=False)
    subscriptions.queue_changes(confirmed_subscriptions, subscriptions.MAIL_CHANGE_TASK)


@periodic_task("57 3 * * *")
def delete_unconfirmed_subscriptions(timestamp: int) -> None:
    """Delete subscriptions that were not confirmed in time. Runs daily."""
    subscriptions.delete_unconfirmed_subscriptions()
