"""The database keeps what processes settle: shared, by its own clock, one statement each."""

from typing import Any

import pytest
from django.db import connection

from factcheck import tasks
from factcheck.database import read_connections
from factcheck.database.replicas import Replicas
from factcheck.installation.environment import Rate
from factcheck.web.throttling.limiter import Limiter
from factcheck.web.throttling.store import PostgresStore, Store, StoreUnavailable
from tests.helpers.broken_rules import sql
from tests.helpers.parallel import at_once


def owed_after(store: Store, name: str, *amounts: float) -> list[float]:
    """The debt after spending each of these at once."""
    return [spend(store, name, seconds) for seconds in amounts]


def spend(store: Store, name: str, seconds: float) -> float:
    return store.add_cost(name, spent_seconds=seconds, owed_alone=seconds)


@pytest.mark.django_db
def test_postgresql_adds_up() -> None:
    store = PostgresStore()
    first, second, third = owed_after(store, "a", 100.0, 50.0, 0.0)
    assert first == pytest.approx(100.0, abs=5)
    assert second == pytest.approx(150.0, abs=5)
    assert third == pytest.approx(150.0, abs=5)
    assert third < second < 150.0 < second + 5
    assert spend(store, "b", 1.0) <= 1.0


def test_no_request_waits_for_an_unavailable_primary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that does not answer is known before anything is asked of it; no database is at hand here."""
    monkeypatch.setattr(read_connections, "has_replicas", lambda: True)
    moments = iter([0.0, 60.0])
    silent = Replicas([], 1.0, lambda: next(moments))
    monkeypatch.setattr(read_connections, "get_replicas", lambda: silent)
    with pytest.raises(StoreUnavailable):
        spend(PostgresStore(), "a", 1.0)


@pytest.mark.django_db
def test_postgresql_clears_expired_debts() -> None:
    store = PostgresStore()
    spend(store, "a", 100.0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE factcheck_ratelimit SET free_at = clock_timestamp() - interval '1 hour'")
    assert spend(store, "a", 0.0) == 0.0
    assert 9.0 < spend(store, "a", 10.0) <= 10.0


@pytest.mark.django_db
def test_postgresql_deducts_the_budget_regained_since() -> None:
    assert owed_after_a_while(PostgresStore()) == pytest.approx((0.0, 100.0, 150.0, 50.0), abs=5)


def owed_after_a_while(store: Store) -> tuple[float, ...]:
    """After spending that was not settled at once: a little long ago, much now, a little more, and much a while ago."""
    return (
        store.add_cost("e", spent_seconds=10.0, owed_alone=-500.0),
        store.add_cost("e", spent_seconds=100.0, owed_alone=100.0),
        store.add_cost("e", spent_seconds=50.0, owed_alone=-100.0),
        store.add_cost("f", spent_seconds=150.0, owed_alone=50.0),
    )


@pytest.mark.django_db
def test_postgresql_takes_one_statement_each(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(
        3
    ):  # a savepoint and its release around it, since tests run in a transaction
        spend(PostgresStore(), "a", 1.0)


@pytest.mark.django_db(transaction=True)
def test_postgresql_takes_one_statement_outside_of_transactions(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        spend(PostgresStore(), "a", 1.0)


@pytest.mark.django_db(transaction=True)
def test_postgresql_loses_nothing_between_processes_that_settle_at_once() -> None:
    def settle_often() -> None:
        for _ in range(20):
            spend(PostgresStore(), "a", 100.0)

    at_once(*[settle_often] * 4)
    assert spend(PostgresStore(), "a", 0.0) == pytest.approx(8000, abs=60)


@pytest.mark.django_db
def test_table_is_not_written_ahead() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'factcheck_ratelimit'::regclass")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db
def test_failure_of_the_store_does_not_take_the_transaction_along() -> None:
    sql("ALTER TABLE factcheck_ratelimit RENAME TO elsewhere")
    with connection.cursor() as cursor:
        with pytest.raises(StoreUnavailable, match="factcheck_ratelimit"):
            spend(PostgresStore(), "a", 1.0)
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_reads_go_on_without_the_table() -> None:
    sql("ALTER TABLE factcheck_ratelimit RENAME TO elsewhere")
    limiter = Limiter({"anonymous": Rate(20, 3600)}, PostgresStore())
    answers = [limiter.admit("192.0.2.1", "anonymous") for _ in range(30)]
    assert sum(answer.allowed for answer in answers if answer) == 20


@pytest.mark.django_db
def test_the_worker_removes_callers_without_debt() -> None:
    store = PostgresStore()
    owed_after(store, "owes", 100.0)
    owed_after(store, "free", 0.0)
    tasks.delete_settled_rate_limits(timestamp=0)
    assert names() == {"owes"}


def names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM factcheck_ratelimit")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
@pytest.mark.parametrize("name, free_at", [(None, "now()"), ("a", "NULL")])
def test_row_is_complete(name: str | None, free_at: str) -> None:
    with pytest.raises(Exception, match="null value"), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO factcheck_ratelimit VALUES (%s, {free_at})", [name])
