"""Queue webhook jobs in the current transaction, at most one of each type.

A queueing lock ensures that at most one job of each type waits, which is enough. A worker may start a job that is
already waiting before this transaction's changes are visible, so the job is queued again after the commit. If the
process dies in between, `claims.features.webhooks.tasks.queue_missed_work` queues the missing job within a minute.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from claims.features.webhooks.models import WebhookEndpoint
from factcheck.database.deferred_jobs import defer, defer_once

QUEUE_NAME = "webhooks"
#: A higher priority than all other jobs: copies of cited pages take minutes, and a correction must not wait for them.
PRIORITY = 10
CREATE_DELIVERIES_TASK = "claims.features.webhooks.tasks.create_deliveries"
SEND_DELIVERIES_TASK = "claims.features.webhooks.tasks.send_to_endpoint"
REPORT_DISABLED_TASK = "claims.features.webhooks.tasks.report_disabled"


def queue_delivery_creation(**signal: Any) -> None:
    """Queue the job that creates deliveries of new ledger entries, if there are endpoints."""
    if WebhookEndpoint.objects.active().exists():
        _queue_job(CREATE_DELIVERIES_TASK, CREATE_DELIVERIES_TASK)


def queue_deliveries(endpoint_id: int) -> None:
    """Queue the job that sends an endpoint's deliveries."""
    _queue_job(SEND_DELIVERIES_TASK, f"{SEND_DELIVERIES_TASK}:{endpoint_id}", endpoint_id=endpoint_id)


def queue_deliveries_later(endpoint_id: int, scheduled_at: datetime) -> None:
    """Queue the job that sends an endpoint's deliveries, for a later time."""
    defer(
        SEND_DELIVERIES_TASK,
        {"endpoint_id": endpoint_id},
        queue=QUEUE_NAME,
        scheduled_at=scheduled_at,
        priority=PRIORITY,
    )


def queue_disabled_report(endpoint_id: int) -> None:
    """Queue the email about an endpoint that was switched off."""
    defer(REPORT_DISABLED_TASK, {"endpoint_id": endpoint_id}, queue="mail")


def _queue_job(task: str, lock: str, **arguments: int) -> None:
    queue_call = partial(defer_once, task, arguments, queue=QUEUE_NAME, queueing_lock=lock, priority=PRIORITY)
    if not queue_call():
        transaction.on_commit(queue_call)
