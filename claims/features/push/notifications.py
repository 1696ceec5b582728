"""Browsers that follow a claim, and the notifications to them.

A push service sees which browser a message is for, when it is sent, and its size. The message itself is
encrypted for the browser.
"""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from claims.features.complaints.reader_mails import activate_reader_language
from claims.features.corrections.subscriptions import MAILED_KINDS
from claims.features.push.encryption import build_authorization, encrypt_message
from claims.features.push.models import PushSubscription
from claims.models import Publication
from factcheck.web.language_addresses import build_permanent_path
from sources.http import sent_messages

SEND_TASK = "claims.features.push.tasks.send_notification"
#: How long a push service keeps a message for a browser that is not running.
_MESSAGE_LIFETIME = timedelta(days=7)
#: A browser is deleted after its push service has rejected messages for this long.
MAX_FAILING_TIME = timedelta(days=5)
_STATEMENT_LENGTH = 200
_GONE_STATUSES = (404, 410)


class PushRejected(Exception):
    """The push service did not accept a message: it returned an error status or did not answer."""


def subscribe_browser(
    publication: Publication, *, endpoint: str, p256dh: str, auth: str, language: str
) -> None:
    """Subscribe the browser to later changes to the published claim. New keys replace the browser's old keys."""
    PushSubscription.objects.update_or_create(
        claim_id=publication.claim_id,
        endpoint=endpoint,
        defaults={"p256dh": p256dh, "auth": auth, "language": language, "sequence": publication.sequence},
    )


def unsubscribe_browser(claim_id: int, *, endpoint: str) -> None:
    """Delete the browser's subscription to a claim."""
    PushSubscription.objects.filter(claim=claim_id, endpoint=endpoint).delete()


def send_latest_change(*, subscription_id: int) -> None:
    """Notify the browser of the claim's latest change, unless the browser has already been notified of that change.

    Raises:
        PushRejected: the push service did not accept the message; the job should retry.
    """
    subscription = PushSubscription.objects.filter(pk=subscription_id).first()
    if subscription is None:
        return
    entries = Publication.objects.filter(claim=subscription.claim_id, sequence__gt=subscription.sequence)
    newest_entry = entries.order_by("-sequence").first()
    latest_change = entries.filter(kind__in=MAILED_KINDS).order_by("-sequence").first()
    if newest_entry is None or (latest_change is not None and not _post_message(subscription, latest_change)):
        return
    PushSubscription.objects.filter(pk=subscription.pk).update(
        sequence=newest_entry.sequence, failing_since=None
    )


def _post_message(subscription: PushSubscription, message_content: Publication) -> bool:
    """Send a message. Return False if the push service no longer knows the subscription."""
    try:
        status = sent_messages.post(
            subscription.endpoint,
            encrypt_message(
                _build_message(subscription, message_content),
                p256dh=subscription.p256dh,
                auth=subscription.auth,
            ),
            {
                "Authorization": build_authorization(subscription.endpoint),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(round(_MESSAGE_LIFETIME.total_seconds())),
                "Topic": f"claim-{subscription.claim_id}",  # a later message replaces one that is not delivered yet
            },
            allow_loopback=settings.WEBHOOKS_TO_LOOPBACK,
        ).status
    except sent_messages.PostError as failure:
        raise _record_failure(subscription, failure.reason_code) from None
    if status in _GONE_STATUSES:
        PushSubscription.objects.filter(pk=subscription.pk).delete()
        return False
    if not 200 <= status < 300:
        raise _record_failure(subscription, str(status))
    return True


def _record_failure(subscription: PushSubscription, reason: str) -> PushRejected:
    """Record a failure, and return the exception to raise. It omits the URL, because URLs must not be logged."""
    subscription_rows = PushSubscription.objects.filter(pk=subscription.pk)
    subscription_rows.update(failing_since=Coalesce("failing_since", Now()))
    subscription_rows.filter(failing_since__lt=timezone.now() - MAX_FAILING_TIME).delete()
    return PushRejected(reason)


def _build_message(subscription: PushSubscription, change: Publication) -> bytes:
    """Return the message as JSON: the text, and the URL of the page that the notification opens."""
    with activate_reader_language(subscription.language):
        message: dict[str, Any] = {
            "title": f"{change.get_kind_display()} · {settings.NEWSROOM_NAME}",
            "body": change.document["statement"][:_STATEMENT_LENGTH],
            "url": settings.SITE_URL + build_permanent_path("claim", change.claim_id, change.slug),
            "tag": f"claim-{change.claim_id}",
        }
    return json.dumps(message, ensure_ascii=False).encode()
