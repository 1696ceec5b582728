"""A worker whose server is restarted, or whose queries or answers are lost, does each job once and continues."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from procrastinate import App, sql
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

from factcheck.database import worker_connection
from factcheck.database.deferred_jobs import defer
from tests.helpers.database import administration
from tests.helpers.streaming_servers import eventually
from tests.helpers.transaction_pooler import pooled
from tests.helpers.worker import without_schedule

__all__ = ["pooled", "without_schedule"]  # fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("without_schedule")]

JOBS = 5
done: list[int] = []


@app.task(name="tests.note_number")
def note_number(number: int) -> None:
    done.append(number)
    time.sleep(0.02)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Future[None]]:
    """One at work; what it ends with."""
    monkeypatch.setattr(worker_connection, "PAUSE_SECONDS", 0.05)
    done.clear()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

    async def work(ours: App) -> None:
        async with ours.open_async():
            task = asyncio.create_task(
                ours.run_worker_async(install_signal_handlers=False, fetch_job_polling_interval=0.2)
            )
            running.append((asyncio.get_running_loop(), task))
            await asyncio.gather(task, return_exceptions=True)

    def thread() -> None:
        try:
            with app.replace_connector(app.connector.get_worker_connector()) as ours:  # type: ignore[attr-defined]
                asyncio.run(work(ours))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(thread)
        eventually(lambda: running or (ended.done() and ended.result()))
        yield ended
        [(loop, task)] = running
        loop.call_soon_threadsafe(task.cancel)


def end_all_connections() -> None:
    connection.close()
    with administration() as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [connection.settings_dict["NAME"]],
        )


def outcomes() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def test_restart_of_the_server(worker: Future[None]) -> None:
    for number in range(JOBS):
        defer("tests.note_number", {"number": number}, queue="default")
        end_all_connections()
    eventually(lambda: outcomes() == [("succeeded", 1)] * JOBS)
    assert (sorted(done), worker.done()) == (list(range(JOBS)), False)


def test_pooler_that_passes_no_notification_on(pooled: None, worker: Future[None]) -> None:
    """The worker is not notified of jobs, and fetches them anyway."""
    for number in range(JOBS):
        defer("tests.note_number", {"number": number}, queue="default")
    eventually(lambda: outcomes() == [("succeeded", 1)] * JOBS)
    assert (sorted(done), worker.done()) == (list(range(JOBS)), False)


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize(
    "name, method", [("fetch_job", "one_"), ("finish_job", ""), ("update_heartbeat", "")]
)
def test_each_statement_may_be_lost_or_its_answer(
    worker: Future[None], name: str, method: str, heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = f"execute_query_{method}async"
    made, lost = getattr(PsycopgConnector, method), 0

    async def losing(connector: Any, query: Any, **arguments: Any) -> Any:
        nonlocal lost
        if query != sql.queries[name] or lost == 3:
            return await made(connector, query, **arguments)
        lost += 1
        if heard:
            await made(connector, query, **arguments)
        raise ConnectorException from psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(PsycopgConnector, method, losing)
    for number in range(JOBS):
        defer("tests.note_number", {"number": number}, queue="default")
    eventually(lambda: outcomes() == [("succeeded", 1)] * JOBS)
    assert (sorted(done), worker.done()) == (list(range(JOBS)), False)


def test_a_stopped_worker_does_not_try_again() -> None:
    async def use_after_the_end() -> None:
        connector = worker_connection.make_worker_connector()
        await connector.open_async()
        await connector.pool.close()
        await connector.execute_query_all_async("SELECT 1")

    # In a thread of its own, because tests in a browser leave a loop running in this one.
    with ThreadPoolExecutor(1) as pool, pytest.raises(ConnectorException):
        pool.submit(lambda: asyncio.run(asyncio.wait_for(use_after_the_end(), 20))).result()


def test_an_idle_worker_keeps_one_connection() -> None:
    async def count_open() -> int:
        connector = worker_connection.make_worker_connector()
        await connector.open_async()
        try:
            return int(connector.pool.get_stats()["pool_size"])
        finally:
            await connector.close_async()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(asyncio.wait_for(count_open(), 20))).result() == 1
