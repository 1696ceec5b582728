"""Two people per publication; one live verdict per publisher; published verdicts are complete and have evidence."""

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from claims.ledger import publishing
from claims.models import Verdict
from claims.review import verdict_drafts, workflow
from sources.models import Publisher
from tests.helpers.broken_rules import INSERT_VERDICT, PUBLISH, SIGN_OFF, refused, sql, write_down
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db


def test_own_verdict_cannot_be_signed_off(in_review: Verdict, checker: User) -> None:
    refused(SIGN_OFF, in_review.pk, checker.pk, in_review.review_round, match="signoff_by_somebody_else")


def test_the_submitter_of_a_verdict_cannot_sign_it_off(draft: Verdict, colleague: User) -> None:
    submitted = workflow.move(draft, "submit", by=colleague)
    refused(SIGN_OFF, submitted.pk, colleague.pk, submitted.review_round, match="signoff_by_somebody_else")


def test_editors_of_a_draft_cannot_sign_it_off(draft: Verdict, checker: User, editor: User) -> None:
    verdict_drafts.record_editor(draft, editor)
    submitted = workflow.move(draft, "submit", by=checker)
    refused(SIGN_OFF, submitted.pk, editor.pk, submitted.review_round, match="signoff_by_somebody_else")


def test_editors_of_a_draft_are_kept(draft: Verdict, editor: User) -> None:
    verdict_drafts.record_editor(draft, editor)
    refused("UPDATE claims_verdict SET edited_by = '{}'", match="verdict_editors_are_remembered")


def test_draft_cannot_be_signed_off(draft: Verdict, colleague: User) -> None:
    refused(SIGN_OFF, draft.pk, colleague.pk, draft.review_round, match="signoff_in_review")


@sweep("distance", [-1, 1], undone=True)
def test_only_the_present_round_can_be_signed_off(in_review: Verdict, colleague: User, distance: int) -> None:
    refused(
        SIGN_OFF, in_review.pk, colleague.pk, in_review.review_round + distance, match="signoff_in_review"
    )


def test_no_one_signs_off_twice(in_review: Verdict, colleague: User) -> None:
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


def test_signoff_of_an_earlier_round_does_not_count(
    in_review: Verdict, checker: User, colleague: User
) -> None:
    workflow.move(in_review, "sign_off", by=colleague)
    workflow.move(in_review, "request_changes", by=colleague, note="The sum is wrong.")
    again = workflow.move(in_review, "submit", by=checker)
    write_down(again, "in_review", "published")
    refused(PUBLISH, again.pk, match="verdict_with_four_eyes")


def test_fewer_signoffs_than_required_are_not_enough(
    settings: Settings, draft: Verdict, checker: User, colleague: User
) -> None:
    settings.REQUIRED_SIGNOFFS = 2
    in_review = workflow.move(draft, "submit", by=checker)
    workflow.move(in_review, "sign_off", by=colleague)
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="verdict_with_four_eyes")


def test_requirement_of_signoffs_cannot_be_waived(draft: Verdict) -> None:
    refused(
        "UPDATE claims_verdict SET required_signoffs = 0 WHERE id = %s",
        draft.pk,
        match="verdict_needs_a_signoff",
    )


@sweep(
    "change",
    ["required_signoffs = 2", "review_round = 0", "review_round = 2", "submitted_by_id = NULL"],
    undone=True,
)
def test_terms_of_a_review_stay_while_it_lasts(in_review: Verdict, change: str) -> None:
    refused(
        f"UPDATE claims_verdict SET {change} WHERE id = %s", in_review.pk, match="verdict_terms_of_review"
    )


def test_every_submission_opens_a_new_round(in_review: Verdict, colleague: User) -> None:
    workflow.move(in_review, "sign_off", by=colleague)
    returned = workflow.move(in_review, "request_changes", by=colleague, note="Which year?")
    refused(
        "UPDATE claims_verdict SET review_round = 0 WHERE id = %s",
        returned.pk,
        match="verdict_terms_of_review",
    )
    write_down(returned, "draft", "in_review")
    refused(
        "UPDATE claims_verdict SET state = 'in_review' WHERE id = %s",
        returned.pk,
        match="verdict_terms_of_review",
    )


@sweep("column", ["author_id", "publisher_id", "claim_id"], undone=True)
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


@sweep(("origin", "with_author"), [("house", False), ("imported", True)], undone=True)
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


@sweep("state", ["in_review", "published", "superseded", "retracted"], undone=True)
def test_verdict_written_here_starts_as_a_draft(checker: User, state: str) -> None:
    refused(INSERT_VERDICT, make_claim().pk, "house", checker.pk, state, match="verdict_starts_as_draft")


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


@sweep("lack", ["rating_id = NULL", "summary = ''", "reviewed_on = NULL"], undone=True)
def test_published_verdict_is_complete(draft: Verdict, checker: User, editor: User, lack: str) -> None:
    sql(f"UPDATE claims_verdict SET {lack} WHERE id = %s", draft.pk)
    write_down(draft, "draft", "in_review")
    sql("UPDATE claims_verdict SET state = 'in_review', review_round = 1 WHERE id = %s", draft.pk)
    sql(SIGN_OFF, draft.pk, editor.pk, 1)
    write_down(draft, "in_review", "published")
    refused(PUBLISH, draft.pk, match="verdict_published_is_complete")


def test_a_published_change_needs_a_public_note(published: Verdict, checker: User, editor: User) -> None:
    verdict = make_draft(published.claim, checker)
    write_down(verdict, "draft", "in_review")
    sql("UPDATE claims_verdict SET state = 'in_review', review_round = 1 WHERE id = %s", verdict.pk)
    sql(SIGN_OFF, verdict.pk, editor.pk, 1)
    write_down(published, "published", "superseded")
    sql("UPDATE claims_verdict SET state = 'superseded' WHERE id = %s", published.pk)
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_change_has_a_public_note")
    publishing.record(published.claim, "update", note="It was told.")


def test_verdict_rests_on_evidence_with_an_address_or_snapshot(
    draft: Verdict, checker: User, editor: User
) -> None:
    sql("UPDATE sources_source SET url = '', url_key = ''")
    write_down(draft, "draft", "in_review")
    sql(
        "UPDATE claims_verdict SET state = 'in_review', review_round = review_round + 1 WHERE id = %s",
        draft.pk,
    )
    verdict = workflow.move(draft, "sign_off", by=editor)
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_rests_on_evidence")


def test_address_that_a_verdict_in_review_rests_on_is_kept(draft: Verdict, checker: User) -> None:
    workflow.move(draft, "submit", by=checker)
    refused("UPDATE sources_source SET url = '', url_key = ''", match="source_address_is_kept")


def test_verdict_is_published_on_an_accepted_claim_only(draft: Verdict, checker: User, editor: User) -> None:
    verdict = workflow.move(workflow.move(draft, "submit", by=checker), "sign_off", by=editor)
    workflow.move(verdict.claim, "decline", by=editor, note="Out of scope.")
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match="verdict_claim_is_accepted")
