"""The context of each job: its log fields and its duration."""

import logging
from time import perf_counter
from typing import Any

from django.conf import settings
from procrastinate import App, exceptions
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from factcheck.database.deferred_jobs import get_request_id, install_job_manager
from factcheck.database.worker_connection import install_worker_connector
from factcheck.database.worker_memory import end_when_too_large
from factcheck.installation.log_context import job, request_id
from factcheck.telemetry.traces import trace_job

logger = logging.getLogger(__name__)


def prepare_app(app: App) -> None:
    """Install our job manager, connector and middleware in Procrastinate's app (`PROCRASTINATE_ON_APP_READY`)."""
    install_job_manager(app)
    install_worker_connector(app)
    app.worker_defaults["worker_middleware"] = [run_with_context, end_when_too_large]


async def run_with_context(call_next: AsyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Run a job with its context, which ends with the job's asyncio task (a Procrastinate worker middleware)."""
    finish = context.job
    job.set(f"{finish.id} {finish.task_name}")
    request_id.set(await _get_request_id(finish.id, worker))
    started_at, outcome = perf_counter(), "failed"
    try:
        with trace_job(finish.task_name, finish.queue):
            result = await call_next()
        outcome = "succeeded"
    finally:
        _count(finish.task_name, outcome, perf_counter() - started_at)
    return result


async def _get_request_id(job_id: int | None, worker: Worker) -> str:
    """Return the id of the request that queued a job. If the id cannot be read, the job runs without one."""
    try:
        return await get_request_id(job_id, worker.app.job_manager) if job_id else ""
    except exceptions.ConnectorException as failure:
        logger.warning("The request that queued job %s is unknown: %s", job_id, failure)
        return ""


def _count(task: str, outcome: str, seconds: float) -> None:
    if settings.METRICS_PORT:
        from factcheck.telemetry import counters  # noqa: PLC0415  only if metrics are on

        counters.JOB_SECONDS.labels(task, outcome).observe(seconds)
