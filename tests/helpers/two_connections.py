"""Two people at once: what one does while the other is not done yet."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection, transaction

from tests.helpers.broken_rules import sql

WAITS_FOR_US = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


def one_after_the_other(first: Callable[[], object], second: Callable[[], object]) -> str:
    """Do the first; let another connection begin the second; then commit the first.

    Returns:
        The name of the rule that refused the second, or its error where no rule did; empty where it was done.
    """
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            waiting = other.submit(alone, second)
            while not waiting.done() and not sql(WAITS_FOR_US):
                time.sleep(0.01)
        return waiting.result()


def seeing_the_past(first: Callable[[], object], second: Callable[[], object]) -> str:
    """Do the second in a transaction that began before the first, and still sees the earlier state."""

    def late() -> None:
        with connection.cursor() as first_of_all:
            first_of_all.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        sql("SELECT FROM claims_claim")
        other.submit(alone, first).result()
        second()

    with ThreadPoolExecutor(1) as other:
        return alone(late)


def alone(move: Callable[[], object]) -> str:
    """Do it on a connection of its own; returns what `one_after_the_other` does."""
    try:
        with transaction.atomic():
            move()
    except DatabaseError as refusal:
        return getattr(refusal.__cause__.diag, "constraint_name", "") or type(refusal).__name__  # type: ignore[union-attr]
    finally:
        connection.close()
    return ""
