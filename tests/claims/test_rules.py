"""The rules that never bend, broken by raw SQL: each is refused by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction

from claims import workflow
from claims.models import Claim, Publication, Verdict
from sources.models import Publisher
from tests.newsroom import make_appearance, make_claim, make_draft, make_source, rating

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: Any) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(statement: str, *values: Any, match: str) -> None:
    """The database refuses the statement, naming the rule or saying why; the transaction goes on."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        sql(statement, *values)
    constraint = getattr(error.value.__cause__.diag, "constraint_name", "")  # type: ignore[union-attr]
    assert match in f"{constraint}: {error.value}"


@pytest.fixture
def draft(checker: User) -> Verdict:
    return make_draft(make_claim(), checker)


@pytest.fixture
def in_review(draft: Verdict, checker: User) -> Verdict:
    return workflow.move(draft, "submit", by=checker)


@pytest.fixture
def published(publish: Callable[..., Claim]) -> Verdict:
    return publish().verdicts.get()


def write_down(verdict: Verdict, before: str, after: str) -> None:
    """The transition that a move needs, so that a test meets the rule it is about and not this one."""
    sql(
        "INSERT INTO claims_transition (claim_id, verdict_id, action, before, after, actor_name, note)"
        " VALUES (%s, %s, 'test', %s, %s, 'SQL', '')",
        verdict.claim_id,
        verdict.pk,
        before,
        after,
    )


# Four eyes


SIGN_OFF = (
    "INSERT INTO claims_signoff (verdict_id, by_id, by_name, round, note) VALUES (%s, %s, 'SQL', %s, '')"
)


def test_own_verdict_cannot_be_signed_off(in_review: Verdict, checker: User) -> None:
    refused(SIGN_OFF, in_review.pk, checker.pk, in_review.review_round, match="signoff_by_somebody_else")


def test_who_submitted_a_verdict_cannot_sign_it_off(draft: Verdict, colleague: User) -> None:
    submitted = workflow.move(draft, "submit", by=colleague)
    refused(SIGN_OFF, submitted.pk, colleague.pk, submitted.review_round, match="signoff_by_somebody_else")


def test_draft_cannot_be_signed_off(draft: Verdict, colleague: User) -> None:
    refused(SIGN_OFF, draft.pk, colleague.pk, draft.review_round, match="signoff_in_review")


@pytest.mark.parametrize("distance", [-1, 1])
def test_only_the_present_round_can_be_signed_off(in_review: Verdict, colleague: User, distance: int) -> None:
    refused(
        SIGN_OFF, in_review.pk, colleague.pk, in_review.review_round + distance, match="signoff_in_review"
    )


def test_nobody_signs_off_twice(in_review: Verdict, colleague: User) -> None:
    sql(SIGN_OFF, in_review.pk, colleague.pk, in_review.review_round)
    refused(
        SIGN_OFF,
        in_review.pk,
        colleague.pk,
        in_review.review_round,
        match="signoff_once_per_round_and_person",
    )


def test_verdict_is_not_published_without_signoff(in_review: Verdict) -> None:
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="verdict_with_four_eyes")


PUBLISH = "UPDATE claims_verdict SET state = 'published', published_at = now() WHERE id = %s"


def test_signoff_of_an_earlier_round_does_not_count(
    in_review: Verdict, checker: User, colleague: User
) -> None:
    workflow.move(in_review, "sign_off", by=colleague)
    workflow.move(in_review, "request_changes", by=colleague, note="The sum is wrong.")
    again = workflow.move(in_review, "submit", by=checker)
    write_down(again, "in_review", "published")
    refused(PUBLISH, again.pk, match="verdict_with_four_eyes")


def test_fewer_signoffs_than_required_are_not_enough(in_review: Verdict, colleague: User) -> None:
    sql("UPDATE claims_verdict SET required_signoffs = 2 WHERE id = %s", in_review.pk)
    workflow.move(in_review, "sign_off", by=colleague)
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="verdict_with_four_eyes")


def test_requirement_of_signoffs_cannot_be_waived(in_review: Verdict) -> None:
    refused(
        "UPDATE claims_verdict SET required_signoffs = 0 WHERE id = %s",
        in_review.pk,
        match="verdict_needs_a_signoff",
    )


