"""Actions on an endpoint: send a test, replace the secret, send messages again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from claims.features.webhooks import deliveries, worker_calls
from claims.features.webhooks.models.delivery import WebhookAttempt, WebhookDelivery
from claims.features.webhooks.models.endpoint import (
    TEST_EVENT,
    WebhookEndpoint,
    WebhookProgress,
    make_secret,
)

#: How long a replaced secret still signs messages, to give the receiver time to switch to the new one.
OLD_SECRET_LIFETIME = timedelta(hours=24)


def send_test(endpoint: WebhookEndpoint) -> WebhookAttempt:
    """Send a test message once, even if the endpoint is switched off, and log the result."""
    attempt = send_now(endpoint, TEST_EVENT)
    if not attempt.error:
        clear_failures(endpoint)
    return attempt


def send_now(endpoint: WebhookEndpoint, event: str) -> WebhookAttempt:
    """Send a message of this type once, without a publication, whatever the endpoint's state, and log the result."""
    now = timezone.now()
    delivery = WebhookDelivery(
        endpoint=endpoint, event=event, created_at=now, next_attempt_at=None, settled_at=now
    )
    attempt = deliveries.send_request(delivery).attempt
    delivery.state = delivery.State.FAILED if attempt.error else delivery.State.DELIVERED
    delivery.failures = 1 if attempt.error else 0
    with transaction.atomic():
        delivery.save()
        attempt.delivery = delivery
        attempt.save()
    return attempt


@transaction.atomic
def clear_failures(endpoint: WebhookEndpoint) -> None:
    """Clear the endpoint's failures, and send waiting deliveries immediately."""
    WebhookProgress.objects.filter(endpoint=endpoint).update(
        consecutive_failures=0, failing_since=None, paused_until=None
    )
    worker_calls.queue_delivery_creation()
    worker_calls.queue_deliveries(endpoint.pk)


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, immediately: bool = False) -> WebhookEndpoint:
    """Give the endpoint a new secret.

    Args:
        immediately: make the old secret invalid now, because it leaked; otherwise both secrets sign for a day.
    """
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    endpoint.previous_secret = "" if immediately else endpoint.secret
    endpoint.previous_secret_until = None if immediately else timezone.now() + OLD_SECRET_LIFETIME
    endpoint.secret = make_secret()
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    return endpoint


@transaction.atomic
def send_again(delivery: WebhookDelivery) -> bool:
    """Queue a message again. Returns False for a test message, which is not sent again.

    The message keeps its id, so that the receiver recognises it. A message that waits for its next attempt
    is sent now.
    """
    same_delivery = WebhookDelivery.objects.filter(pk=delivery.pk, publication__isnull=False)
    updated_count = same_delivery.update(
        state=WebhookDelivery.State.PENDING, next_attempt_at=timezone.now(), settled_at=None, failures=0
    )
    if updated_count:
        worker_calls.queue_deliveries(delivery.endpoint_id)
    return bool(updated_count)


@transaction.atomic
def replay_entries(endpoint: WebhookEndpoint, *, since: int) -> None:
    """Send the messages after this ledger entry again, in ledger order."""
    progress = WebhookProgress.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    WebhookDelivery.objects.filter(endpoint=endpoint, publication__sequence__gt=since).update(
        state=WebhookDelivery.State.PENDING, next_attempt_at=timezone.now(), settled_at=None, failures=0
    )
    progress.position = min(progress.position, since)
    progress.save(update_fields=["position"])
    worker_calls.queue_delivery_creation()
    worker_calls.queue_deliveries(endpoint.pk)
