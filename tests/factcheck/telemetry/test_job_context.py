"""A job knows the request that it came from."""

import logging
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app

from factcheck.database.deferred_jobs import defer
from factcheck.installation.log_context import job, request_id
from factcheck.telemetry import counters
from tests.helpers.worker import run_waiting_jobs

logger = logging.getLogger("tests.job_context")


@app.task(name="tests.say", queue="default")
def say(*, word: str) -> None:
    logger.warning("%s | %s | %s", word, request_id.get(), job.get())
    if word == "again":
        defer("tests.say", {"word": "inner"}, queue="default")
    if word == "fail":
        raise ZeroDivisionError


@pytest.fixture
def asked() -> Iterator[None]:
    token = request_id.set("abc-1")
    yield
    request_id.reset(token)


def noted() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id, request_id FROM factcheck_jobrequest ORDER BY job_id")
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_jobs_are_noted_with_their_request_in_one_statement(
    asked: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        defer("tests.say", {"word": "a"}, {"word": "b"}, queue="default")
    with django_assert_num_queries(1):  # type: ignore[operator]
        last = say.defer(word="c")
    assert noted() == {last - 2: "abc-1", last - 1: "abc-1", last: "abc-1"}


@pytest.mark.django_db
def test_jobs_without_a_request_have_no_note() -> None:
    defer("tests.say", {"word": "a"}, queue="default")
    assert noted() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["", "a b", "a\nb", "-a", "x" * 65, "ä"])
def test_the_database_refuses_invalid_ids(asked: None, wrong: str) -> None:
    number = say.defer(word="a")
    refused = pytest.raises(IntegrityError, match="jobrequest_id_is_one")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE factcheck_jobrequest SET request_id = %s WHERE job_id = %s", [wrong, number])


@pytest.mark.django_db
def test_the_note_is_deleted_with_the_job(asked: None) -> None:
    say.defer(word="a")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert noted() == {}


@pytest.mark.django_db(transaction=True)
def test_the_worker_logs_it_and_passes_it_on(
    caplog: pytest.LogCaptureFixture, without_schedule: None, settings: object
) -> None:
    settings.METRICS_PORT = 1  # type: ignore[attr-defined]
    count = counters.JOB_SECONDS.labels("tests.say", "failed")._sum
    before = count.get()
    token = request_id.set("abc-1")
    numbers = [say.defer(word="again"), say.defer(word="fail")]
    request_id.reset(token)
    numbers.append(say.defer(word="alone"))
    run_waiting_jobs()
    said = [line.getMessage() for line in caplog.records if line.name == logger.name]
    assert sorted(said) == sorted(
        [
            f"again | abc-1 | {numbers[0]} tests.say",
            f"fail | abc-1 | {numbers[1]} tests.say",
            f"alone |  | {numbers[2]} tests.say",
            f"inner | abc-1 | {numbers[2] + 1} tests.say",
        ]
    )
    assert count.get() > before
