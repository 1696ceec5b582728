"""Connections for public reads: separate ones to the primary, or to replicas.

A read can be repeated without harm. So these connections stay open as long as their thread lives and are not checked
before use: a dead one is replaced, and the query is repeated. All data of a response is read from one server, because
one replica may lack what another has. If a server dies during a response, everything is read again from the next one.
"""

import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Self, TypeVar

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from django.db.models import Model
from psycopg.adapt import Loader
from psycopg.pq import Format

from factcheck.database.replica_watch import ReplicaWatch
from factcheck.database.replicas import Replicas

Result = TypeVar("Result")

#: The oid of PostgreSQL's type `text`.
_TEXT_OID = 25


class _UndecodedText(Loader):
    """A loader that leaves text undecoded, because its bytes are passed on unchanged."""

    format = Format.BINARY

    def load(self, data: Any) -> bytes:
        return bytes(data)


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that leaves parameters to the server and reads results in the cheapest form."""

    prepared = False

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, prepare=self.prepared, binary=True)


class _ReadingThread(threading.local):
    """A thread's state: the database that it reads from, and its cursors."""

    def __init__(self) -> None:
        #: The replicas in an order specific to this thread: the load is spread, and each thread has few connections.
        self.replicas = random.sample(settings.REPLICA_DATABASES, len(settings.REPLICA_DATABASES))
        #: The database that the current response is read from.
        self.alias: str = settings.READING_DATABASE
        self.cursors: dict[str, _Cursor] = {}
        #: Whether this thread is answering a public request.
        self.is_public = False

    def get_cursor(self, alias: str, connection: psycopg.Connection[Any]) -> _Cursor:
        """Return this thread's cursor for reading. The cursor is reused, because a new one would copy all adapters."""
        cursor = self.cursors.get(alias)
        if cursor is None or cursor.connection is not connection:
            cursor = self.cursors[alias] = _Cursor(connection)
            cursor.adapters.register_loader(_TEXT_OID, _UndecodedText)
            # psycopg's own default. Django sets None, which disables prepared statements.
            connection.prepare_threshold = 5
        return cursor


_reader = _ReadingThread()


def get_database() -> str:
    """Return the alias of the database that this thread reads from now."""
    return _reader.alias


def get_primary() -> str:
    """Return the alias under which the primary is read."""
    return str(settings.READING_DATABASE)


def has_replicas() -> bool:
    """Return whether there are replicas to read from."""
    return bool(_reader.replicas)


def is_reading_replica() -> bool:
    """Return whether reads may return data older than the last write."""
    return _reader.alias != settings.READING_DATABASE


def get_replicas() -> Replicas:
    """Return what this process knows about the state of the replicas. The first call starts the polling."""
    return _get_watch(os.getpid()).replicas  # a forked child has no threads of its parent


@lru_cache(maxsize=1)
def _get_watch(process: int) -> ReplicaWatch:
    replicas_state = Replicas(settings.REPLICA_DATABASES, settings.REPLICA_LAG_SECONDS)
    addresses = {alias: _build_address(alias) for alias in [get_primary(), *replicas_state.aliases]}
    watch = ReplicaWatch(replicas_state, get_primary(), addresses, mark=settings.REPLICATED_MARK)
    if replicas_state.aliases:
        watch.start()
    return watch


def _build_address(alias: str) -> dict[str, Any]:
    own_parameters = connections[alias].get_connection_params()
    return {name: value for name, value in own_parameters.items() if name not in _DJANGO_OPTIONS}


#: Django's connection parameters that libpq does not know.
_DJANGO_OPTIONS = {"context", "cursor_factory", "prepare_threshold"}


def read_publicly(read: Callable[[], Result]) -> Result:
    """Call a function with all model reads on one of the public databases.

    These connections have a time limit per statement (`PUBLIC_STATEMENT_SECONDS`), unlike those of the desk. The
    function must only read, because it is called again with the next database if its database is lost.
    """
    if not _reader.replicas or _reader.is_public:
        return _read_from(_reader.alias, read)
    failure: Exception | None = None
    for alias in _iterate_servers():
        try:
            return _read_from(alias, read)
        except (Error, InterfaceError) as error:
            if not _is_lost(alias, error):
                raise
            failure = error
    raise failure or OperationalError("There is no database to read from.")


