"""How the public's answers are read from the database: on connections of their own, or from replicas.

A read can be asked again without harm. So these connections stay open for as long as their thread lives, and nobody
asks before each use whether they still do: one that died is replaced, and the question asked once more.
"""

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.models import Model
from psycopg.adapt import Loader
from psycopg.pq import Format

Answer = TypeVar("Answer")

#: The oid of PostgreSQL's type `text`.
_TEXT = 25


class _Utf8(Loader):
    """Texts as the bytes in which they arrive, since they are only passed on."""

    format = Format.BINARY

    def load(self, data: Any) -> bytes:
        return bytes(data)


class _Cursor(psycopg.Cursor[Any]):
    """Leaves parameters to the server, and takes what it says in the form that costs least to read."""

    prepared = False

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, prepare=self.prepared, binary=True)


class _Reader(threading.local):
    """Each thread stays with one database: of two replicas, one may not have yet what the other just answered."""

    def __init__(self) -> None:
        self.alias: str = random.choice(settings.READING_DATABASES)  # noqa: S311  it spreads the load, guards nothing
        self.cursor: _Cursor | None = None
        #: Whether what this thread does now is to answer the public.
        self.is_public = False

    def cursor_of(self, connection: psycopg.Connection[Any]) -> _Cursor:
        """The cursor that this thread reads with: one for each query would copy all adapters for each."""
        cursor = self.cursor
        if cursor is None or cursor.connection is not connection:
            cursor = self.cursor = _Cursor(connection)
            cursor.adapters.register_loader(_TEXT, _Utf8)
            # As psycopg itself has it. Django sets None, and then nothing is ever prepared, also where it is asked for.
            connection.prepare_threshold = 5
        return cursor


_reader = _Reader()


def database() -> str:
    """The alias of the database that this thread reads from."""
    return _reader.alias


def publicly(answer: Callable[[], Answer]) -> Answer:
    """What the function returns, with all that Django's models read from the database of this thread.

    Its connections have a time limit for each statement (`PUBLIC_STATEMENT_SECONDS`); those of the desk have none.
    """
    before, _reader.is_public = _reader.is_public, True
    try:
        return answer()
    finally:
        _reader.is_public = before


class PublicReadRouter:
    """Leads what the public reads to where it is read, and nothing else there."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return database() if _reader.is_public else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS


def fetch(sql: str, parameters: Sequence[Any] = (), *, prepare: bool = False) -> list[tuple[Any, ...]]:
    """The rows of a query, in which values of type `text` are UTF-8 bytes.

    Args:
        prepare: keep the plan of the statement; only where one plan suits whatever the parameters are.
    """
    alias = database()
    try:
        return _fetch(alias, sql, parameters, prepare)
    except (OperationalError, InterfaceError):
        connection = connections[alias]
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _fetch(alias, sql, parameters, prepare)


def _fetch(alias: str, sql: str, parameters: Sequence[Any], prepare: bool) -> list[tuple[Any, ...]]:
    connection = connections[alias]
    if connection.connection is None:
        connection.ensure_connection()
    cursor = _reader.cursor_of(connection.connection)
    logged = connection.queries_logged
    # What is executed by the name of its plan has no text that a log could show.
    cursor.prepared = prepare and settings.PREPARED_STATEMENTS and not logged
    # Django's own cursor around it makes the query appear where its queries are counted and logged.
    asked = connection.make_debug_cursor(cursor) if logged else cursor  # type: ignore[arg-type]
    with connection.wrap_database_errors:
        asked.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = asked.fetchall()
        return rows
