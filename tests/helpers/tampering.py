"""Statements with more privileges than the program has: as the owner of the tables, or a superuser. In

tests the program itself uses the serving role (`tests/settings.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus

from factcheck.database import database_roles
from factcheck.database.embedded import OWNER, RUNTIME

_CHANGE = "SELECT set_config('role', %s, false) WHERE current_user = %s"


@contextmanager
def as_owner_of_tables() -> Iterator[None]:
    """Have the connection of the test act as the owner of the tables, also within a transaction.

    Where a statement fails, the end of its transaction brings back the role that was there before.
    """
    with _as(OWNER):
        yield


@contextmanager
def as_superuser() -> Iterator[None]:
    """The same as a superuser."""
    with _as("none"):
        yield


@contextmanager
def _as(role: str) -> Iterator[None]:
    if not database_roles.is_separated():
        yield
        return
    _change(RUNTIME, role)
    try:
        yield
    except BaseException:
        if not connection.in_atomic_block:
            _change(_user(role), RUNTIME)
        raise
    if connection.connection.info.transaction_status != TransactionStatus.INERROR:
        _change(_user(role), RUNTIME)


def _user(role: str) -> str:
    return str(connection.settings_dict["USER"]) if role == "none" else role


def _change(before: str, after: str) -> None:
    """Does nothing where a test has taken another role by itself."""
    # Past Django, which may count queries.
    with connection.connection.cursor() if connection.connection else connection.cursor() as cursor:
        cursor.execute(_CHANGE, [after, before])
