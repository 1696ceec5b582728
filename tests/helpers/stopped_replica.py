"""A replica that stopped replaying: a copy of the database as it was, and what a process would know of it.

It is made once for a module whose tests only read. The ledger has four entries, each of another claim; the replica has
three of them, and the primary has shown two.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from factcheck.database import read_connections
from factcheck.database.replicas import Replicas, Report
from tests.helpers.database import administration, drop_database, replace_database
from tests.helpers.newsroom import person, publishing

__all__ = ["replica", "stopped_replica"]

ALIAS = "replica-1"


class StoppedReplica:
    """The state that the process knows: the replica is as fresh as allowed, unless set otherwise."""

    def __init__(self) -> None:
        self.now = 0.0
        self.replicas = Replicas([ALIAS], 1.0, lambda: self.now)

    def is_known(self, *, mark: int | None = 2, primary: bool = True, position: int = 10) -> None:
        """Up to where the primary shows entries, whether it lives, and how far the replica is."""
        self.replicas.record_primary_report(Report(False, 10, "primary", mark), queried_at=self.now)
        if not primary:
            self.now += 60
        self.replicas.record_replica_report(ALIAS, Report(True, position, "replica"), queried_at=self.now)


@pytest.fixture(scope="module")
def stopped_replica(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """Makes the copy; how it is connected to."""
    with django_db_blocker.unblock():
        replace_database()
        ours = connection.settings_dict["NAME"]
        name = f"{ours}_replica"
        drop_database(name)
        publish = publishing(person("chris", "Fact-checker"), person("edith", "Editor"))
        for _ in range(3):
            publish()
        connections.close_all()
        with administration() as server:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(copy.format(sql.Identifier(name), sql.Identifier(ours)))
        publish()
        yield {**connection.settings_dict, "NAME": name}
        connections.close_all()
        drop_database(name)
        replace_database()


@pytest.fixture
def replica(
    stopped_replica: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StoppedReplica]:
    """It may be read from."""
    replica = StoppedReplica()
    replica.is_known()
    connections.settings[ALIAS] = stopped_replica
    settings.REPLICA_DATABASES = [ALIAS]
    settings.DATABASE_ROUTERS = ["factcheck.database.read_connections.PublicReadRouter"]
    monkeypatch.setattr(read_connections, "_reader", read_connections._ReadingThread())
    monkeypatch.setattr(read_connections, "get_replicas", lambda: replica.replicas)
    yield replica
    connections[ALIAS].close()
    del connections[ALIAS], connections.settings[ALIAS]
