"""Work for the background worker that is asked for inside the present transaction: no commit, no job."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job, JobDeferrer
from procrastinate.manager import JobManager

# The app's own connector is another one inside a worker, where a job would not be part of Django's transaction.
_JOBS = JobManager(DjangoConnector())


def defer(
    task: str,
    *arguments: Mapping[str, Any],
    queue: str,
    queueing_lock: str | None = None,
    scheduled_at: datetime | None = None,
) -> None:
    """Have the task done once for each of these arguments, in one statement; where there are none, not at all.

    Raises:
        AlreadyEnqueued: a job with this queueing lock waits.
    """
    job = Job(
        id=None,
        queue=queue,
        lock=None,
        queueing_lock=queueing_lock,
        task_name=task,
        scheduled_at=scheduled_at,
    )
    if arguments:
        JobDeferrer(_JOBS, job).batch_defer(*map(dict, arguments))
