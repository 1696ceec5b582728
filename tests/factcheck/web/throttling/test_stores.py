"""PostgreSQL and Redis keep what processes settle: shared, by their own clock, one statement each."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection

from factcheck import tasks
from factcheck.environment import Rate
from factcheck.web.throttling.limiter import Limiter
from factcheck.web.throttling.stores import PostgresStore, RedisStore, Store, StoreUnavailable, store_at


def owed_after(store: Store, name: str, *amounts: float) -> list[float]:
    """What is owed after each of these was spent at once."""
    return [spend(store, name, seconds) for seconds in amounts]


def spend(store: Store, name: str, seconds: float) -> float:
    return store.settle(name, spent=seconds, owed_alone=seconds)


# PostgreSQL


@pytest.mark.django_db
def test_postgresql_adds_up() -> None:
    store = PostgresStore()
    first, second, third = owed_after(store, "a", 100.0, 50.0, 0.0)
    assert first == pytest.approx(100.0, abs=5)
    assert second == pytest.approx(150.0, abs=5)
    assert third == pytest.approx(150.0, abs=5)
    assert third < second < 150.0 < second + 5
    assert spend(store, "b", 1.0) <= 1.0


@pytest.mark.django_db
def test_postgresql_forgives_what_is_past() -> None:
    store = PostgresStore()
    spend(store, "a", 100.0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE factcheck_ratelimit SET free_at = clock_timestamp() - interval '1 hour'")
    assert spend(store, "a", 0.0) == 0.0
    assert 9.0 < spend(store, "a", 10.0) <= 10.0


@pytest.mark.django_db
def test_postgresql_forgives_what_was_earned_back_since() -> None:
    assert owed_after_a_while(PostgresStore()) == pytest.approx((0.0, 100.0, 150.0, 50.0), abs=5)


def owed_after_a_while(store: Store) -> tuple[float, ...]:
    """After spending that was not settled at once: a little long ago, much now, a little more, and much a while ago."""
    return (
        store.settle("e", spent=10.0, owed_alone=-500.0),
        store.settle("e", spent=100.0, owed_alone=100.0),
        store.settle("e", spent=50.0, owed_alone=-100.0),
        store.settle("f", spent=150.0, owed_alone=50.0),
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
        connection.close()

    threads = [threading.Thread(target=settle_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spend(PostgresStore(), "a", 0.0) == pytest.approx(8000, abs=60)


@pytest.mark.django_db
def test_table_is_not_written_ahead() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'factcheck_ratelimit'::regclass")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db
def test_failure_of_the_store_does_not_take_the_transaction_along() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE factcheck_ratelimit RENAME TO elsewhere")
        with pytest.raises(StoreUnavailable, match="factcheck_ratelimit"):
            spend(PostgresStore(), "a", 1.0)
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_reads_go_on_without_the_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE factcheck_ratelimit RENAME TO elsewhere")
    limiter = Limiter({"anonymous": Rate(20, 3600)}, PostgresStore())
    answers = [limiter.admit("192.0.2.1", "anonymous") for _ in range(30)]
    assert sum(answer.allowed for answer in answers if answer) == 20


@pytest.mark.django_db
def test_worker_forgets_who_owes_nothing(settings: Any) -> None:
    store = PostgresStore()
    owed_after(store, "owes", 100.0)
    owed_after(store, "free", 0.0)
    settings.RATE_LIMIT_STORE = "redis://localhost"
    tasks.forget_settled_rate_limits(timestamp=0)
    assert names() == {"owes", "free"}
    settings.RATE_LIMIT_STORE = "postgresql"
    tasks.forget_settled_rate_limits(timestamp=0)
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


# Redis, the real one


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    place = tmp_path_factory.mktemp("redis") / "socket"
    if len(str(place)) > 100:
        pytest.skip("the folder for temporary files has too long a name for a Unix socket")
    command = [program, "--port", "0", "--unixsocket", str(place), "--save", "", "--dir", str(place.parent)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            await_socket(place, server)
            yield f"unix://{place}"
        finally:
            server.terminate()


def await_socket(place: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(place))
                return
        except OSError:
            threading.Event().wait(0.02)
    pytest.fail("redis-server did not start")


def test_redis_adds_up(redis_server: str) -> None:
    store = RedisStore(redis_server)
    first, second, third = owed_after(store, "a", 100.0, 50.0, 0.0)
    assert first == pytest.approx(100.0, abs=5)
    assert second == pytest.approx(150.0, abs=5)
    assert 145 < third < 150
    assert spend(store, "b", 1.0) <= 1.0


def test_redis_forgives_what_was_earned_back_since(redis_server: str) -> None:
    assert owed_after_a_while(RedisStore(redis_server)) == pytest.approx((0.0, 100.0, 150.0, 50.0), abs=5)


def test_redis_forgets_when_nothing_is_owed(redis_server: str) -> None:
    store = RedisStore(redis_server)
    spend(store, "c", 100.0)
    assert 95_000 < int(store.server.pttl("factcheck:ratelimit:c")) <= 100_000
    spend(store, "d", 0.0)
    assert not store.server.exists("factcheck:ratelimit:d")


def test_redis_is_shared_by_processes(redis_server: str) -> None:
    several = [Limiter({"anonymous": Rate(100, 3600)}, RedisStore(redis_server)) for _ in range(3)]
    answers = [process.admit("192.0.2.9", "anonymous") for _ in range(200) for process in several]
    assert 100 <= sum(answer.allowed for answer in answers if answer) <= 130


# Redis, as the client speaks to it


class Said(list[tuple[Any, ...]]):
    """A server that writes down what it is asked, and answers what the test wants."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)

    def execute_command(self, *command: Any, **options: Any) -> Any:
        self.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_redis_is_asked_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    store = RedisStore("redis://localhost:1/3")
    said = Said(b"7.500000")
    monkeypatch.setattr(store.server, "execute_command", said.execute_command)
    assert spend(store, "a", 2.5) == 7.5
    ((command, _digest, *arguments),) = said
    assert (command, arguments) == ("EVALSHA", [1, "factcheck:ratelimit:a", "2.500000", "2.500000"])


def test_redis_that_forgot_the_script_learns_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = RedisStore("redis://localhost:1/3")
    said = Said(redis.exceptions.NoScriptError(), store._settle.sha, b"1.000000")
    monkeypatch.setattr(store.server, "execute_command", said.execute_command)
    assert spend(store, "a", 1.0) == 1.0
    assert [command[0] for command in said] == ["EVALSHA", "SCRIPT LOAD", "EVALSHA"]


@pytest.mark.parametrize(
    "failure", [redis.ConnectionError(), redis.TimeoutError(), redis.ResponseError("OOM")]
)
def test_redis_that_fails_is_unavailable(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    store = RedisStore("redis://localhost:1/3")
    monkeypatch.setattr(store.server, "execute_command", Said(failure).execute_command)
    with pytest.raises(StoreUnavailable):
        spend(store, "a", 1.0)


def test_redis_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(StoreUnavailable):
        spend(RedisStore(address), "a", 1.0)


def test_address_names_the_store() -> None:
    assert isinstance(store_at("postgresql"), PostgresStore)
    assert isinstance(store_at("rediss://user:password@cache.example.org:6380/2"), RedisStore)
