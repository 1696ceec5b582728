"""Calling the worker, as part of the present transaction: no publication, no call; no call lost, none made twice.

One call that waits is enough, however much there is to do; hence the queueing lock. `defer()` of procrastinate would
raise where one waits already, which ends the transaction, and inside the worker it would not take part in it at all.
"""

import json
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

QUEUE = "webhooks"
FOLLOW = "claims.webhooks.tasks.follow_the_ledger"
SEND = "claims.webhooks.tasks.send_to_endpoint"
REPORT = "claims.webhooks.tasks.report_disabled"

_JOBS = ProcrastinateJob._meta.db_table

# A call that waits is held until this transaction ends, so that no worker takes it up before it can see what we did.
_CALL = f"""
WITH waiting AS (
    SELECT id FROM {_JOBS} WHERE queueing_lock = %(lock)s AND status = 'todo' FOR SHARE
)
INSERT INTO {_JOBS} (queue_name, task_name, queueing_lock, args)
SELECT %(queue)s, %(task)s, %(lock)s, %(args)s::jsonb
WHERE NOT EXISTS (SELECT FROM waiting) AND (%(always)s OR EXISTS (SELECT FROM claims_webhookendpoint WHERE active))
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""  # noqa: S608  put together from constants

_ADD = f"""
INSERT INTO {_JOBS} (queue_name, task_name, args, scheduled_at) VALUES (%(queue)s, %(task)s, %(args)s::jsonb, %(at)s)
"""  # noqa: S608  the same


def announce() -> None:
    """Have the worker look for new entries of the ledger. Costs one statement, and does nothing when nobody listens."""
    _call(FOLLOW, FOLLOW, {}, always=False)


def call_for(endpoint_id: int) -> None:
    """Have the worker send what is due at an endpoint."""
    _call(SEND, f"{SEND}:{endpoint_id}", {"endpoint_id": endpoint_id}, always=True)


def call_later_for(endpoint_id: int, at: datetime) -> None:
    """The same, at a moment to come."""
    _add(QUEUE, SEND, endpoint_id, at)


def call_to_report(endpoint_id: int) -> None:
    """Have the worker tell by mail that an endpoint was switched off."""
    _add("mail", REPORT, endpoint_id, None)


def _call(task: str, lock: str, arguments: dict[str, int], *, always: bool) -> None:
    _execute(_CALL, queue=QUEUE, task=task, lock=lock, args=json.dumps(arguments), always=always)


def _add(queue: str, task: str, endpoint_id: int, at: datetime | None) -> None:
    _execute(_ADD, queue=queue, task=task, args=json.dumps({"endpoint_id": endpoint_id}), at=at)


def _execute(statement: str, **values: str | bool | datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
