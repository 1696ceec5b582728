"""The shared store of rate limits: a table of the primary.

For each caller, the table stores the moment when the debt ends, by the database server's clock, so the machines' clocks
need not agree. Each settlement is one atomic statement.
"""

from contextlib import nullcontext
from typing import Protocol, cast

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction

from factcheck.database import read_connections


class StoreUnavailable(Exception):
    """The store does not respond, or cannot perform the operation."""


class Store(Protocol):
    def add_cost(self, name: str, *, spent_seconds: float, owed_alone: float) -> float:
        """Add the cost that a process admitted since it last settled; return the caller's total debt.

        Let F be the moment when the debt ends. Spending c₁ … cₙ at the moments t₁ … tₙ changes F to max(… max(F, t₁) +
        c₁ …, tₙ) + cₙ. This equals max(F + spent, B), where B is the result of the same spending for a caller without
        debt. So two numbers settle the spending of any period exactly.

        Args:
            name: the caller.
            spent_seconds: the total cost, in seconds of the refill.
            owed_alone: B, in seconds from now; negative if it is in the past.

        Raises:
            StoreUnavailable: as far as is known, nothing was added.
        """


class PostgresStore:
    """An unlogged table of the primary: it is not in the write-ahead log, and a crash empties it."""

    SETTLE = """
        INSERT INTO factcheck_ratelimit AS known (name, free_at)
        VALUES (%(name)s, clock_timestamp() + make_interval(secs => %(owed_alone)s))
        ON CONFLICT (name) DO UPDATE
        SET free_at = greatest(known.free_at + make_interval(secs => %(spent)s), excluded.free_at)
        RETURNING extract(epoch FROM free_at - clock_timestamp())::float8
    """

    def add_cost(self, name: str, *, spent_seconds: float, owed_alone: float) -> float:
        # Not from the pool, in which public requests would wait while the primary is unavailable.
        alias = read_connections.get_primary()
        connection = connections[alias]
        if read_connections.has_replicas() and not read_connections.get_replicas().has_primary():
            raise StoreUnavailable("The primary does not answer.")
        # A failed statement would abort the surrounding transaction, if there is one.
        separate_transaction = transaction.atomic(alias) if connection.in_atomic_block else nullcontext()
        try:
            with separate_transaction, connection.cursor() as cursor:
                cursor.execute(self.SETTLE, {"name": name, "spent": spent_seconds, "owed_alone": owed_alone})
                return max(0.0, cast(float, cursor.fetchone()[0]))
        except Error as failure:
            raise StoreUnavailable(str(failure)) from failure

    @staticmethod
    def forget_settled() -> int:
        """Delete callers whose requests no longer count against them, and return their number."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("DELETE FROM factcheck_ratelimit WHERE free_at < clock_timestamp()")
            return cursor.rowcount