def read_freshly(read: Callable[[], Result]) -> Result:
    """Call a function with all model reads on a database that includes the last write.

    Raises:
        OperationalError: the primary is unreachable, and no replica is known to have all its data.
    """
    if not _reader.replicas:
        return _read_from(get_primary(), read)
    failure: Exception = OperationalError("The primary does not answer.")
    if get_replicas().has_primary():
        try:
            return _read_from(get_primary(), read)
        except (Error, InterfaceError) as error:
            if not _is_lost(get_primary(), error):
                raise
            failure = error
    for alias in filter(get_replicas().is_up_to_date, _reader.replicas):
        if get_replicas().can_be_read(alias):
            return _read_from(alias, read)
    raise failure


def _read_from(alias: str, read: Callable[[], Result]) -> Result:
    previous_state = _reader.alias, _reader.is_public
    _reader.alias, _reader.is_public = alias, True
    try:
        return read()
    finally:
        _reader.alias, _reader.is_public = previous_state


def _iterate_servers() -> Iterator[str]:
    """Yield the servers to read from, moving to the next when one is lost."""
    replicas_state = get_replicas()
    attempted = set()
    for alias in _reader.replicas:
        if replicas_state.can_be_read(alias):
            attempted.add(alias)
            yield alias
    if replicas_state.has_primary() or not (living_replicas := replicas_state.list_by_freshness()):
        yield get_primary()
        living_replicas = replicas_state.list_by_freshness()
    # An outdated response is better than none.
    yield from (alias for alias in living_replicas if alias not in attempted)


def _is_lost(alias: str, error: Exception) -> bool:
    """Return whether the error means a lost connection, not a wrong query; if so, close the connection."""
    connection = connections[alias]
    if connection.in_atomic_block:
        return False
    if getattr(error.__cause__, "sqlstate", None) == _SERIALIZATION_FAILURE:
        return True
    if not isinstance(error, OperationalError | InterfaceError) or connection.is_usable():
        return False
    connection.close()
    return True


#: The SQLSTATE of a statement cancelled because it blocked replay on a replica; another server may answer it.
_SERIALIZATION_FAILURE = "40001"


class PublicReadRouter:
    """A database router for public reads. All other queries use the default database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return get_database() if _reader.is_public else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS


def fetch_rows(sql: str, parameters: Sequence[Any] = (), *, prepare: bool = False) -> list[tuple[Any, ...]]:
    """Return the rows of a query, with values of type `text` as UTF-8 bytes.

    Args:
        prepare: keep the plan of the statement; only for statements where one plan suits all parameters.
    """
    alias = get_database()
    try:
        return _fetch_from(alias, sql, parameters, prepare)
    except (OperationalError, InterfaceError):
        connection = connections[alias]
        if connection.in_atomic_block or connection.is_usable():
            raise
        if has_replicas() and (
            get_replicas().is_dead(alias) if is_reading_replica() else not get_replicas().has_primary()
        ):
            raise  # rather than wait for it once more
        connection.close()
        return _fetch_from(alias, sql, parameters, prepare)


def _fetch_from(alias: str, sql: str, parameters: Sequence[Any], prepare: bool) -> list[tuple[Any, ...]]:
    connection = connections[alias]
    if connection.connection is None:
        connection.ensure_connection()
    cursor = _reader.get_cursor(alias, connection.connection)
    is_logged = connection.queries_logged
    # A statement executed by the name of its plan has no text that a log could show.
    cursor.prepared = prepare and settings.PREPARED_STATEMENTS and not is_logged
    # Django's cursor around it makes the query appear where queries are counted and logged.
    cursor_used = connection.make_debug_cursor(cursor) if is_logged else cursor  # type: ignore[arg-type]
    with connection.wrap_database_errors:
        cursor_used.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor_used.fetchall()
        return rows
