"""Send deliveries to each endpoint, one message at a time and in ledger order, until each has arrived.

One worker at a time leases an endpoint, for a limited time, so that another worker can continue if the first is
killed. A message may therefore arrive twice, with the same id, but is never lost.
"""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext

from claims.features.webhooks import disabled_endpoints, worker_calls
from claims.features.webhooks.events import build_message
from claims.features.webhooks.models.delivery import WebhookAttempt, WebhookDelivery
from claims.features.webhooks.models.endpoint import WebhookEndpoint, WebhookProgress
from claims.features.webhooks.signatures import build_signed_headers
from factcheck.database.leases import Lease, build_free_condition
from sources.http import sent_messages
from sources.http.postponements import parse_retry_after

#: The pause after each failed attempt; three days in total, as Standard Webhooks recommends.
RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: Each pause is extended at random by up to this share of it, so that messages that failed together are not
#: retried together.
JITTER = 0.1

#: After a failure, all messages to the endpoint wait: 5 seconds, then twice as long each time, up to 5 minutes.
MIN_PAUSE, MAX_PAUSE = timedelta(seconds=5), timedelta(minutes=5)

#: An endpoint is switched off if, for at least this long, at least this many attempts have failed and none
#: has succeeded.
MAX_FAILURE_PERIOD, MAX_FAILURES = timedelta(days=5), len(RETRY_DELAYS) + 1

#: How long a worker leases an endpoint. The lease is renewed before each message, and no request takes nearly as long.
LEASE_TIME = timedelta(seconds=60)
#: After this many seconds, a run ends so that the worker can do other work.
MAX_RUN_SECONDS = 10.0


@dataclass(frozen=True)
class RequestOutcome:
    """The outcome of one request, and how long the receiver asks us to wait."""

    attempt: WebhookAttempt
    requested_delay: timedelta


def send_due_deliveries(endpoint_id: int) -> None:
    """Send an endpoint's due deliveries, unless the endpoint is paused or leased by another worker."""
    deadline = time.monotonic() + MAX_RUN_SECONDS
    rows = WebhookProgress.objects.all()
    while endpoint := Lease.acquire(rows, endpoint_id, LEASE_TIME, due=build_ready_condition(timezone.now())):
        should_continue = True
        while should_continue and time.monotonic() < deadline:
            should_continue = _send_next_delivery(endpoint)
        endpoint.release()
        if should_continue:
            worker_calls.queue_deliveries(endpoint_id)
            return
        # While this worker had the lease, other workers left new deliveries to it, so look again.


def send_request(delivery: WebhookDelivery) -> RequestOutcome:
    """Send the delivery's message once, without using the database."""
    sent_at, started_at = timezone.now(), time.monotonic()
    endpoint = delivery.endpoint
    body = build_message(delivery)
    headers = build_signed_headers(
        body,
        message_id=delivery.message_id,
        sent_at=sent_at,
        secrets_in_use=endpoint.list_secrets_in_use(sent_at),
    )
    status, response, error, requested_delay = None, "", "", timedelta()
    try:
        http_response = sent_messages.post(
            endpoint.url,
            body.encode(),
            {"Content-Type": "application/json", **headers},
            allow_loopback=settings.WEBHOOKS_TO_LOOPBACK,
        )
    except sent_messages.PostError as failure:
        error = str(failure)
    else:
        status, response = http_response.status, http_response.beginning
        error, requested_delay = (
            _describe_failure(status),
            parse_retry_after(http_response.retry_after, sent_at),
        )
    duration = round((time.monotonic() - started_at) * 1000)
    attempt = WebhookAttempt(
        at=sent_at, duration_ms=duration, status_code=status, response=response, error=error
    )
    return RequestOutcome(attempt, requested_delay)


def choose_retry_delay(failure_count: int) -> timedelta | None:
    """Return the delay after this many failed attempts, or None if there are no further attempts."""
    if failure_count > len(RETRY_DELAYS):
        return None
    return RETRY_DELAYS[failure_count - 1] * (1 + JITTER * random.random())  # noqa: S311  it spreads the load, and guards nothing


# One message ----------------------------------------------------------------------------------------------------------


def _send_next_delivery(leased_endpoint: Lease[WebhookProgress]) -> bool:
    """Send the first message that is due, and return whether to continue with this endpoint."""
    delivery = (
        WebhookDelivery.objects.due()
        .filter(endpoint=leased_endpoint.row.pk, endpoint__in=WebhookEndpoint.objects.active())
        .select_related("endpoint", "publication")
        .order_by("pk")
        .first()
    )
    if delivery is None or not leased_endpoint.renew():
        return False
    outcome = send_request(delivery)
    with transaction.atomic():
        return _record_outcome(delivery, outcome)


