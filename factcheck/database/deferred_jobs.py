"""Queue background jobs in the current transaction. If it is rolled back, so are the jobs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, JobDeferrer
from procrastinate.manager import JobManager

from factcheck.installation.log_context import request_id

_DEFER_SQL = """
    WITH deferred AS ({deferring}),
         noted AS (
             INSERT INTO public.factcheck_jobrequest (job_id, request_id)
             SELECT id, %(request_id)s FROM deferred
         )
    SELECT id FROM deferred
"""


class RequestedJobs(JobManager):
    """Procrastinate's job manager. The statement that queues a job also stores the id of the web request behind it."""

    def _defer_jobs_query_kwargs(self, jobs: list[Job]) -> dict[str, Any]:
        arguments = super()._defer_jobs_query_kwargs(jobs)
        if current_request := request_id.get():
            arguments["query"] = _DEFER_SQL.format(deferring=arguments["query"].strip().rstrip(";"))
            arguments["request_id"] = current_request
        return arguments


# Inside a worker, the app has a different connector, with which a job would not be part of Django's transaction.
_JOBS = RequestedJobs(DjangoConnector())


def install_job_manager(app: App) -> None:
    """Install the job manager (`PROCRASTINATE_ON_APP_READY`), so that it handles every job, whoever defers it."""
    app.job_manager = RequestedJobs(app.connector)


async def get_request_id(job_id: int, jobs: JobManager) -> str:
    """Return the id of the request that queued a job; "" if no request did."""
    rows = await jobs.connector.execute_query_all_async(
        query="SELECT request_id FROM public.factcheck_jobrequest WHERE job_id = %(job_id)s", job_id=job_id
    )
    return rows[0]["request_id"] if rows else ""


def periodic_task(cron: str, *, name: str = "", **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator for a job that runs on a schedule, with at most one run waiting at a time."""

    def declare(run: Callable[..., Any]) -> Any:
        task_name = name or f"{run.__module__}.{run.__qualname__}"
        return app.periodic(cron=cron)(app.task(name=task_name, queueing_lock=task_name, **options)(run))

    return declare


def defer(
    task: str,
    *arguments: Mapping[str, Any],
    queue: str,
    queueing_lock: str | None = None,
    scheduled_at: datetime | None = None,
    priority: int = 0,
) -> None:
    """Queue the task once for each of these arguments, in one statement.

    Args:
        priority: workers take jobs with a higher priority first.

    Raises:
        AlreadyEnqueued: a job with this queueing lock is waiting.
    """
    job = Job(
        id=None,
        queue=queue,
        lock=None,
        queueing_lock=queueing_lock,
        task_name=task,
        priority=priority,
        scheduled_at=scheduled_at,
    )
    if arguments:
        JobDeferrer(_JOBS, job).batch_defer(*map(dict, arguments))


def defer_once(
    task: str, arguments: Mapping[str, Any], *, queue: str, queueing_lock: str, priority: int = 0
) -> bool:
    """Queue the task unless a job with this queueing lock is waiting; return whether it was queued."""
    try:
        # A duplicate job is a database error, which aborts the surrounding transaction.
        with transaction.atomic():
            defer(task, arguments, queue=queue, queueing_lock=queueing_lock, priority=priority)
    except AlreadyEnqueued:
        return False
    return True
