"""Stream publication bodies from PostgreSQL without parsing them, with only a few in memory at a time.

The bodies are the stored texts with this site's URL filled in.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from claims.models import Publication
from factcheck.web.site_urls import insert_site_url

#: The size of a written block: large enough that calls cost little, small enough to stream.
BLOCK_SIZE = 128 * 1024
#: The number of bytes that PostgreSQL joins at a time.
JOINED_SIZE = 256 * 1024
#: The time limit of a download in seconds, because slow readers occupy slots that others wait for.
MAX_SECONDS = 3600


def stream_bodies(*parts: QuerySet[Publication]) -> Iterator[bytes]:
    """Yield the bodies of these publications, part by part, from one database snapshot.

    A single statement reads them, so it sees one snapshot, however long it takes and whatever is published in the
    meantime. Closing the generator early cancels the statement and leaves the connection usable.

    COPY streams as fast as the bodies are decompressed. A cursor would fetch a few thousand rows at a time, need a
    transaction that outlives the view, and take three times as long.
    """
    selects, parameters = _build_selects(parts)
    if not selects:
        return
    statement = f"COPY ({' UNION ALL '.join(selects)}) TO STDOUT (FORMAT binary)"
    with (
        _get_live_connection(parts[0].db).cursor() as cursor,
        _lift_time_limit(cursor),
        cursor.copy(statement, parameters) as copy,
    ):
        for (body,) in copy.rows():
            yield insert_site_url(body)


@contextmanager
def _lift_time_limit(cursor: CursorWrapper) -> Iterator[None]:
    """Allow `MAX_SECONDS` instead of the time limit of public queries, because slow readers prolong a COPY.

    Only the current transaction is affected, because a pooler may reassign the connection afterwards.
    """
    if cursor.db.in_atomic_block:
        yield
        return
    cursor.execute("BEGIN READ ONLY")
    try:
        cursor.execute(f"SET LOCAL statement_timeout = '{MAX_SECONDS}s'")
        yield
    finally:
        # If a connection is lost, the whole download is lost.
        with suppress(Error):
            cursor.execute("ROLLBACK")


def stream_numbered_bodies(rows: QuerySet[Publication]) -> Iterator[tuple[int, bytes]]:
    """Yield the ledger number and body of each of these publications, streamed on the current connection.

    The query runs inside the connection's transaction, if there is one.
    """
    try:
        sql, parameters = rows.values_list("sequence", "body").query.sql_with_params()
    except EmptyResultSet:
        return
    connection = connections[rows.db]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT binary)", parameters) as copy,
    ):
        for sequence, body in copy.rows():
            yield int.from_bytes(sequence), insert_site_url(body)


class BodyBlock(NamedTuple):
    """The bodies of consecutive publications, one per line."""

    sequence: int
    """The ledger number of the last publication."""
    claims: int
    lines: bytes


def stream_body_blocks(rows: QuerySet[Publication]) -> Iterator[BodyBlock]:
    """Yield the bodies of these publications in ledger order, streamed in blocks.

    PostgreSQL joins the bodies, so Python and the connection do their work once for each block instead of once for
    each claim. A block holds about `JOINED_SIZE` bytes; a body is never divided.
    """
    try:
        sql, parameters = rows.order_by().values_list("sequence", "body").query.sql_with_params()
    except EmptyResultSet:
        return
    connection = connections[rows.db]
    with (
        connection.cursor() as cursor,
        cursor.copy(_JOINED_SQL.format(rows=sql, size=JOINED_SIZE), parameters) as copy,
    ):
        for sequence, claims, text in copy.rows():
            yield BodyBlock(int.from_bytes(sequence), int.from_bytes(claims), insert_site_url(text) + b"\n")


#: The length of a stored text is known without reading it.
_JOINED_SQL = """
    COPY (
        SELECT max(sequence), count(*), string_agg(body, E'\\n' ORDER BY sequence)
        FROM (
            SELECT sequence, body, (sum(octet_length(body)) OVER before - 1) / {size} AS block
            FROM ({rows}) AS found (sequence, body)
            WINDOW before AS (ORDER BY sequence ROWS UNBOUNDED PRECEDING)
        ) AS divided
        GROUP BY block ORDER BY block
    ) TO STDOUT (FORMAT binary)
"""


def _get_live_connection(alias: str) -> BaseDatabaseWrapper:
    """Return the connection, reopened if its server was restarted."""
    connection = connections[alias]
    connection.ensure_connection()
    if not connection.in_atomic_block and not connection.is_usable():
        connection.close()
    return connection


def join_blocks(chunks: Iterable[bytes], *, size: int = BLOCK_SIZE) -> Iterator[bytes]:
    """Join chunks into blocks of at least `size` bytes; the last block may be smaller."""
    pending_chunks: list[bytes] = []
    length = 0
    for chunk in chunks:
        pending_chunks.append(chunk)
        length += len(chunk)
        if length >= size:
            yield b"".join(pending_chunks)
            pending_chunks, length = [], 0
    if pending_chunks:
        yield b"".join(pending_chunks)


def _build_selects(row_sets: Iterable[QuerySet[Publication]]) -> tuple[list[str], tuple[Any, ...]]:
    """Return a SELECT for each query that can have rows, and the parameters of all of them."""
    selects = []
    for rows in row_sets:
        try:
            selects.append(rows.values_list("body").query.sql_with_params())
        except EmptyResultSet:  # the condition is always false
            continue
    return [f"({sql})" for sql, _ in selects], tuple(
        chain.from_iterable(parameters for _, parameters in selects)
    )
