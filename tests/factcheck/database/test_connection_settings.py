"""Connections of a process: one that writes, and those over which the public reads."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.database import connection_settings
from factcheck.database.connection_settings import build_owner_settings
from tests.helpers.sweeps import sweep

PRIMARY: dict[str, Any] = {"NAME": "factcheck", "HOST": "one", "OPTIONS": {"sslmode": "require"}}
REPLICA: dict[str, Any] = {"NAME": "factcheck", "HOST": "two", "OPTIONS": {"options": "-c jit=off"}}


def test_the_pool_keeps_connections_for_writing_open() -> None:
    kept = connection_settings.build_writing_settings(PRIMARY, pool=8)
    pool = {"min_size": 1, "max_size": 8, "timeout": 1, "reconnect_timeout": 2}
    assert kept["OPTIONS"] == {"sslmode": "require", "pool": pool}
    assert (kept["HOST"], kept["ENGINE"]) == ("one", "factcheck.database.serving_engine")


def test_without_a_pool_nothing_is_added() -> None:
    assert connection_settings.build_writing_settings(PRIMARY, pool=0)["OPTIONS"] == PRIMARY["OPTIONS"]
    assert PRIMARY["OPTIONS"] == {"sslmode": "require"}


def test_without_replicas_the_public_reads_from_the_primary() -> None:
    writing = connection_settings.build_writing_settings(PRIMARY, pool=8)
    reading = connection_settings.build_read_settings(writing, [], seconds=5)
    assert list(reading) == ["reading"]
    assert reading["reading"]["HOST"] == "one"
    assert reading["reading"]["OPTIONS"] == {
        "sslmode": "require",
        "connect_timeout": 2,
        "options": "-c statement_timeout=5s",
    }
    assert (reading["reading"]["CONN_MAX_AGE"], reading["reading"]["CONN_HEALTH_CHECKS"]) == (None, False)


def test_each_replica_has_its_own_options_and_the_primary_comes_first() -> None:
    writing = connection_settings.build_writing_settings(PRIMARY, pool=8)
    patient = {**PRIMARY, "OPTIONS": {"sslmode": "require", "connect_timeout": "9"}}
    reading = connection_settings.build_read_settings(writing, [REPLICA, patient], seconds=5)
    limit = "-c statement_timeout=5s"
    assert [(alias, each["HOST"], each["OPTIONS"]) for alias, each in reading.items()] == [
        ("reading", "one", {"connect_timeout": 2, "sslmode": "require", "options": limit}),
        ("replica-1", "two", {"connect_timeout": 2, "options": f"-c jit=off {limit}"}),
        ("replica-2", "one", {"sslmode": "require", "connect_timeout": "9", "options": limit}),
    ]


def test_without_a_limit_the_server_decides() -> None:
    writing = connection_settings.build_writing_settings(PRIMARY, pool=0)
    assert connection_settings.build_read_settings(writing, [REPLICA], seconds=0)["replica-1"]["OPTIONS"] == {
        "connect_timeout": 2,
        "options": "-c jit=off",
    }


SERVING = {"USER": "factcheck", "NAME": "facts"}


@sweep(
    "owner, served, words",
    [
        ({"USER": "factcheck_owner", "NAME": "facts"}, None, "set DATABASE_URL too"),
        ({"USER": "factcheck", "NAME": "facts"}, SERVING, "must name two different users"),
        ({"USER": "", "NAME": "facts"}, SERVING, "must name two different users"),
        (
            {"USER": "factcheck_owner", "NAME": "other"},
            SERVING,
            "names the database other and DATABASE_URL facts",
        ),
    ],
)
def test_owner_is_another_role_of_the_same_database(owner: Any, served: Any, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        build_owner_settings(owner, served)


def test_owner_may_be_unknown() -> None:
    assert build_owner_settings(None, SERVING) is None
    owner = {"USER": "factcheck_owner", "NAME": "facts"}
    assert build_owner_settings(owner, SERVING) == owner


def test_a_statement_of_a_request_waits_for_a_lock_as_long_as_one_of_the_public_may_take() -> None:
    limited = connection_settings.build_writing_settings(REPLICA, pool=0, lock_seconds=5)
    assert limited["OPTIONS"] == {"options": "-c jit=off -c lock_timeout=5s"}
