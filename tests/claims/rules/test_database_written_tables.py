"""What only the database writes: history, and what it counts of the ledger. Whatever a role may do to the tables."""

import itertools
from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction

from claims.models import Claim, Mention, SearchWord, Verdict
from tests.helpers.broken_rules import refused, sql
from tests.helpers.sweeps import sweep
from tests.helpers.tampering import as_superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_another(published: Verdict) -> Iterator[Verdict]:
    """Work as a role that may write to every table, but owns none. Gives a published verdict."""
    with as_superuser(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE served_by_test")
        cursor.execute("GRANT USAGE, CREATE ON SCHEMA public TO served_by_test")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER ON ALL TABLES IN SCHEMA public TO served_by_test"
        )
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO served_by_test")
        cursor.execute("SET LOCAL ROLE served_by_test")
    yield published
    sql("RESET ROLE")


KEPT = ["mention", "searchword", "searchlanguage", "searchspelling", "statedwords", "unlinkedreviewrow"]


@sweep(
    "table, statement",
    itertools.product(
        KEPT,
        ["DELETE FROM {}", "INSERT INTO {} SELECT * FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}"],
    ),
)
def test_only_triggers_write_counts(as_another: Verdict, table: str, statement: str) -> None:
    column = {
        "mention": "thing_id",
        "searchlanguage": "language",
        "statedwords": "claim_id",
        "unlinkedreviewrow": "row_id",
    }.get(table, "word")
    names = [f"claims_{table}", column, column] if "UPDATE" in statement else [f"claims_{table}"] * 2
    refused(statement.format(*names), match=f"{table}_is_written_by_the_database")


def history() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname ~ '^(claims|sources|factcheck)_.*event$' AND EXISTS ("
            "SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'pgh_created_at') ORDER BY 1"
        )
        return [name for [name] in cursor.fetchall()]


def test_only_triggers_write_history(as_another: Verdict) -> None:
    tables = history()
    assert len(tables) > 5
    for table in tables:
        refused(f"INSERT INTO {table} SELECT * FROM {table}", match="event_is_written_by_the_database")


def test_every_permitted_change_leaves_a_history(as_another: Verdict) -> None:
    sql("UPDATE claims_claim SET statement = 'Changed by hand.' WHERE id = %s", as_another.claim_id)
    events = Claim.objects.get().events  # type: ignore[attr-defined]
    assert list(events.values_list("statement", flat=True)) == [as_another.claim.statement]


def test_every_permitted_publication_is_counted(as_another: Verdict) -> None:
    before = Mention.objects.count(), SearchWord.objects.count()
    columns = (
        "claim_id, status, kind, note, first_published_at, body, body_sha256, slug, language, claimant_id,"
        " publisher_ids, rating_ids"
    )
    sql(
        f"INSERT INTO claims_publication (version, published_at, {columns}, search_statement, search_names,"
        " search_text, topic_ids, appears_in_ids, source_ids, source_domains, language_ranges, features,"
        f" search_languages) SELECT 2, clock_timestamp(), {columns}, 'Volcano.', '',"
        " '', '{}', '{}', '{}', '{}', '{}', '{}', '{en}' FROM claims_publication"
    )
    assert list(SearchWord.objects.values_list("word", flat=True)) == ["volcano"]
    assert (Mention.objects.count(), before[1] > 1) == (2, True)


def test_owner_functions_cannot_be_attached_to_ones_own_tables(as_another: Verdict) -> None:
    """There it would write whatever it is given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND prorettype = 'trigger'::regtype ORDER BY 1"
        )
        functions = [name for [name] in cursor.fetchall()]
    assert len(functions) > 5
    sql("CREATE TABLE forged (LIKE claims_claim)")
    for function in functions:
        with pytest.raises(ProgrammingError, match="permission denied for function"), transaction.atomic():
            sql(
                f"CREATE TRIGGER forging AFTER UPDATE ON forged FOR EACH ROW EXECUTE FUNCTION public.{function}()"
            )
