"""Watch a running migration's locks, as reported by PostgreSQL, and the work done under them."""

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

#: Locks that block writing to a table; the last also blocks reading.
BLOCKING_LOCKS = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
#: Statements that cannot run in a transaction, or do no work: allowed unchanged.
ALLOWED_STATEMENT = re.compile(
    r"\s*((ALTER|CREATE|DROP|REFRESH|REINDEX)\b[^;]*\bCONCURRENTLY\b|(RESET|SET|SHOW|VACUUM)\b[^;]*;?\s*$)",
    re.IGNORECASE,
)
#: The operations of django-pg-migration-tools first check for an earlier start, and wait as long as necessary.
UNREPEATABLE_STATEMENT = re.compile(
    r"\s*CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?!IF\b)\"?(?P<index>\w+)", re.IGNORECASE
)


class BlockingWork(NamedTuple):
    """A migration operation that blocks other queries for longer on larger tables, or that needs manual care."""

    kind: str
    place: str
    statement: str


class _Table(NamedTuple):
    name: str
    file: int
    scans: int
    locks: frozenset[str]


class LockWatch:
    """A check of the locks after each statement: `with connection.execute_wrapper(watch)`.

    It needs no rows: PostgreSQL counts scans of whole tables, even of empty ones.
    """

    def __init__(self, database: BaseDatabaseWrapper) -> None:
        self.database = database
        self.found: list[BlockingWork] = []
        database.ensure_connection()
        self._initial_oids = frozenset(self._load_tables())

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: Any,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        statement = str(sql)
        if unrepeatable := UNREPEATABLE_STATEMENT.match(statement):
            self.found.append(
                BlockingWork("stays half-built when interrupted", unrepeatable["index"], statement)
            )
        is_atomic = self.database.in_atomic_block
        if not is_atomic and ALLOWED_STATEMENT.match(statement):
            return execute(sql, params, many, context)
        with nullcontext() if is_atomic else transaction.atomic(self.database.alias):
            before = self._load_tables()
            result = execute(sql, params, many, context)
            self.found += self._find_waits(before, self._load_tables(), statement, whole_migration=is_atomic)
        return result

    def _load_tables(self) -> dict[int, _Table]:
        # This bypasses Django, whose wrappers would watch this query too.
        rows = self.database.connection.cursor().execute(TABLES_SQL).fetchall()
        return {oid: _Table(name, file, scans, frozenset(locks)) for oid, name, file, scans, locks in rows}

    def _find_waits(
        self, before: dict[int, _Table], after: dict[int, _Table], statement: str, *, whole_migration: bool
    ) -> Iterator[BlockingWork]:
        for oid in self._initial_oids & before.keys() & after.keys():
            table = after[oid]
            is_blocked = not table.locks.isdisjoint(BLOCKING_LOCKS)
            if is_blocked and table.file != before[oid].file:
                yield BlockingWork(
                    "rewrites a whole table, which cannot be used meanwhile", table.name, statement
                )
            elif is_blocked and table.scans > before[oid].scans:
                yield BlockingWork(
                    "reads a whole table, which cannot be written to meanwhile", table.name, statement
                )
            elif whole_migration and "RowExclusiveLock" in table.locks and table.scans > before[oid].scans:
                yield BlockingWork("changes rows of a whole table in one transaction", table.name, statement)


TABLES_SQL = """
    SELECT pg_class.oid, relname, relfilenode, coalesce(pg_stat_get_xact_numscans(pg_class.oid), 0),
        array(SELECT mode FROM pg_catalog.pg_locks WHERE relation = pg_class.oid AND pid = pg_backend_pid())
    FROM pg_catalog.pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