def _record_outcome(delivery: WebhookDelivery, outcome: RequestOutcome) -> bool:
    """Record the result of the request, and return whether to continue with this endpoint."""
    progress = WebhookProgress.objects.select_for_update(no_key=True).filter(pk=delivery.endpoint_id).first()
    locked_delivery = WebhookDelivery.objects.select_for_update(no_key=True).filter(pk=delivery.pk).first()
    if progress is None or locked_delivery is None:
        return False  # the delivery was deleted in the meantime
    attempt = outcome.attempt
    attempt.delivery = locked_delivery
    attempt.save()
    if attempt.error:
        _record_failure(locked_delivery, progress, outcome)
    else:
        _finish_delivery(locked_delivery, WebhookDelivery.State.DELIVERED)
        if progress.consecutive_failures:
            progress.consecutive_failures, progress.failing_since, progress.paused_until = 0, None, None
            progress.save(update_fields=["consecutive_failures", "failing_since", "paused_until"])
    return not attempt.error


def _record_failure(delivery: WebhookDelivery, progress: WebhookProgress, outcome: RequestOutcome) -> None:
    now, attempt = timezone.now(), outcome.attempt
    progress.consecutive_failures += 1
    progress.failing_since = progress.failing_since or attempt.at
    progress.paused_until = now + max(_compute_pause(progress.consecutive_failures), outcome.requested_delay)
    progress.save(update_fields=["consecutive_failures", "failing_since", "paused_until"])

    if attempt.status_code == HTTPStatus.GONE:
        # The message stays due, and is the first one sent when the endpoint is switched on again.
        disabled_endpoints.disable_endpoint(
            delivery.endpoint, gettext("The receiver wants no more messages (HTTP 410).")
        )
        return

    delivery.failures += 1
    delay = choose_retry_delay(delivery.failures)
    if delay is None:
        _finish_delivery(delivery, WebhookDelivery.State.FAILED)
    else:
        delivery.next_attempt_at = now + max(delay, outcome.requested_delay)
        delivery.save(update_fields=["failures", "next_attempt_at"])

    if progress.consecutive_failures >= MAX_FAILURES and now - progress.failing_since >= MAX_FAILURE_PERIOD:
        disabled_endpoints.disable_endpoint(
            delivery.endpoint,
            gettext(
                "No message has arrived since %(moment)s UTC, although %(number)s were sent. The last error: %(error)s"
            )
            % {
                "moment": f"{progress.failing_since:%Y-%m-%d %H:%M}",
                "number": progress.consecutive_failures,
                "error": attempt.error,
            },
        )
    else:
        _queue_next_delivery(delivery.endpoint_id, progress.paused_until)


def _finish_delivery(delivery: WebhookDelivery, state: str) -> None:
    delivery.state, delivery.next_attempt_at, delivery.settled_at = state, None, timezone.now()
    delivery.save(update_fields=["state", "next_attempt_at", "settled_at", "failures"])


def _queue_next_delivery(endpoint_id: int, paused_until: datetime) -> None:
    deliveries = WebhookDelivery.objects.filter(endpoint=endpoint_id, state=WebhookDelivery.State.PENDING)
    if next_attempt_at := deliveries.aggregate(first=Min("next_attempt_at"))["first"]:
        worker_calls.queue_deliveries_later(endpoint_id, max(next_attempt_at, paused_until))


def _compute_pause(failure_count: int) -> timedelta:
    return min(MIN_PAUSE * 2 ** min(failure_count - 1, 10), MAX_PAUSE)


def _describe_failure(status: int) -> str:
    """Return a sentence on the error that a status code means, or "" if the message arrived."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return gettext("HTTP %(status)s: redirects are not followed; enter the final address.") % {
            "status": status
        }
    return f"HTTP {status}"


# Leasing an endpoint --------------------------------------------------------------------------------------------------


def build_ready_condition(moment: datetime) -> Q:
    """Return the condition for endpoints that are ready: active, not leased and not paused."""
    due_deliveries = WebhookDelivery.objects.due(moment).filter(endpoint=OuterRef("endpoint"))
    return (
        Q(endpoint__in=WebhookEndpoint.objects.active())
        & build_free_condition(moment)
        & (Q(paused_until__isnull=True) | Q(paused_until__lte=moment))
        & Q(Exists(due_deliveries))
    )
