"""Background jobs of the whole site."""

from django.conf import settings
from procrastinate import JobContext, builtin_tasks
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from factcheck.backups import tasks as backup_tasks
from factcheck.database.deferred_jobs import periodic_task
from factcheck.web.throttling.store import PostgresStore

__all__ = ["backup_tasks"]


@periodic_task("17 * * * *")
def delete_settled_rate_limits(timestamp: int) -> None:
    """Delete the rate limits of callers whose requests no longer count against them. Runs hourly."""
    PostgresStore.forget_settled()


@periodic_task("47 3 * * *", pass_context=True)
async def remove_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Delete jobs that succeeded more than three days ago. Failed jobs stay. Runs daily."""
    await builtin_tasks.remove_old_jobs(context, max_hours=72)


@periodic_task("* * * * *", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Retry jobs whose worker was killed or stopped. Runs every minute."""
    manager = context.app.job_manager
    timeout_seconds = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=timeout_seconds):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # another one for the same waits already
            await manager.finish_job(job, status=Status.ABORTED, delete_job=False)