@pytest.mark.parametrize("column", ["author_id", "publisher_id", "claim_id"])
def test_author_claim_and_publisher_of_a_draft_never_change(
    draft: Verdict, colleague: User, column: str
) -> None:
    other = {
        "author_id": colleague.pk,
        "publisher_id": Publisher.objects.create(name="Another").pk,
        "claim_id": make_claim().pk,
    }
    refused(
        f"UPDATE claims_verdict SET {column} = %s WHERE id = %s",
        other[column],
        draft.pk,
        match="verdict_author_is_fixed",
    )


def test_verdict_cannot_pretend_to_be_imported(draft: Verdict) -> None:
    refused(
        "UPDATE claims_verdict SET origin = 'imported', author_id = NULL WHERE id = %s",
        draft.pk,
        match="verdict_author_is_fixed",
    )


@pytest.mark.parametrize(("origin", "with_author"), [("house", False), ("imported", True)])
def test_verdicts_written_here_have_an_author_and_no_others(
    checker: User, origin: str, with_author: bool
) -> None:
    refused(
        INSERT_VERDICT,
        make_claim().pk,
        origin,
        checker.pk if with_author else None,
        "draft",
        match="verdict_written_here_has_an_author",
    )


INSERT_VERDICT = (
    "INSERT INTO claims_verdict (claim_id, publisher_id, version, origin, author_id, byline, summary, explanation,"
    " language, url, correction_kind, correction_note, state, review_round, required_signoffs)"
    " SELECT %s, id, 1, %s, %s, '', '', '', 'en', '', '', '', %s, 0, 1 FROM sources_publisher WHERE is_house"
)


@pytest.mark.parametrize("state", ["in_review", "published", "superseded", "retracted"])
def test_verdict_written_here_starts_as_a_draft(checker: User, state: str) -> None:
    refused(INSERT_VERDICT, make_claim().pk, "house", checker.pk, state, match="verdict_starts_as_draft")


# States and moves


VERDICT_STATES = ["draft", "in_review", "published", "superseded", "retracted"]
LEGAL_VERDICT_MOVES = {
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "published"),
    ("published", "superseded"),
    ("published", "retracted"),
}


def verdict_in(state: str, publish: Callable[..., Claim], checker: User, editor: User) -> Verdict:
    if state == "draft":
        return make_draft(make_claim(), checker)
    if state == "in_review":
        return workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    verdict = publish().verdicts.get()
    if state == "superseded":
        publish(verdict.claim, correction_kind="update", correction_note="New figures.")
    if state == "retracted":
        workflow.move(verdict, "retract", by=editor, note="It was about another bridge.")
    verdict.refresh_from_db()
    return verdict


ILLEGAL_VERDICT_MOVES = [
    (before, after)
    for before in VERDICT_STATES
    for after in [*VERDICT_STATES, "approved"]
    if before != after and (before, after) not in LEGAL_VERDICT_MOVES
]


@pytest.mark.parametrize(("before", "after"), ILLEGAL_VERDICT_MOVES)
def test_no_other_moves_of_a_verdict_exist(
    publish: Callable[..., Claim], checker: User, editor: User, before: str, after: str
) -> None:
    verdict = verdict_in(before, publish, checker, editor)
    assert verdict.state == before
    write_down(verdict, before, after)
    refused(
        "UPDATE claims_verdict SET state = %s WHERE id = %s", after, verdict.pk, match="verdict_state_moves"
    )


@pytest.mark.parametrize(("before", "after"), sorted(LEGAL_VERDICT_MOVES))
def test_no_move_of_a_verdict_goes_unrecorded(
    publish: Callable[..., Claim], checker: User, editor: User, before: str, after: str
) -> None:
    verdict = verdict_in(before, publish, checker, editor)
    refused(
        "UPDATE claims_verdict SET state = %s WHERE id = %s", after, verdict.pk, match="move_is_written_down"
    )


CLAIM_STATES = ["proposed", "accepted", "declined"]
LEGAL_CLAIM_MOVES = {("proposed", "accepted"), ("proposed", "declined"), ("accepted", "declined")}


def write_down_claim(claim: Claim, before: str, after: str) -> None:
    sql(
        "INSERT INTO claims_transition (claim_id, action, before, after, actor_name, note)"
        " VALUES (%s, 'test', %s, %s, 'SQL', '')",
        claim.pk,
        before,
        after,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before in CLAIM_STATES
        for after in [*CLAIM_STATES, "checked"]
        if before != after and (before, after) not in LEGAL_CLAIM_MOVES
    ],
)
def test_no_other_moves_of_a_claim_exist(before: str, after: str) -> None:
    claim = make_claim(state=before, reason="For the record.")
    write_down_claim(claim, before, after)
    refused("UPDATE claims_claim SET state = %s WHERE id = %s", after, claim.pk, match="claim_state_moves")


