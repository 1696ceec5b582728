"""The background worker's connection to its queue, which survives restarts and failovers.

When a statement fails, Procrastinate ends its worker and leaves running jobs without a result. Here, a statement is
repeated until the server is reachable again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import psycopg
from procrastinate import App, sql
from procrastinate.connector import Notify
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import PoolClosed

from factcheck.database.connection_settings import RECONNECT_SECONDS

logger = logging.getLogger(__name__)

#: How long to wait, in seconds, before a statement is made again.
PAUSE_SECONDS = 1.0
#: How long a statement waits for a connection.
_PATIENCE_SECONDS = 10.0

Result = TypeVar("Result")


def install_worker_connector(app: App) -> None:
    """Make the app's workers use this connector, however they are started."""
    app.connector.get_worker_connector = make_worker_connector  # type: ignore[attr-defined]  # Django's


def make_worker_connector() -> PsycopgConnector:
    return WorkerConnector(
        kwargs=connector_params(),
        # Four are kept open by default. An idle worker needs one, and each takes 4 MB of the database server.
        min_size=1,
        max_size=4,
        timeout=_PATIENCE_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )


class WorkerConnector(PsycopgConnector):
    """A connector that repeats statements after a lost connection. Repeating one that was executed does no harm.

    If the response to fetching a job is lost, the job is found again: it is assigned to this worker, but the worker
    does not know it.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._in_hand: set[int] = set()

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        def run_statement() -> Awaitable[None]:
            return PsycopgConnector.execute_query_async(self, query, **arguments)

        try:
            await run_statement()
        except ConnectorException as failure:
            if not _is_lost(failure):
                raise
            await self._retry_statement(query, run_statement)
        self._in_hand.discard(arguments.get("job_id", 0))

    async def _retry_statement(self, query: Any, run_statement: Callable[[], Awaitable[None]]) -> None:
        try:
            await _retry_until_reached(run_statement)
        except ConnectorException:
            # Reporting a finished job again is rejected: the first report was received.
            if query not in (sql.queries["finish_job"], sql.queries["retry_job"]):
                raise

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        def run_statement() -> Awaitable[dict[str, Any]]:
            return PsycopgConnector.execute_query_one_async(self, query, **arguments)

        if query != sql.queries["fetch_job"]:
            return await _retry_until_reached(run_statement)
        try:
            job = await run_statement()
        except ConnectorException as failure:
            if not _is_lost(failure):
                raise
            job = await self._find_fetched_job(arguments["worker_id"])
        if job["id"] is not None:
            self._in_hand.add(job["id"])
        return job

    async def _find_fetched_job(self, worker_id: int) -> dict[str, Any]:
        jobs = await self.execute_query_all_async(_OWN_JOB_SQL, worker_id=worker_id)
        lost_jobs = [job for job in jobs if job["id"] not in self._in_hand]
        return lost_jobs[0] if lost_jobs else {"id": None}

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        def run_statement() -> Awaitable[list[dict[str, Any]]]:
            return PsycopgConnector.execute_query_all_async(self, query, **arguments)

        return await _retry_until_reached(run_statement)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        names = list(channels)
        await _retry_until_reached(lambda: PsycopgConnector.listen_notify(self, on_notification, names))


#: The columns of Procrastinate's own query for a job.
_OWN_JOB_SQL = """
    SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
    FROM procrastinate_jobs WHERE worker_id = %(worker_id)s AND status = 'doing'
"""


async def _retry_until_reached(run_statement: Callable[[], Awaitable[Result]]) -> Result:
    while True:
        try:
            return await run_statement()
        except ConnectorException as failure:
            if not _is_lost(failure):
                raise
            logger.warning("The worker's queue cannot be reached; it tries again: %s", failure.__cause__)
            await asyncio.sleep(PAUSE_SECONDS)


def _is_lost(failure: ConnectorException) -> bool:
    """Return whether the statement failed because the server was gone or could no longer write.

    A stopping worker that has closed its own connection pool does not count.
    """
    cause = failure.__cause__
    return not isinstance(cause, PoolClosed) and isinstance(
        cause, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.ReadOnlySqlTransaction
    )
