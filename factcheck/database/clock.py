"""The database's clock, for stored times, instead of each host's."""

from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """The present moment. Two hosts whose clocks differ agree on it, and rules of the database do too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)
