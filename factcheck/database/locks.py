"""Named locks, for rows that do not exist yet.

No lock outlives its transaction, so none is lost or left behind when a pooler gives each transaction a different
connection.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

_LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_TRY_LOCK_SQL = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"

#: A transaction is not ended because it takes long. If the machine of its process disappears, the server notices
#: within a minute. Not every version of PostgreSQL has all of these settings.
_LASTING_SQL = """
    SELECT set_config(name, value, true) FROM pg_settings JOIN (VALUES
        ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'), ('lock_timeout', '0'),
        ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')
    ) AS wanted (name, value) USING (name)
"""


class NameAlreadyLocked(Exception):
    """Another process holds the lock of this name."""


def lock_names(*names: str) -> None:
    """Lock these names until the end of the transaction, waiting for other transactions.

    Every transaction locks names in the same order, so two transactions never wait for each other.
    """
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute(_LOCK_SQL, [name])


@contextmanager
def open_lasting_transaction() -> Iterator["LastingTransaction"]:
    """Open a transaction on a separate connection, rolled back at the end.

    Its locks and temporary tables outlast the many transactions of the work, but not the process. If the caller is
    already in a transaction, that transaction is used and no other is opened.
    """
    if connection.in_atomic_block:
        yield LastingTransaction(connection)
        return
    separate_connection = connection.copy()
    separate_connection.settings_dict["OPTIONS"].pop("pool", None)
    with closing(separate_connection):
        separate_connection.set_autocommit(False)
        with separate_connection.cursor() as cursor:
            cursor.execute(_LASTING_SQL)
        try:
            yield LastingTransaction(separate_connection)
        finally:
            # The server releases the lock before we continue, and not only once it notices the closed connection.
            with suppress(Error):
                separate_connection.rollback()


class LastingTransaction:
    """A transaction that is kept open for the whole duration of some work."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def lock(self, name: str) -> None:
        """Lock the name, waiting while others hold it."""
        with self.connection.cursor() as cursor:
            cursor.execute(_LOCK_SQL, [name])

    def lock_without_waiting(self, name: str) -> None:
        """Lock the name without waiting.

        Raises:
            NameAlreadyLocked: another process holds it.
        """
        with self.connection.cursor() as cursor:
            cursor.execute(_TRY_LOCK_SQL, [name])
            if cursor.fetchone() != (True,):
                raise NameAlreadyLocked(name)

    def require_connection(self) -> None:
        """Check that the lock is still held.

        Raises:
            OperationalError: the connection was lost, so another process may hold the lock by now.
        """
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT 1")


@contextmanager
def lock_exclusively(name: str) -> Iterator[LastingTransaction]:
    """Hold the lock of this name until the block or the process ends.

    Raises:
        NameAlreadyLocked: another process holds the lock.
    """
    with open_lasting_transaction() as lock_connection:
        lock_connection.lock_without_waiting(name)
        yield lock_connection
