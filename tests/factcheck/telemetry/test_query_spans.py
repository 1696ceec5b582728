"""Metrics from the database."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from procrastinate.contrib.django import app

from factcheck.telemetry import query_spans
from factcheck.telemetry.query_spans import GaugeKind, MetricQuery

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may need longer than Prometheus waits."""
    monkeypatch.setattr(query_spans, "MAX_MILLISECONDS", 60_000)


def readings(name: str) -> dict[tuple[str, ...], float]:
    (question,) = (known for known in query_spans.list_metric_queries() if known.name == name)
    answers = query_spans.query_database([question], DEFAULT_DB_ALIAS)
    assert answers.failed == set()
    assert answers.reached
    return {(gauge, *labels): value for gauge, labels, value in answers.readings}


def add_job(queue: str, status: str = "todo", *, scheduled: str | None = None, asked: str = "0 s") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)
            VALUES (%s, 'none', %s::procrastinate_job_status, now() + %s::interval) RETURNING id
            """,
            [queue, status, scheduled],
        )
        (job,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - %s::interval WHERE job_id = %s", [asked, job]
        )


def test_every_reading_is_of_a_gauge_that_is_declared_with_its_labels() -> None:
    answers = query_spans.query_database(query_spans.list_metric_queries(), DEFAULT_DB_ALIAS)
    assert answers.failed == set()
    kinds = {
        gauge: (kind, question)
        for question in query_spans.list_metric_queries()
        for gauge, kind in question.gauges.items()
    }
    for name, labels, _value in answers.readings:
        kind, question = kinds[name]
        assert len(labels) == len(kind.labels) + question.runs_on_replicas
    keys = [(name, labels) for name, labels, _value in answers.readings]
    assert len(keys) == len(set(keys))


def test_each_query_has_a_time_limit(django_assert_num_queries: Any) -> None:
    # A savepoint, its release, the limit and the question; those with more statements are named, and backups, of which
    # none are made here.
    more = {"backups": -1, "connections": 1, "imports": 2, "webhooks": 1, "witnesses": 1}
    for question in query_spans.list_metric_queries():
        with django_assert_num_queries(4 + more.get(question.name, 0)):
            query_spans.query_database([question], DEFAULT_DB_ALIAS)


def test_jobs_by_queue_and_state() -> None:
    add_job("mail", asked="50 s")
    add_job("mail", asked="20 s")
    add_job("mail", scheduled="-90 s", asked="200 s")
    add_job("mail", scheduled="1 hour", asked="500 s")
    add_job("mail", "doing", asked="900 s")
    add_job("mail", "failed")
    add_job("mail", "succeeded")
    found = readings("jobs")
    states = ("waiting", "scheduled", "running", "failed")
    assert [found["factcheck_jobs", "mail", state] for state in states] == [3, 1, 1, 1]
    assert 90 <= found["factcheck_jobs_oldest_wait_seconds", "mail"] < 150
    assert found["factcheck_jobs_oldest_wait_seconds", "webhooks"] == 0


def test_an_unknown_queue_gets_no_label() -> None:
    add_job("' OR 1", asked="30 s")
    add_job("mischief", asked="10 s")
    found = readings("jobs")
    queues = {task.queue for task in app.tasks.values()}
    assert {key[1] for key in found} == queues | {"other"}
    assert len(queues) < 20
    assert found["factcheck_jobs", "other", "waiting"] == 2
    assert 30 <= found["factcheck_jobs_oldest_wait_seconds", "other"] < 100


def test_live_workers_are_counted() -> None:
    assert readings("workers") == {("factcheck_workers",): 0}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '15 s'), (now() - interval '2 h')"
        )
    assert readings("workers") == {("factcheck_workers",): 1, ("factcheck_workers_silent_seconds",): 15}


def test_a_question_that_takes_too_long_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_spans, "MAX_MILLISECONDS", 20)

    def ask_for_too_long(cursor: Any) -> Iterator[query_spans.Reading]:
        yield "factcheck_slow", (), 1
        # So little is too little for others too, on a busy machine.
        monkeypatch.setattr(query_spans, "MAX_MILLISECONDS", 60_000)
        cursor.execute("SELECT pg_sleep(60)")

    slow = MetricQuery("slow", {"factcheck_slow": GaugeKind("What takes long.")}, ask_for_too_long)
    (workers,) = (known for known in query_spans.list_metric_queries() if known.name == "workers")
    answers = query_spans.query_database([slow, workers], DEFAULT_DB_ALIAS)
    assert answers.failed == {"slow"}
    assert answers.readings == [("factcheck_workers", (), 0)]


def test_a_database_that_is_away_is_reported_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    answers = query_spans.query_database(query_spans.list_metric_queries(), DEFAULT_DB_ALIAS)
    assert (answers.reached, answers.readings) == (False, [])
