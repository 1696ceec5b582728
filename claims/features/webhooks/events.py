"""Turn ledger entries into webhook events and messages."""

import hashlib
from typing import Any

from django.conf import settings
from django.urls import reverse

from claims.features.webhooks.models.delivery import WebhookDelivery
from claims.features.webhooks.models.endpoint import VERIFICATION_EVENT, WebhookEvent
from claims.ledger.document.change_events import find_change_event
from claims.ledger.document.claim_document import format_moment as written
from claims.ledger.document.claim_document import render
from claims.models import Publication

#: A longer message leaves out the claim; receivers can read the claim at the URL in the message.
MAX_MESSAGE_BYTES = 64 * 1024  # bytes


def choose_event(
    *, kind: str, status: str, previous_status: str, is_match: bool, was_match: bool
) -> WebhookEvent | None:
    """Return the event for a claim's new version, or None if the endpoint need not be notified.

    Args:
        kind: the kind of the new version.
        status: the status of the new version.
        previous_status: the status of the previous version; "" for the first version.
        is_match: whether the new version is published and matches the endpoint's filter.
        was_match: whether the previous version was published and matched the filter. If so, the endpoint must
        be notified when that version no longer applies.
    """
    if was_match and not is_match and status == Publication.Status.PUBLISHED:
        return WebhookEvent.LEFT_FILTER
    return WebhookEvent(find_change_event(kind, status, previous_status)) if is_match or was_match else None


def build_message(delivery: WebhookDelivery) -> str:
    """Return the body of a delivery's message. It contains only public data and never changes."""
    entry = delivery.publication
    if entry is None:
        entry_data = {"endpoint": delivery.endpoint.name}
        if delivery.event == VERIFICATION_EVENT:
            entry_data["challenge"] = delivery.message_id
        return _render_message(delivery.event, written(delivery.created_at), entry_data)
    message: dict[str, Any] = {
        "sequence": entry.sequence,
        "event": delivery.event,
        "claim_id": entry.claim_id,
        "version": entry.version,
        "kind": entry.kind,
        "status": entry.status,
        "note": entry.note,
        "published_at": written(entry.published_at),
        "merged_into": entry.merged_into_id,
        "url": settings.SITE_URL + reverse("versions-detail", args=[entry.claim_id, entry.version]),
        "body_sha256": hashlib.sha256(entry.served_body).hexdigest(),
        "sealed_sha256": entry.sealed_sha256,
        "chain_sha256": entry.chain_sha256,
        # As in the feed of changes: null if the claim was withdrawn.
        "claim": entry.document if entry.status == Publication.Status.PUBLISHED else None,
    }
    body = _render_message(delivery.event, written(entry.published_at), message)
    if len(body.encode()) > MAX_MESSAGE_BYTES:
        body = _render_message(delivery.event, written(entry.published_at), message | {"claim": None})
    return body


def _render_message(kind: str, timestamp: str, message: dict[str, Any]) -> str:
    return render({"type": kind, "timestamp": timestamp, "data": message})
