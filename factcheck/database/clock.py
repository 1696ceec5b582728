"""The database's clock, used for stored times instead of each host's clock."""

from datetime import UTC, datetime

from django.db import connection


def get_database_time() -> datetime:
    """Return the database's current time, so that hosts with different clocks agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)
