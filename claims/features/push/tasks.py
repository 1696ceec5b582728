"""Background jobs of browser notifications."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from claims.features.corrections.subscriptions import queue_changes
from claims.features.push import notifications
from claims.features.push.models import PushSubscription
from claims.newsroom.mails import MAIL_QUEUE
from factcheck.database.deferred_jobs import periodic_task

#: Retried after 4, 16, 64, 256 and 1024 seconds and so on, for about a day.
_RETRY_STRATEGY = RetryStrategy(
    max_attempts=8, exponential_wait=4, retry_exceptions=[notifications.PushRejected]
)


@app.task(name=notifications.SEND_TASK, queue=MAIL_QUEUE, retry=_RETRY_STRATEGY)
def send_notification(*, subscription_id: int) -> None:
    """Notify a browser of a change to its claim."""
    notifications.send_latest_change(subscription_id=subscription_id)


@periodic_task("* * * * *", queue=MAIL_QUEUE)
def queue_notifications(timestamp: int) -> None:
    """Queue a notification to each browser whose claim has changed. Runs every minute."""
    queue_changes(PushSubscription.objects.all(), notifications.SEND_TASK)
