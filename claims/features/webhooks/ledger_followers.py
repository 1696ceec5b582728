"""Create the deliveries of new ledger entries to webhook endpoints."""

import time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from claims.features.webhooks import disabled_endpoints, worker_calls
from claims.features.webhooks.conditions import find_matching_ids
from claims.features.webhooks.events import choose_event
from claims.features.webhooks.models.delivery import WebhookDelivery
from claims.features.webhooks.models.endpoint import WebhookEndpoint, WebhookProgress
from claims.models import Publication
from claims.models.publication import build_previous_value
from factcheck.api.problems import InvalidParameters

#: The number of ledger entries read in one transaction.
ENTRIES_PER_STEP = 500
#: After this many seconds, a run ends so that the worker can do other work.
MAX_RUN_SECONDS = 10.0

_PUBLISHED = Publication.Status.PUBLISHED


def create_new_deliveries() -> int:
    """Create the deliveries of new ledger entries to every endpoint, and return the number of deliveries.

    Publications become visible in the order of `sequence`, however they are written, so only a position in
    that order is stored. The position advances in the transaction that adds the deliveries. After a bulk
    import, another job continues with the remaining entries, so that other work can run in between.
    """
    deadline, total_count = time.monotonic() + MAX_RUN_SECONDS, 0
    for endpoint_id in list(WebhookEndpoint.objects.active().order_by("pk").values_list("pk", flat=True)):
        while (created_count := _process_next_entries(endpoint_id)) is not None:
            total_count += created_count
            if time.monotonic() > deadline:
                worker_calls.queue_delivery_creation()
                return total_count
    return total_count


@transaction.atomic
def _process_next_entries(endpoint_id: int) -> int | None:
    """Create the deliveries of an endpoint's next entries; return their number, or None if no entries remain."""
    # A second worker with the same endpoint waits here, and then continues from the new position.
    progress = (
        WebhookProgress.objects.select_for_update(of=("self",), no_key=True)
        .select_related("endpoint")
        .filter(pk=endpoint_id, endpoint__in=WebhookEndpoint.objects.active())
        .first()
    )
    if progress is None:
        return None
    entries = _load_entries_after(progress.position)
    if not entries:
        return None
    endpoint = progress.endpoint
    try:
        deliveries = _build_deliveries(endpoint, entries)
    except InvalidParameters as refusal:
        disabled_endpoints.disable_endpoint(
            endpoint, gettext("The filter is not valid: %(why)s") % {"why": refusal.detail}
        )
        return None
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    progress.position = entries[-1]["sequence"]
    progress.save(update_fields=["position"])
    if deliveries:
        worker_calls.queue_deliveries(endpoint_id)
    return len(deliveries)


def _load_entries_after(position: int) -> list[dict[str, Any]]:
    rows: QuerySet[Any] = (
        Publication.objects.after(position)
        .annotate(before_id=build_previous_value("id"), before_status=build_previous_value("status"))
        .values("id", "sequence", "kind", "status", "before_id", "before_status")
    )
    return list(rows[:ENTRIES_PER_STEP])


def _build_deliveries(endpoint: WebhookEndpoint, entries: list[dict[str, Any]]) -> list[WebhookDelivery]:
    """Build the deliveries of these ledger entries to the endpoint, in order. Raises InvalidParameters."""
    published_ids = {entry["id"] for entry in entries if entry["status"] == _PUBLISHED}
    published_ids |= {entry["before_id"] for entry in entries if entry["before_status"] == _PUBLISHED}
    matching_ids = find_matching_ids(endpoint.filter, published_ids)
    deliveries = []
    for entry in entries:
        event = choose_event(
            kind=entry["kind"],
            status=entry["status"],
            previous_status=entry["before_status"] or "",
            is_match=entry["id"] in matching_ids,
            was_match=entry["before_id"] in matching_ids,
        )
        if event and (not endpoint.event_kinds or event in endpoint.event_kinds):
            deliveries.append(WebhookDelivery(endpoint=endpoint, publication_id=entry["id"], event=event))
    return deliveries
