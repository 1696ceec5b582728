"""While a database is away one thread tries to connect, and the others are refused at once."""

import threading
import time

import pytest
from psycopg import OperationalError

from factcheck.database.serving_engine import base
from factcheck.database.serving_engine.base import Attempts


def away() -> str:
    raise OperationalError("connection refused")


def test_after_a_failure_no_thread_connects_for_a_while_and_then_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("factcheck.database.serving_engine.base.time.monotonic", lambda: now[0])
    attempts, made = Attempts(), []
    with pytest.raises(OperationalError, match="connection refused"):
        attempts.connect(away)
    now[0] += 0.9
    with pytest.raises(OperationalError, match="a moment ago"):
        attempts.connect(lambda: made.append("too soon"))
    now[0] += 0.2
    assert attempts.connect(lambda: "connection") == "connection"
    assert attempts.connect(lambda: "another") == "another"
    assert made == []


def test_other_threads_do_not_wait_while_one_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PAUSE_SECONDS", 0)
    attempts, tries, goes_on = Attempts(), threading.Event(), threading.Event()
    with pytest.raises(OperationalError, match="connection refused"):
        attempts.connect(away)

    def slow() -> str:
        tries.set()
        assert goes_on.wait(60)
        return away()

    def fail() -> None:
        with pytest.raises(OperationalError, match="connection refused"):
            attempts.connect(slow)

    thread = threading.Thread(target=fail)
    thread.start()
    assert tries.wait(60)
    with pytest.raises(OperationalError, match="a moment ago"):
        attempts.connect(lambda: "not made")
    goes_on.set()
    thread.join()


def test_a_failure_cleared_by_another_thread_meanwhile_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts()
    with pytest.raises(OperationalError, match="connection refused"):
        attempts.connect(away)

    def forget() -> float:
        attempts._failed_at = None
        return float("inf")

    monkeypatch.setattr(time, "monotonic", forget)
    assert attempts.connect(lambda: "connection") == "connection"
