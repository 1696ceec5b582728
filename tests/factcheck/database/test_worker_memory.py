"""A worker that has grown too large ends after its job, and leaves the others to the next one."""

import logging
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from factcheck.database.deferred_jobs import defer
from tests.helpers.worker import run_waiting_jobs, without_schedule

__all__ = ["without_schedule"]  # a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("without_schedule")]


@app.task(name="tests.grow")
def grow(*, has_failed: bool) -> None:
    if has_failed:
        raise ZeroDivisionError


def outcomes() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize("has_failed, outcome", [(False, "succeeded"), (True, "failed")])
def test_above_the_limit_it_ends_after_each_job_and_none_is_lost(
    has_failed: bool, outcome: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WORKER_MEMORY_BYTES = 1
    caplog.set_level(logging.INFO, "factcheck.database.worker_memory")
    defer("tests.grow", *[{"has_failed": has_failed}] * 3, queue="default")
    for finished in (1, 2, 3):
        run_waiting_jobs()
        assert outcomes() == [(outcome, 1)] * finished + [("todo", 0)] * (3 - finished)
    said = [line.getMessage() for line in caplog.records if line.name == "factcheck.database.worker_memory"]
    assert [line.endswith("MB after tests.grow.") for line in said] == [True] * 3


def test_below_the_limit_it_continues() -> None:
    defer("tests.grow", *[{"has_failed": False}] * 3, queue="default")
    run_waiting_jobs()
    assert outcomes() == [("succeeded", 1)] * 3
