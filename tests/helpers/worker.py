"""The background worker, run inside a test."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from procrastinate.contrib.django import app


def run_waiting_jobs() -> None:
    """Run waiting jobs, and return when there are none.

    In a thread of its own: browser tests leave an event loop running in that of the tests, and the worker starts one.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(_work).result()


def _work() -> None:
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]  # Django's
            worker.run_worker(wait=False, install_signal_handlers=False)
    finally:
        connections.close_all()


@pytest.fixture
def without_schedule() -> Iterator[None]:
    """Only queued jobs, none that are due by schedule."""
    app.perform_import_paths()
    periodic, app.periodic_registry.periodic_tasks = app.periodic_registry.periodic_tasks, {}
    yield
    app.periodic_registry.periodic_tasks = periodic