@pytest.mark.parametrize(("before", "after"), sorted(LEGAL_CLAIM_MOVES))
def test_no_move_of_a_claim_goes_unrecorded(before: str, after: str) -> None:
    claim = make_claim(state=before, reason="For the record.")
    refused("UPDATE claims_claim SET state = %s WHERE id = %s", after, claim.pk, match="move_is_written_down")


def test_claim_is_declined_with_a_reason() -> None:
    claim = make_claim()
    write_down_claim(claim, "accepted", "declined")
    refused(
        "UPDATE claims_claim SET state = 'declined' WHERE id = %s",
        claim.pk,
        match="claim_declined_with_a_reason",
    )


def test_claim_with_a_published_verdict_is_not_declined(published: Verdict) -> None:
    write_down_claim(published.claim, "accepted", "declined")
    refused(
        "UPDATE claims_claim SET state = 'declined', reason = 'x' WHERE id = %s",
        published.claim_id,
        match="Retract the verdict first".lower(),
    )


MERGE = "UPDATE claims_claim SET state = 'merged', state_before_merge = 'accepted', merged_into_id = %s WHERE id = %s"


def merged(claim: Claim, into: Claim) -> None:
    write_down_claim(claim, "accepted", "merged")
    sql(MERGE, into.pk, claim.pk)


def test_claim_is_not_merged_into_itself() -> None:
    claim = make_claim()
    write_down_claim(claim, "accepted", "merged")
    refused(MERGE, claim.pk, claim.pk, match="claim_is_not_merged_into_itself")


def test_claim_is_not_merged_into_a_merged_one() -> None:
    first, second, third = make_claim(), make_claim(), make_claim()
    merged(second, into=third)
    write_down_claim(first, "accepted", "merged")
    refused(MERGE, second.pk, first.pk, match="claim_merges_do_not_chain")


def test_claim_that_others_are_merged_into_is_not_merged() -> None:
    first, second, third = make_claim(), make_claim(), make_claim()
    merged(first, into=second)
    write_down_claim(second, "accepted", "merged")
    refused(MERGE, third.pk, second.pk, match="claim_merges_do_not_chain")


def test_claim_is_not_merged_into_a_declined_one() -> None:
    claim, declined = make_claim(), make_claim(state="declined", reason="An opinion.")
    write_down_claim(claim, "accepted", "merged")
    refused(MERGE, declined.pk, claim.pk, match="claim_merges_do_not_chain")


def test_merge_remembers_the_state_it_came_from() -> None:
    claim, target = make_claim(state="proposed"), make_claim()
    write_down_claim(claim, "proposed", "merged")
    refused(MERGE, target.pk, claim.pk, match="claim_state_moves")


def test_unmerged_claim_returns_to_the_state_it_came_from() -> None:
    claim, target = make_claim(), make_claim()
    merged(claim, into=target)
    write_down_claim(claim, "merged", "proposed")
    refused(
        "UPDATE claims_claim SET state = 'proposed', state_before_merge = '', merged_into_id = NULL WHERE id = %s",
        claim.pk,
        match="claim_state_moves",
    )


@pytest.mark.parametrize("target", ["merged_into_id = NULL", "state_before_merge = ''"])
def test_merged_claim_names_its_target(target: str) -> None:
    claim = make_claim()
    merged(claim, into=make_claim())
    refused(
        f"UPDATE claims_claim SET {target} WHERE id = %s", claim.pk, match="claim_merged_names_its_target"
    )


# Immutability


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


@pytest.mark.parametrize("moment", ["now()", "NULL"])
def test_publication_is_closed_by_its_successor_only(everything: None, moment: str) -> None:
    refused(f"UPDATE claims_publication SET superseded_at = {moment}", match="publication_append_only")


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


# One live verdict, complete and rested on evidence


def test_second_open_verdict_of_a_publisher_is_refused(draft: Verdict, checker: User) -> None:
    statement = INSERT_VERDICT.replace("%s, id, 1,", "%s, id, 2,")
    refused(
        statement,
        draft.claim_id,
        "house",
        checker.pk,
        "draft",
        match="verdict_one_open_per_claim_and_publisher",
    )


