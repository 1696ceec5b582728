"""Waiting for a database server that is only starting."""

import pytest
from django.db import OperationalError, connections

from factcheck.database.server_start import wait_until_reachable

REFUSED = 'connection failed: FATAL:  password authentication failed for user "factcheck"'
PASSING = [
    "connection refused\n\tIs the server running on that host?",
    "FATAL:  the database system is starting up",
    "FATAL:  sorry, too many clients already",
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("factcheck.database.server_start.time.monotonic", lambda: now[0])
    monkeypatch.setattr(
        "factcheck.database.server_start.time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds)
    )
    return now


def refuse(monkeypatch: pytest.MonkeyPatch, errors: list[str]) -> None:
    def connect() -> None:
        if errors:
            raise OperationalError(errors.pop(0))

    monkeypatch.setattr(connections["default"], "ensure_connection", connect)


def test_it_is_waited_for_and_reported_once(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    told: list[str] = []
    refuse(monkeypatch, [*PASSING])
    wait_until_reachable("default", report=told.append)
    assert told == ["The database cannot be reached yet. Waiting up to two minutes."]
    assert clock == [3.0]


def test_permanent_errors_are_not_waited_for(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    refuse(monkeypatch, [REFUSED])
    with pytest.raises(OperationalError, match="password"):
        wait_until_reachable("default", report=lambda words: None)
    assert clock == [0.0]
    refuse(monkeypatch, PASSING * 100)
    with pytest.raises(OperationalError):
        wait_until_reachable("default", report=lambda words: None)
    assert 120 <= clock[0] < 123
