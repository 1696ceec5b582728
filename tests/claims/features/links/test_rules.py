"""What became of links is recorded by the database itself, for good, and a state says one thing only."""

import pytest
from django.db import connection

from claims.features.links.models import LinkCheck, LinkState
from sources.models import Source
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.newsroom import make_source
from tests.helpers.sweeps import sweep
from tests.helpers.tampering import as_superuser

pytestmark = pytest.mark.django_db

NEW = "https://example.org/elsewhere"


@pytest.fixture
def source() -> Source:
    source = make_source()
    LinkState.objects.create(source=source, url=source.url, site="https://example.org")
    return source


def test_every_change_is_recorded_for_any_author(source: Source) -> None:
    sql("UPDATE links_linkstate SET outcome = 'alive', since = now(), http_status = 200")
    sql("UPDATE links_linkstate SET checked_at = now()")
    sql("UPDATE links_linkstate SET outcome = 'moved', since = now(), moved_to = %s", NEW)
    sql("UPDATE links_linkstate SET moved_to = %s", NEW + "/2")
    rows = LinkCheck.objects.order_by("pk").values_list("outcome", "moved_to", "url")
    assert list(rows) == [
        ("alive", "", source.url), ("moved", NEW, source.url), ("moved", NEW + "/2", source.url),
    ]  # fmt: skip


def test_a_record_is_never_changed_or_removed(source: Source) -> None:
    sql("UPDATE links_linkstate SET outcome = 'gone', since = now()")
    as_committed()
    for statement in (
        "UPDATE links_linkcheck SET outcome = 'alive'",
        "DELETE FROM links_linkcheck",
        "TRUNCATE links_linkcheck",
    ):
        refused(statement, match="linkcheck_append_only")


def test_only_the_trigger_writes_records(source: Source) -> None:
    sql("UPDATE links_linkstate SET outcome = 'gone', since = now()")
    with as_superuser(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE served_by_test")
        cursor.execute("GRANT USAGE ON SCHEMA public TO served_by_test")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO served_by_test"
        )
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO served_by_test")
        cursor.execute("SET LOCAL ROLE served_by_test")
    refused(
        "INSERT INTO links_linkcheck (source_id, url, outcome, reason, moved_to, lost_quotes)"
        " SELECT source_id, url, 'alive', '', '', 0 FROM links_linkcheck",
        match="linkcheck_is_written_by_the_database",
    )
    assert sql("UPDATE links_linkstate SET outcome = 'alive', since = now()") == 1
    sql("RESET ROLE")
    assert LinkCheck.objects.count() == 2


@sweep(
    ("change", "rule"),
    [
        ("outcome = 'dead', since = now()", "linkstate_outcome_is_known"),
        ("suspected = 'alive', failures = 1, failing_since = now()", "linkstate_outcome_is_known"),
        ("outcome = 'gone'", "linkstate_outcome_has_a_beginning"),
        ("since = now()", "linkstate_outcome_has_a_beginning"),
        ("outcome = 'moved', since = now()", "linkstate_moved_names_the_new_address"),
        ("outcome = 'moved', since = now(), moved_to = url", "linkstate_moved_names_the_new_address"),
        ("failures = 1", "linkstate_suspects_while_it_fails"),
        ("suspected = 'gone'", "linkstate_suspects_while_it_fails"),
        ("failures = 2, suspected = 'gone'", "linkstate_suspects_while_it_fails"),
        ("accepted_at = now()", "linkstate_accepted_is_what_needs_somebody"),
        ("outcome = 'gone', since = now(), accepted_at = now()", "linkstate_accepted_is_what_needs_somebody"),
        ("url = ''", "linkstate_watches_an_address"),
    ],
    undone=True,
)
def test_a_state_contradicts_itself_in_no_way(source: Source, change: str, rule: str) -> None:
    refused(f"UPDATE links_linkstate SET {change}", match=rule)