def test_second_live_verdict_of_a_publisher_is_refused(
    published: Verdict, checker: User, editor: User
) -> None:
    verdict = make_draft(published.claim, checker, correction_kind="update", correction_note="New figures.")
    for action, by in (("submit", checker), ("sign_off", editor)):
        verdict = workflow.move(verdict, action, by=by)
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_one_live_per_claim_and_publisher")


@pytest.mark.parametrize("lack", ["rating_id = NULL", "summary = ''", "reviewed_on = NULL"])
def test_published_verdict_is_complete(draft: Verdict, checker: User, editor: User, lack: str) -> None:
    sql(f"UPDATE claims_verdict SET {lack} WHERE id = %s", draft.pk)
    write_down(draft, "draft", "in_review")
    sql("UPDATE claims_verdict SET state = 'in_review', review_round = 1 WHERE id = %s", draft.pk)
    sql(SIGN_OFF, draft.pk, editor.pk, 1)
    write_down(draft, "in_review", "published")
    refused(PUBLISH, draft.pk, match="verdict_published_is_complete")


def test_change_of_what_is_published_has_a_public_note(
    published: Verdict, checker: User, editor: User
) -> None:
    verdict = make_draft(published.claim, checker)
    write_down(verdict, "draft", "in_review")
    sql("UPDATE claims_verdict SET state = 'in_review', review_round = 1 WHERE id = %s", verdict.pk)
    sql(SIGN_OFF, verdict.pk, editor.pk, 1)
    write_down(published, "published", "superseded")
    sql("UPDATE claims_verdict SET state = 'superseded' WHERE id = %s", published.pk)
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_change_has_a_public_note")


def test_verdict_rests_on_evidence_with_an_address_or_snapshot(
    draft: Verdict, checker: User, editor: User
) -> None:
    verdict = workflow.move(workflow.move(draft, "submit", by=checker), "sign_off", by=editor)
    sql("UPDATE sources_source SET url = '', url_key = ''")
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_rests_on_evidence")


def test_verdict_is_published_on_an_accepted_claim_only(draft: Verdict, checker: User, editor: User) -> None:
    verdict = workflow.move(workflow.move(draft, "submit", by=checker), "sign_off", by=editor)
    workflow.move(verdict.claim, "decline", by=editor, note="Out of scope.")
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_claim_is_accepted")


# The ledger


def insert_publication(**values: Any) -> None:
    """Insert a copy of some publication, as the claim's second version, with other values in some columns."""
    row: dict[str, Any] = {**Publication.objects.values()[0]}
    row |= {"version": 2, "kind": "addition", "published_at": "infinity", "superseded_at": None, **values}
    columns = [name for name in row if name not in ("id", "sequence", "search")]
    marks = ", ".join(["%s"] * len(columns))
    sql(
        f"INSERT INTO claims_publication ({', '.join(columns)}) VALUES ({marks})",
        *(row[name] for name in columns),
    )


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"version": 1}, "publication_joins_the_ledger"),
        ({"version": 3}, "publication_joins_the_ledger"),
        ({"published_at": "2020-01-01"}, "publication_joins_the_ledger"),
        ({"superseded_at": "infinity"}, "publication_joins_the_ledger"),
        ({"status": "draft"}, "publication_status_is_known"),
        ({"kind": "correction"}, "publication_change_has_a_public_note"),
        ({"kind": "clarification"}, "publication_change_has_a_public_note"),
        ({"kind": "update"}, "publication_change_has_a_public_note"),
        ({"kind": "retraction"}, "publication_change_has_a_public_note"),
        ({"status": "merged"}, "publication_merge_names_its_target"),
        ({"merged_into_id": 1}, "publication_merge_names_its_target"),
    ],
)
def test_publication_that_does_not_continue_the_ledger(
    published: Verdict, values: dict[str, Any], rule: str
) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        insert_publication(**values)
    assert error.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def test_publication_that_continues_the_ledger_closes_the_last_one(published: Verdict) -> None:
    insert_publication(published_at="2100-01-01T00:00:00Z")
    assert [p.superseded_at and p.superseded_at.year for p in Publication.objects.order_by("version")] == [
        2100,
        None,
    ]


