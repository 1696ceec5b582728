"""Delete old notifications, and queue notifications that a killed worker has not sent."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from claims.features.teamwork import chat, notifications
from claims.features.teamwork.models import ChatMessage, MailChoice, Notification
from claims.newsroom.mails import MAIL_QUEUE
from factcheck.database.deferred_jobs import defer, periodic_task

#: How long notifications at the desk are kept, and how long messages to channels are.
NOTIFICATION_LIFETIME, CHAT_MESSAGE_LIFETIME = timedelta(days=180), timedelta(days=30)


@periodic_task("7 * * * *", queue=MAIL_QUEUE)
@transaction.atomic
def queue_unsent_notifications(timestamp: int) -> None:
    """Queue emails and chat messages created one to two hours ago that are still unsent. Runs hourly."""
    now = timezone.now()
    hour_range = (now - timedelta(hours=2), now - timedelta(hours=1))
    rows = Notification.objects.to_be_mailed(MailChoice.AT_ONCE).filter(created_at__range=hour_range)
    unsent_ids = rows.filter(person__is_active=True).exclude(person__email="").values_list("pk", flat=True)
    defer(notifications.MAIL_TASK, *({"notification_id": pk} for pk in unsent_ids), queue=MAIL_QUEUE)
    unqueued_messages = ChatMessage.objects.filter(
        state=ChatMessage.State.WAITING, failures=0, created_at__range=hour_range
    )
    message_ids = unqueued_messages.values_list("pk", flat=True)
    defer(chat.SEND_TASK, *({"message_id": pk, "attempt": 1} for pk in message_ids), queue=chat.QUEUE_NAME)


@periodic_task("27 3 * * *", queue=MAIL_QUEUE)
def delete_old_notifications(timestamp: int) -> None:
    """Delete old notifications. Runs daily."""
    now = timezone.now()
    Notification.objects.filter(created_at__lt=now - NOTIFICATION_LIFETIME).delete()
    ChatMessage.objects.filter(created_at__lt=now - CHAT_MESSAGE_LIFETIME).delete()
