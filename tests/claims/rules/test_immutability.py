"""What cannot be changed or deleted, and that the past of what can is kept."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from claims.models import Claim, Verdict
from tests.claims.rules.breaking import (
    refused,
    sql,
    verdict_in,
)
from tests.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(publish: Callable[..., Claim]) -> None:
    """At least one row in every append-only table."""
    source = make_source("The bridge cost nine million euros. It opened in May.")
    claim = make_claim()
    make_appearance(claim, source, "It opened in May.")
    publish(claim)
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # a table with deferred checks pending could not be truncated anyway


APPEND_ONLY = {
    "sources_snapshot": "title = 'x'",
    "claims_transition": "note = 'x'",
    "claims_signoff": "note = 'x'",
    "claims_publication": "body = '{}'",
    "claims_publishedverdict": "body = '{}'",
}


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_rows_cannot_be_updated(everything: None, table: str) -> None:
    refused(f"UPDATE {table} SET {APPEND_ONLY[table]}", match="append_only")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_rows_cannot_be_deleted(everything: None, table: str) -> None:
    refused(f"DELETE FROM {table}", match="append_only")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_cannot_be_truncated(everything: None, table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE", match="append_only")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_session_setting_switches_a_rule_off(everything: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname)::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%'")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", cursor.fetchone())
    refused(f"UPDATE {table} SET {APPEND_ONLY[table]}", match="append_only")


@pytest.mark.parametrize("table", ["publication", "publishedverdict"])
@pytest.mark.parametrize("moment", ["now()", "NULL"])
def test_publication_is_closed_by_its_successor_only(everything: None, moment: str, table: str) -> None:
    refused(f"UPDATE claims_{table} SET superseded_at = {moment}", match=f"{table}_append_only")


CONTENT = {
    "summary": "'x'",
    "explanation": "'x'",
    "byline": "'x'",
    "language": "'de'",
    "url": "'https://example.org'",
    "version": "7",
    "rating_id": "(SELECT max(id) FROM claims_rating)",
    "reviewed_on": "'2020-01-01'",
    "valid_as_of": "'2020-01-01'",
    "recheck_on": "'2020-01-01'",
    "supersedes_id": "(SELECT max(id) + 1 FROM claims_verdict)",
    "correction_kind": "'update'",
    "correction_note": "'x'",
}


@pytest.mark.parametrize("state", ["in_review", "published", "superseded", "retracted"])
@pytest.mark.parametrize("column", CONTENT)
def test_content_of_a_verdict_is_fixed_once_it_is_no_draft(
    publish: Callable[..., Claim], checker: User, editor: User, state: str, column: str
) -> None:
    verdict = verdict_in(state, publish, checker, editor)
    refused(
        f"UPDATE claims_verdict SET {column} = {CONTENT[column]} WHERE id = %s",
        verdict.pk,
        match="verdict_content_is_fixed",
    )


@pytest.mark.parametrize("state", ["in_review", "published", "superseded", "retracted"])
def test_only_drafts_can_be_deleted(
    publish: Callable[..., Claim], checker: User, editor: User, state: str
) -> None:
    verdict = verdict_in(state, publish, checker, editor)
    refused("DELETE FROM claims_verdict WHERE id = %s", verdict.pk, match="verdict_is_kept")


@pytest.mark.parametrize("change", ["UPDATE claims_evidence SET note = 'x'", "DELETE FROM claims_evidence"])
def test_evidence_is_fixed_with_its_verdict(in_review: Verdict, change: str) -> None:
    refused(f"{change} WHERE verdict_id = %s", in_review.pk, match="evidence_is_fixed_with_its_verdict")


INSERT_EVIDENCE = (
    "INSERT INTO claims_evidence (verdict_id, source_id, stance, note, exact, prefix, suffix, position)"
    " VALUES (%s, %s, 'context', '', '', '', '', 0)"
)


def test_evidence_is_not_added_to_a_verdict_in_review(in_review: Verdict) -> None:
    refused(INSERT_EVIDENCE, in_review.pk, make_source().pk, match="evidence_is_fixed_with_its_verdict")


def test_evidence_of_a_draft_is_not_moved_to_a_published_verdict(draft: Verdict, published: Verdict) -> None:
    refused(
        "UPDATE claims_evidence SET verdict_id = %s WHERE verdict_id = %s",
        published.pk,
        draft.pk,
        match="evidence_is_fixed_with_its_verdict",
    )


def test_every_change_by_sql_leaves_the_replaced_row(published: Verdict) -> None:
    before = published.claim.statement
    sql("UPDATE claims_claim SET statement = 'Changed by hand.' WHERE id = %s", published.claim_id)
    events = published.claim.events.values_list("pgh_label", "statement")  # type: ignore[attr-defined]
    assert list(events) == [("changed", before)]


def test_deleted_rows_stay_in_the_history(draft: Verdict) -> None:
    item = draft.evidence.get()
    sql("DELETE FROM claims_evidence WHERE id = %s", item.pk)
    events = apps.get_model("claims", "EvidenceEvent")._default_manager
    assert list(events.values_list("pgh_label", "pgh_obj_id", "note")) == [("deleted", item.pk, item.note)]


def test_history_cannot_be_rewritten(published: Verdict) -> None:
    sql("UPDATE claims_claim SET statement = 'Changed by hand.' WHERE id = %s", published.claim_id)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        sql("DELETE FROM claims_claimevent")