def test_claim_without_a_published_verdict_is_not_made_public(published: Verdict, in_review: Verdict) -> None:
    with pytest.raises(IntegrityError, match="only with a published verdict"), transaction.atomic():
        insert_publication(claim_id=in_review.claim_id, version=1, kind="publication")


# Anchors


INSERT_APPEARANCE = (
    'INSERT INTO claims_appearance (claim_id, source_id, snapshot_id, exact, prefix, suffix, start, "end", anchor)'
    " VALUES (%s, %s, %s, %s, '', '', %s, %s, %s)"
)


@pytest.mark.parametrize(
    ("exact", "start", "end", "anchor", "rule"),
    [
        ("bridge", 4, 9, "anchored", "appearance_span_carries_quote"),
        ("Bridge", 4, 10, "anchored", "appearance_span_carries_quote"),
        ("bridge", 5, 11, "anchored", "appearance_span_carries_quote"),
        ("", 4, 4, "anchored", "appearance_span_is_whole"),
        ("bridge", 10, 4, "anchored", "appearance_span"),
        ("bridge", 4, None, "anchored", "appearance_span"),
        ("bridge", None, None, "anchored", "appearance_anchor_has_a_span"),
        ("bridge", 4, 10, "unanchored", "appearance_anchor_has_a_span"),
    ],
)
def test_anchor_that_does_not_hold(
    db: None, exact: str, start: int | None, end: int | None, anchor: str, rule: str
) -> None:
    source = make_source("The bridge is new.")
    snapshot = source.snapshots.get()
    refused(INSERT_APPEARANCE, make_claim().pk, source.pk, snapshot.pk, exact, start, end, anchor, match=rule)


def test_anchor_in_a_snapshot_of_another_source() -> None:
    snapshot = make_source("The bridge is new.").snapshots.get()
    other = make_source("The bridge is new.")
    refused(
        INSERT_APPEARANCE,
        make_claim().pk,
        other.pk,
        snapshot.pk,
        "bridge",
        4,
        10,
        "anchored",
        match="appearance_span_carries_quote",
    )


def test_anchor_without_a_snapshot() -> None:
    values = (make_claim().pk, make_source().pk, None, "bridge", 4, 10, "anchored")
    refused(INSERT_APPEARANCE, *values, match="appearance_span")


def test_offsets_count_code_points() -> None:
    source = make_source("🌉 다리는 9백만 유로였다.")
    sql(
        INSERT_APPEARANCE,
        make_claim().pk,
        source.pk,
        source.snapshots.get().pk,
        "다리는",
        2,
        5,
        "anchored",
    )


# Snapshots, ratings, the house


def test_snapshot_carries_the_true_hash_of_its_text() -> None:
    refused(
        "INSERT INTO sources_snapshot (source_id, number, url, media_type, content_sha256, content_size, title, byline,"
        " language, text, text_sha256, extractor)"
        " VALUES (%s, 1, '', 'text/plain', %s, 1, '', '', 'en', 'words', %s, '')",
        make_source().pk,
        "0" * 64,
        "0" * 64,
        match="snapshot_text_hash_is_true",
    )


@pytest.mark.parametrize("column", ["label", "code"])
def test_label_of_a_used_rating_is_frozen(in_review: Verdict, column: str) -> None:
    refused(
        f"UPDATE claims_rating SET {column} = 'x' WHERE id = %s",
        in_review.rating_id,
        match="rating_label_is_frozen_once_used",
    )


def test_label_of_an_unused_rating_can_be_changed(draft: Verdict) -> None:
    assert sql("UPDATE claims_rating SET label = 'Not so' WHERE id = %s", draft.rating_id) == 1


def test_rating_class_is_one_of_the_ten() -> None:
    refused(
        "UPDATE claims_rating SET normalised = 'fake' WHERE id = %s",
        rating().pk,
        match="rating_class_is_known",
    )


def test_there_is_one_house() -> None:
    other = Publisher.objects.create(name="Another")
    refused(
        "UPDATE sources_publisher SET is_house = true WHERE id = %s", other.pk, match="publisher_one_house"
    )


def test_address_leads_to_one_source() -> None:
    first, second = make_source(), make_source()
    refused(
        "UPDATE sources_source SET url_key = %s WHERE id = %s",
        first.url_key,
        second.pk,
        match="source_address_is_unique",
    )


def test_claim_with_a_past_cannot_be_deleted(published: Verdict) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    refused("DELETE FROM claims_claim WHERE id = %s", published.claim_id, match="claims_")


# History


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
