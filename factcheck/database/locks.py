"""One at a time: transactions that are about to make the same thing, of which there is no row to lock yet."""

from django.db import connection


def hold(*names: str) -> None:
    """Wait until no other transaction holds any of these names, and hold them until this transaction ends.

    The names are taken in one order by everybody, so two transactions never wait for each other.
    """
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
