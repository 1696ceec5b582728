"""End a background worker that has grown too large. Whatever started it starts another one, which is small again."""

import logging
from typing import Any

import psutil
from django.conf import settings
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

logger = logging.getLogger(__name__)


async def end_when_too_large(call_next: AsyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Run a job; then end the worker if its process exceeds the limit (a Procrastinate worker middleware).

    The worker takes no more jobs, and finishes those that are running. Waiting ones stay in the queue.
    """
    try:
        return await call_next()
    finally:
        used_bytes = psutil.Process().memory_info().rss
        if used_bytes > settings.WORKER_MEMORY_BYTES:
            logger.info(
                "The worker ends, because it takes %d MB after %s.",
                used_bytes // 2**20,
                context.job.task_name,
            )
            worker.stop()
