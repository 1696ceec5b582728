"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from django.utils import timezone

from claims.features.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    endpoint = WebhookEndpoint.objects.create(
        name=f"Receiver {WebhookEndpoint.objects.count() + 1}",
        url="https://example.org/hook",
        event_kinds=["claim.published"],
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, publication=claim.publications.get(), event="claim.published"
    )
    WebhookAttempt.objects.create(
        delivery=delivery, at=timezone.now(), duration_ms=5, status_code=500, error="HTTP 500"
    )
