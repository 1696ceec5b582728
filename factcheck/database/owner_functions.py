"""Database functions that run as the owner, for tasks of the serving role."""

from django.db import connection


def analyze(*tables: str) -> None:
    """Update PostgreSQL's planner statistics for these tables."""
    _execute_for_tables(
        "SELECT public.factcheck_analyze(wanted::regclass) FROM unnest(%s::text[]) AS wanted", tables
    )


def advance_ids(*tables: str) -> None:
    """Advance the id sequences of these tables beyond the stored ids; never move them back."""
    _execute_for_tables(
        "SELECT public.factcheck_advance_ids(wanted::regclass) FROM unnest(%s::text[]) AS wanted", tables
    )


def _execute_for_tables(statement: str, tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [[f"public.{table}" for table in tables]])
