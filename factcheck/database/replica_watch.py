"""Poll the primary and its replicas four times a second, in one thread per process.

So no public response waits for a check. Each server has its own connection, so a server that does not answer does not
delay checks of the others. If a server dies, threads that are reading from it are released, because they would
otherwise wait for a long time.
"""

import asyncio
import logging
import os
import socket
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import psycopg
from django.db.backends.signals import connection_created

from factcheck.database.replicas import REPLICA_TIMEOUT_SECONDS, Replicas, Report

logger = logging.getLogger(__name__)

#: The interval between queries to each server, in seconds.
POLL_SECONDS = 0.25

_STATUS_SQL = """
    SELECT recovering,
        CASE WHEN recovering THEN coalesce(pg_last_wal_replay_lsn(), '0/0') ELSE pg_current_wal_lsn() END - '0/0',
        pg_postmaster_start_time()::text
    FROM pg_is_in_recovery() AS recovering
"""

Address = Mapping[str, Any]


class ReadingConnections:
    """The connections that threads are reading from, by alias, so that another thread can cut them.

    Each connection is identified by a duplicate of its socket, because the original descriptor may be reused by the
    time the connection is cut.
    """

    def __init__(self) -> None:
        self._lines: dict[str, set[socket.socket]] = {}
        self._lock = threading.Lock()

    def add(self, alias: str, connection: psycopg.Connection[Any]) -> None:
        socket_copy = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._lines.setdefault(alias, set()).add(socket_copy)
        weakref.finalize(connection, self._remove, alias, socket_copy)

    def cut(self, alias: str) -> int:
        """Terminate the connections and return their number. Threads that use one see a lost connection."""
        with self._lock:
            connections = list(self._lines.get(alias, ()))
            for socket_copy in connections:
                with suppress(OSError):
                    socket_copy.shutdown(socket.SHUT_RDWR)
        return len(connections)

    def _remove(self, alias: str, socket_copy: socket.socket) -> None:
        with self._lock:
            self._lines.get(alias, set()).discard(socket_copy)
        socket_copy.close()


class ReplicaWatch:
    """A thread that keeps `Replicas` informed until the process ends.

    Args:
        replicas: the receiver of the results.
        primary: the alias of the primary.
        addresses: the connection parameters of each server, by alias, in libpq's terms.
        mark: the SQL query that returns the primary's visible position (`Replicas.mark`); "" for none.
    """

    def __init__(
        self, replicas: Replicas, primary: str, addresses: Mapping[str, Address], *, mark: str = ""
    ) -> None:
        self.replicas, self.mark = replicas, mark
        self.connections = ReadingConnections()
        self._primary, self._addresses = primary, addresses
        self._said: dict[str, bool] = {}

    def start(self) -> None:
        connection_created.connect(self._open, weak=False)
        threading.Thread(target=lambda: asyncio.run(self._watch()), name="replicas", daemon=True).start()

    def _open(self, *, connection: Any, **_: Any) -> None:
        if connection.alias in self._addresses:
            self.connections.add(connection.alias, connection.connection)

    async def _watch(self) -> None:
        record_primary, addresses = self.replicas.record_primary_report, self._addresses
        pollers = [self._poll("the primary", addresses[self._primary], record_primary, self.mark)]
        for alias in self.replicas.aliases:

            def record_report(report: Report, *, queried_at: float, alias: str = alias) -> None:
                self.replicas.record_replica_report(alias, report, queried_at=queried_at)

            pollers.append(self._poll(alias, addresses[alias], record_report))
        await asyncio.gather(self._cut_dead(), *pollers)

    async def _poll(
        self, name: str, address: Address, record_report: Callable[..., None], mark: str = ""
    ) -> None:
        """Query one server forever; after a failure, reconnect."""
        connection: psycopg.AsyncConnection[Any] | None = None
        while True:
            queried_at = self.replicas.clock()
            try:
                async with asyncio.timeout(REPLICA_TIMEOUT_SECONDS):
                    if connection is None:
                        connection = await psycopg.AsyncConnection.connect(
                            **address, autocommit=True, prepare_threshold=None
                        )
                    report = await _query_report(connection, mark)
            except (psycopg.Error, OSError, TimeoutError) as failure:
                self._log_change(name, failure)
                if connection is not None:
                    await connection.close()
                    connection = None
            else:
                record_report(report, queried_at=queried_at)
                self._log_change(name, None)
            await asyncio.sleep(max(0.0, queried_at + POLL_SECONDS - self.replicas.clock()))

    async def _cut_dead(self) -> None:
        """Release threads that wait for a dead server. If this thread was late itself, no server counts as dead."""
        while True:
            started_at = self.replicas.clock()
            await asyncio.sleep(POLL_SECONDS)
            if self.replicas.clock() - started_at < 2 * POLL_SECONDS:
                for alias in filter(self.replicas.is_dead, self.replicas.aliases):
                    self.connections.cut(alias)
                if self.replicas.has_lost_primary():
                    self.connections.cut(self._primary)

    def _log_change(self, name: str, failure: Exception | None) -> None:
        """Log when a server falls silent and when it returns."""
        if self._said.get(name, True) is (failure is None):
            return
        self._said[name] = failure is None
        if failure is None:
            logger.info("Public reads: %s responds again.", name)
        else:
            logger.warning(
                "Public reads: %s does not respond: %s", name, str(failure) or type(failure).__name__
            )


async def _query_report(connection: psycopg.AsyncConnection[Any], mark: str) -> Report:
    row = await (await connection.execute(_STATUS_SQL)).fetchone()
    is_replica, position, server = row or (True, 0, "")
    if is_replica or not mark:
        return Report(is_replica, int(position), server)
    [mark_position] = await (await connection.execute(mark)).fetchone() or [None]
    return Report(is_replica, int(position), server, mark_position)
