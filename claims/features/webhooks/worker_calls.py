"""Queue webhook jobs in the current transaction; at most one of each kind is waiting.

One waiting job is enough, however much there is to do; hence the queueing lock. If one is already waiting, a
worker may start it before it can see the changes of this transaction, so it is queued again after the commit.
If the process dies in between, `claims.features.webhooks.tasks.queue_missed_work` finds the rest within a minute.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from claims.features.webhooks.models import WebhookEndpoint
from factcheck.database.deferred_jobs import defer, defer_once

QUEUE_NAME = "webhooks"
#: Above all other jobs: copies of cited pages take minutes, and a correction must not wait for them.
PRIORITY = 10
FOLLOW_TASK = "claims.features.webhooks.tasks.create_deliveries"
SEND_TASK = "claims.features.webhooks.tasks.send_to_endpoint"
REPORT_TASK = "claims.features.webhooks.tasks.report_disabled"


def queue_ledger_search(**signal: Any) -> None:
    """Queue a search for new ledger entries, if there are endpoints."""
    if WebhookEndpoint.objects.active().exists():
        _queue_job(FOLLOW_TASK, FOLLOW_TASK)


def queue_sending(endpoint_id: int) -> None:
    """Queue the sending of an endpoint's due messages."""
    _queue_job(SEND_TASK, f"{SEND_TASK}:{endpoint_id}", endpoint_id=endpoint_id)


def queue_sending_later(endpoint_id: int, at: datetime) -> None:
    """Queue the sending of an endpoint's messages for a later time."""
    defer(SEND_TASK, {"endpoint_id": endpoint_id}, queue=QUEUE_NAME, scheduled_at=at, priority=PRIORITY)


def queue_report(endpoint_id: int) -> None:
    """Queue the email that an endpoint was switched off."""
    defer(REPORT_TASK, {"endpoint_id": endpoint_id}, queue="mail")


def _queue_job(task: str, lock: str, **arguments: int) -> None:
    call = partial(defer_once, task, arguments, queue=QUEUE_NAME, queueing_lock=lock, priority=PRIORITY)
    if not call():
        transaction.on_commit(call)
