"""Where web processes settle what their callers did: PostgreSQL or Redis.

Both keep, for each caller, the moment at which nothing is owed any more, by their own clock; so the clocks of the
machines need not agree. Each settlement is one statement that no other can come between.
"""

from contextlib import nullcontext
from typing import Protocol, cast

import redis
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

#: A request must not wait longer than this, in seconds, for Redis.
REDIS_TIMEOUT = 0.5


class StoreUnavailable(Exception):
    """The store does not answer, or cannot do what it is asked for."""


class Store(Protocol):
    def settle(self, name: str, *, spent: float, owed_alone: float) -> float:
        """Add what one process let through since it last settled; return what the caller owes in all.

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
    """An unlogged table of the primary: no write-ahead log is written for it, and a crash of the server empties it."""

    SETTLE = """
        INSERT INTO factcheck_ratelimit AS known (name, free_at)
        VALUES (%(name)s, clock_timestamp() + make_interval(secs => %(owed_alone)s))
        ON CONFLICT (name) DO UPDATE
        SET free_at = greatest(known.free_at + make_interval(secs => %(spent)s), excluded.free_at)
        RETURNING extract(epoch FROM free_at - clock_timestamp())::float8
    """

    def settle(self, name: str, *, spent: float, owed_alone: float) -> float:
        connection = connections[DEFAULT_DB_ALIAS]
        # A statement that fails would take the transaction around it along, if there is one.
        apart = transaction.atomic() if connection.in_atomic_block else nullcontext()
        try:
            with apart, connection.cursor() as cursor:
                cursor.execute(self.SETTLE, {"name": name, "spent": spent, "owed_alone": owed_alone})
                return max(0.0, cast(float, cursor.fetchone()[0]))
        except Error as failure:
            raise StoreUnavailable(str(failure)) from failure

    @staticmethod
    def forget_settled() -> int:
        """Delete the callers who owe nothing, and return how many they were."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("DELETE FROM factcheck_ratelimit WHERE free_at < clock_timestamp()")
            return cursor.rowcount


class RedisStore:
    """One key for each caller, which expires when nothing is owed any more."""

    SETTLE = """
        local time = redis.call('TIME')
        local now = time[1] + time[2] / 1000000
        local known = tonumber(redis.call('GET', KEYS[1]) or '0')
        local free_at = math.max(known + tonumber(ARGV[1]), now + tonumber(ARGV[2]))
        local owed = math.max(0, free_at - now)
        if owed > 0 then
            redis.call('SET', KEYS[1], string.format('%.6f', free_at), 'PX', math.ceil(owed * 1000))
        end
        return string.format('%.6f', owed)
    """

    def __init__(self, address: str) -> None:
        self.server = redis.Redis.from_url(
            address,
            socket_timeout=REDIS_TIMEOUT,
            socket_connect_timeout=REDIS_TIMEOUT,
            retry=Retry(NoBackoff(), retries=0),
        )
        self._settle = self.server.register_script(self.SETTLE)

    def settle(self, name: str, *, spent: float, owed_alone: float) -> float:
        key, amounts = f"factcheck:ratelimit:{name}", [f"{spent:.6f}", f"{owed_alone:.6f}"]
        try:
            return float(self._settle(keys=[key], args=amounts))
        except redis.RedisError as failure:
            raise StoreUnavailable(str(failure)) from failure


def store_at(address: str) -> Store:
    """The store that RATE_LIMIT_STORE names."""
    return PostgresStore() if address == "postgresql" else RedisStore(address)
