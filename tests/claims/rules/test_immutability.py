"""Rows that cannot be changed or deleted, and the history of those that can."""

from collections.abc import Callable
from itertools import product

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from pghistory.models import Event

from claims.ledger.proofs.checkpoints import sign_ledger, sign_reviews
from claims.models import Claim, Verdict
from tests.helpers.broken_rules import as_committed, refused, sql, verdict_in
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows
from tests.helpers.sweeps import sweep

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def everything(publish: Callable[..., Claim]) -> Claim:
    """At least one row in every append-only table; the claim that they are about."""
    source = make_source("The bridge cost nine million euros. It opened in May.")
    claim = make_claim()
    make_appearance(claim, source, "It opened in May.")
    publish(claim)
    sign_ledger()
    sign_reviews()
    as_committed()  # a table with deferred checks pending could not be truncated anyway
    return claim


#: States in which a verdict cannot be changed.
FIXED = ["in_review", "published", "superseded", "retracted"]


@pytest.fixture(scope="module")
def verdicts(publish: Callable[..., Claim], checker: User, editor: User) -> dict[str, Verdict]:
    """A verdict in each of these states."""
    found = {state: verdict_in(state, publish, checker, editor) for state in FIXED}
    as_committed()
    return found


def switch_triggers_off() -> None:
    """As django-pgtrigger offers it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname)::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%'")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", cursor.fetchone())


APPEND_ONLY = {
    "sources_snapshot": "title = 'x'",
    "claims_transition": "note = 'x'",
    "claims_signoff": "note = 'x'",
    "claims_publication": "body = '{}'",
    "claims_publishedverdict": "body = '{}'",
    "claims_checkpoint": "note = 'x'",
    "claims_hashtile": "hashes = '\\x00'",
    "claims_signingkey": "origin = 'x'",
    "claims_reviewlink": "row_id = 0",
}


@sweep("table", APPEND_ONLY, undone=True)
def test_append_only_rows_cannot_be_updated(everything: Claim, table: str) -> None:
    refused(f"UPDATE {table} SET {APPEND_ONLY[table]}", match="append_only")


@sweep("table", APPEND_ONLY, undone=True)
def test_append_only_rows_cannot_be_deleted(everything: Claim, table: str) -> None:
    refused(f"DELETE FROM {table}", match="append_only")


@sweep("table", APPEND_ONLY, undone=True)
def test_append_only_tables_cannot_be_truncated(everything: Claim, table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE", match="append_only")


@sweep("table", APPEND_ONLY, undone=True)
def test_no_session_setting_switches_a_rule_off(everything: Claim, table: str) -> None:
    switch_triggers_off()
    refused(f"UPDATE {table} SET {APPEND_ONLY[table]}", match="append_only")


@pytest.mark.parametrize("table", ["publication", "publishedverdict"])
def test_closed_entry_is_not_opened_again(
    everything: Claim, table: str, publish: Callable[..., Claim]
) -> None:
    publish(everything, correction_kind="update", correction_note="New figures.")
    for moment in ("NULL", "now()"):
        refused(
            f"UPDATE claims_{table} SET superseded_at = {moment} WHERE superseded_at IS NOT NULL",
            match=f"{table}_append_only",
        )


def test_verdict_of_an_entry_is_closed_with_it_only(everything: Claim) -> None:
    refused("UPDATE claims_publishedverdict SET superseded_at = now()", match="publishedverdict_append_only")


#: Entries that nothing follows yet.
CURRENT = "superseded_at IS NULL"


def not_committed(*statements: str) -> None:
    """They are let through one by one, and refused at the end of the transaction, all together."""
    with pytest.raises(IntegrityError, match="ends when the next one begins"), transaction.atomic():
        _and_all_that_waits(*statements)


def _and_all_that_waits(*statements: str) -> None:
    for statement in statements:
        sql(statement)
    sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_entry_is_closed_by_its_successor_only(everything: Claim) -> None:
    not_committed(f"UPDATE claims_publication SET superseded_at = clock_timestamp() WHERE {CURRENT}")


def test_nested_triggers_cannot_close_an_entry(everything: Claim) -> None:
    not_committed(
        "CREATE TEMPORARY TABLE bait ()",
        "CREATE FUNCTION pg_temp.close() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" UPDATE claims_publication SET superseded_at = clock_timestamp() WHERE {CURRENT}; RETURN NEW; END $$",
        "CREATE TRIGGER close BEFORE INSERT ON bait FOR EACH ROW EXECUTE FUNCTION pg_temp.close()",
        "INSERT INTO bait DEFAULT VALUES",
    )


def test_entry_is_not_closed_by_one_that_then_does_not_come(everything: Claim) -> None:
    columns = (
        "claim_id, status, kind, note, published_at, first_published_at, body, body_sha256, slug, language"
    )
    columns += ", topic_ids, appears_in_ids, source_ids, source_domains, publisher_ids, rating_ids"
    columns += ", language_ranges, features, search_languages, search_statement, search_names, search_text"
    not_committed(
        f"INSERT INTO claims_publication (id, version, {columns}) SELECT id, version + 1, {columns}"
        f" FROM claims_publication WHERE {CURRENT} ON CONFLICT (id) DO NOTHING"
    )


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


@sweep("state, column", product(FIXED, CONTENT))
def test_content_of_a_verdict_is_fixed_once_it_is_no_draft(
    verdicts: dict[str, Verdict], state: str, column: str
) -> None:
    refused(
        f"UPDATE claims_verdict SET {column} = {CONTENT[column]} WHERE id = %s",
        verdicts[state].pk,
        match="verdict_content_is_fixed",
    )


@sweep("state", FIXED)
def test_only_drafts_can_be_deleted(verdicts: dict[str, Verdict], state: str) -> None:
    refused("DELETE FROM claims_verdict WHERE id = %s", verdicts[state].pk, match="verdict_is_kept")


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


HISTORIES = [
    model._meta.db_table for model in apps.get_models() if issubclass(model, Event) and model._meta.managed
]


def test_every_history_is_known() -> None:
    assert sorted(table for table in HISTORIES if table.startswith(("claims_", "sources_"))) == [
        "claims_appearanceevent",
        "claims_claimantevent",
        "claims_claimevent",
        "claims_claimmediaevent",
        "claims_claimtopicevent",
        "claims_clusterevent",
        "claims_clustermemberevent",
        "claims_evidenceevent",
        "claims_ratingevent",
        "claims_ratingscaleevent",
        "claims_repeatevent",
        "claims_topicevent",
        "claims_translationevent",
        "claims_verdictevent",
        "sources_mediaobjectevent",
        "sources_publisherevent",
        "sources_sourceevent",
    ]


@sweep("table", HISTORIES)
def test_history_is_never_truncated(table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE", match="event_append_only")


@pytest.mark.parametrize("switched_off", [False, True])
@pytest.mark.parametrize(
    "change", ["UPDATE claims_claimevent SET statement = 'x'", "DELETE FROM claims_claimevent"]
)
def test_history_cannot_be_rewritten(published: Verdict, change: str, switched_off: bool) -> None:
    sql("UPDATE claims_claim SET statement = 'Changed by hand.' WHERE id = %s", published.claim_id)
    if switched_off:
        switch_triggers_off()
    refused(change, match="claimevent_append_only")


def test_no_session_setting_keeps_a_change_out_of_the_history(published: Verdict) -> None:
    before = published.claim.statement
    switch_triggers_off()
    sql("UPDATE claims_claim SET statement = 'Changed by hand.' WHERE id = %s", published.claim_id)
    events = published.claim.events.values_list("pgh_label", "statement")  # type: ignore[attr-defined]
    assert list(events) == [("changed", before)]


def test_tables_with_history_or_permanent_rows_are_never_truncated(everything: Claim) -> None:
    """TRUNCATE goes past all that is done for each row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, bool_or(tgtype & 32 = 32) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^(claims|sources)_' AND tgtype & 40 > 0"
            " GROUP BY 1"
        )
        assert [table for table, is_guarded in cursor.fetchall() if not is_guarded] == []
    refused("TRUNCATE claims_evidence", match="evidence_no_truncate")
    refused("TRUNCATE claims_apitoken CASCADE", match="apitoken_no_truncate")
