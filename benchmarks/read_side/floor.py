"""The floor: a minimal server with bare WSGI and our API's SQL, joined to JSON by PostgreSQL.

The statements are those that the API executes for each URL (`record_statements`), so the floor cannot
fall behind it. Only the outermost part differs: PostgreSQL joins the bodies into one value. Python only passes it on,
through psycopg, with one connection per thread and the same prepared statements.
"""

import os
import pickle
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl

import psycopg

from benchmarks.read_side import PAGE_SIZE

#: What an address asks the database: each statement, its parameters, and whether its plan is kept.
Statements = list[tuple[str, tuple[Any, ...], bool]]

#: Our API reads one row more than it shows, to know whether there is another page. The floor need not know.
_EXTRA_ROW_LIMIT = re.compile(rf"LIMIT {PAGE_SIZE + 1}$")

_STATEMENTS, _CONNECTION = "FLOOR_STATEMENTS", "FLOOR_CONNECTION"


class Floor:
    """A minimal WSGI application that reads the URL, queries PostgreSQL and passes on the result."""

    def __init__(self, statements: dict[str, Statements], connection: str) -> None:
        self._statements = {
            _parse_target(*address.partition("?")[::2]): address_statements
            for address, address_statements in statements.items()
        }
        self._connection = connection
        self._thread_state = threading.local()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
    ) -> Iterable[bytes]:
        *earlier_statements, last_statement = self._statements[
            _parse_target(environ["PATH_INFO"], environ["QUERY_STRING"])
        ]
        if not hasattr(self._thread_state, "connection"):
            self._thread_state.connection = psycopg.connect(self._connection, autocommit=True)
        for statement in earlier_statements:
            self._execute(*statement)
        content = self._execute(*last_statement)[0].encode()
        start_response(
            "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        )
        return [content]

    def _execute(self, sql: str, parameters: tuple[Any, ...], prepare: bool) -> Any:
        return self._thread_state.connection.execute(sql, parameters, prepare=prepare).fetchone()


def _parse_target(path: str, query: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return path, tuple(parse_qsl(query))


def record_statements(addresses: Sequence[str]) -> dict[str, Statements]:
    """Return the SQL that our API executes for each URL, joined by the database."""
    from django.test import Client

    from claims.search import word_frequencies
    from factcheck.database import read_connections

    client = Client(headers={"host": "localhost"})
    statements_by_address: dict[str, Statements] = {}
    fetch = read_connections._fetch_from
    word_frequencies.CACHE_SECONDS = 10**9  # what is asked once a minute belongs to no address
    word_frequencies.get_frequencies()
    for address in addresses:
        executed: Statements = []

        def record(
            alias: str, sql: str, parameters: Sequence[Any], prepare: bool, executed: Statements = executed
        ) -> Any:
            executed.append((sql, tuple(parameters), prepare))
            return fetch(alias, sql, parameters, prepare)

        with mock.patch.object(read_connections, "_fetch_from", record):
            response = client.get(address)
        if response.status_code != 200 or not executed:
            raise RuntimeError(
                f"{address} answered {response.status_code} and asked {len(executed)} statements."
            )
        *earlier_statements, (sql, parameters, prepare) = executed
        joined_sql = _join_bodies(sql, are_many=b'"results":[' in response.content)
        statements_by_address[address] = [*earlier_statements, (joined_sql, parameters, prepare)]
    return statements_by_address


def _join_bodies(sql: str, *, are_many: bool) -> str:
    """Wrap the statement so that PostgreSQL returns the bodies as one JSON text."""
    if 'AS "body"' not in sql:
        raise RuntimeError(f"The statement has no column named body that could be joined: {sql}")
    sql = _EXTRA_ROW_LIMIT.sub(f"LIMIT {PAGE_SIZE}", sql)
    expression = (
        """'{"results":[' || coalesce(string_agg(body, ','), '') || ']}'""" if are_many else "min(body)"
    )
    return f"SELECT {expression} FROM ({sql}) AS page"  # noqa: S608  our own SQL


def store_statements(statements: dict[str, Statements], file: Path, connection: str) -> dict[str, str]:
    """Store the statements in a file; return the environment variables by which the server finds them."""
    file.write_bytes(pickle.dumps(statements))
    return {_STATEMENTS: str(file), _CONNECTION: connection}


def build_application() -> Floor:
    """Return the application for granian."""
    statements = pickle.loads(Path(os.environ[_STATEMENTS]).read_bytes())  # noqa: S301  our own file
    return Floor(statements, os.environ[_CONNECTION])


def build_nothing() -> Callable[..., Iterable[bytes]]:
    """Return an application that does nothing, to measure server and client alone."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
        return [b"{}"]

    return answer
