"""The shared store of rate limits: a table of the primary.

It keeps, for each caller, the moment at which nothing is owed any more, by the server's own clock; so the clocks of the
machines need not agree. Each settlement is one statement that no other can come between.
"""

from contextlib import nullcontext
from typing import Protocol, cast

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction

from factcheck.database import read_connections


class StoreUnavailable(Exception):
    """The store does not answer, or cannot perform the operation."""


class Store(Protocol):
    def settle(self, name: str, *, spent: float, owed_alone: float) -> float:
        """Add the cost that a process admitted since it last settled; return the caller's total debt.

        Spending at the moments t₁ … tₙ takes the moment F, at which nothing is owed, to
        max(… max(F, t₁) + c₁ …, tₙ) + cₙ. That is max(F + spent, B), where B is what the same would have made of a
        caller who owed nothing; so two numbers settle exactly what happened over any time.

        Args:
            name: the caller.
            spent: the sum of it, in seconds of the refill.
            owed_alone: B, in seconds from now; negative when it is past.

        Raises:
            StoreUnavailable: nothing was added, as far as we know.
        """


class PostgresStore:
    """An unlogged table of the primary: not in the write-ahead log, and emptied by a crash."""

    SETTLE = """
        INSERT INTO factcheck_ratelimit AS known (name, free_at)
        VALUES (%(name)s, clock_timestamp() + make_interval(secs => %(owed_alone)s))
        ON CONFLICT (name) DO UPDATE
        SET free_at = greatest(known.free_at + make_interval(secs => %(spent)s), excluded.free_at)
        RETURNING extract(epoch FROM free_at - clock_timestamp())::float8
    """

    def settle(self, name: str, *, spent: float, owed_alone: float) -> float:
        # Not from the pool: while the primary is away, that would keep the public waiting for it.
        alias = read_connections.get_primary()
        connection = connections[alias]
        if read_connections.has_replicas() and not read_connections.get_replicas().has_primary():
            raise StoreUnavailable("The primary does not answer.")
        # A statement that fails would take the transaction around it along, if there is one.
        apart = transaction.atomic(alias) if connection.in_atomic_block else nullcontext()
        try:
            with apart, connection.cursor() as cursor:
                cursor.execute(self.SETTLE, {"name": name, "spent": spent, "owed_alone": owed_alone})
                return max(0.0, cast(float, cursor.fetchone()[0]))
        except Error as failure:
            raise StoreUnavailable(str(failure)) from failure

    @staticmethod
    def forget_settled() -> int:
        """Delete callers without debts, and return their number."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("DELETE FROM factcheck_ratelimit WHERE free_at < clock_timestamp()")
            return cursor.rowcount
