"""Claimants are asked first: the database enforces it, even in raw SQL."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from claims.features.reply import reply_requests
from claims.features.reply.models import ReplyRequest
from claims.models import Claimant, Verdict
from claims.review import verdict_drafts, workflow
from tests.claims.features.reply.replies import answer, ask, named_draft
from tests.helpers.broken_rules import PUBLISH, as_committed, refused, sql, write_down
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

INSERT = (
    "INSERT INTO reply_replyrequest (verdict_id, claimant_id, party, not_asked, not_asked_note, channel, address,"
    " language, subject, text, sent_by_name, mail_problem, message_id, answer_channel, answer, answer_display, excerpt,"
    " statement) VALUES (%s, %s, %s, %s, %s, '', '', '', '', '', '', '', '', '', '', '', '', '')"
)


@pytest.fixture
def draft(checker: User) -> Verdict:
    return named_draft(checker)


def submitted(draft: Verdict, checker: User, editor: User) -> Verdict:
    verdict = workflow.move(draft, "submit", by=checker)
    return workflow.move(verdict, "sign_off", by=editor)


def publish_by_sql(verdict: Verdict, match: str) -> None:
    write_down(verdict, "in_review", "published")
    refused(PUBLISH, verdict.pk, match=match)


# What publishing takes ------------------------------------------------------------------------------------------------


def test_a_verdict_about_a_claimant_is_not_published_before_they_are_asked(
    draft: Verdict, checker: User, editor: User, settings: Any
) -> None:
    settings.REQUIRE_RIGHT_OF_REPLY = False
    verdict = submitted(draft, checker, editor)
    # The terms of a review cannot be rewritten, and a rule that was on when it began stays on.
    refused(
        "UPDATE claims_verdict SET reply_rule = 'not_due' WHERE id = %s", verdict.pk, match="terms_of_review"
    )


@sweep("terms", ["due", "not_due"], undone=True)
def test_a_false_result_of_the_requirement_is_refused(
    draft: Verdict, checker: User, editor: User, terms: str
) -> None:
    write_down(draft, "draft", "in_review")
    sql(
        "UPDATE claims_verdict SET state = 'in_review', review_round = 1, reply_rule = %s WHERE id = %s",
        terms,
        draft.pk,
    )
    draft.refresh_from_db()
    verdict = workflow.move(draft, "sign_off", by=editor)
    publish_by_sql(verdict, "verdict_with_a_right_of_reply")


def test_a_request_to_another_person_does_not_count(draft: Verdict, checker: User, editor: User) -> None:
    ask(draft, checker, hours=-1, claimant=None, party="The builder")
    write_down(draft, "draft", "in_review")
    sql(
        "UPDATE claims_verdict SET state = 'in_review', review_round = 1, reply_rule = 'due' WHERE id = %s",
        draft.pk,
    )
    draft.refresh_from_db()
    publish_by_sql(workflow.move(draft, "sign_off", by=editor), "verdict_with_a_right_of_reply")


def test_a_verdict_is_not_published_before_the_deadline(draft: Verdict, checker: User, editor: User) -> None:
    ask(draft, checker, hours=1)
    publish_by_sql(submitted(draft, checker, editor), "verdict_waits_for_answers")


def test_kind_of_the_claimant_that_is_put_right_in_review_counts(checker: User, editor: User) -> None:
    claimant = Claimant.objects.create(name="A caption", kind="unknown")
    verdict = submitted(make_draft(make_claim(claimant=claimant), checker), checker, editor)
    verdict.reply_requests.all()
    sql("UPDATE claims_claimant SET kind = 'person' WHERE id = %s", claimant.pk)
    publish_by_sql(verdict, "verdict_with_a_right_of_reply")


def test_sign_off_does_not_count_for_an_answer_that_came_later(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker)
    verdict = submitted(draft, checker, editor)
    reply_requests.record_reply(row, answer(), by=checker)
    publish_by_sql(verdict, "verdict_with_four_eyes")
    workflow.move(verdict, "sign_off", by=editor)
    assert workflow.move(verdict, "publish", by=editor).state == "published"


def test_the_database_counts_the_replies_of_a_sign_off(draft: Verdict, checker: User, editor: User) -> None:
    row = ask(draft, checker)
    verdict = submitted(draft, checker, editor)
    sql("UPDATE claims_verdict SET edited_by = edited_by WHERE id = %s", verdict.pk)
    refused("UPDATE claims_signoff SET answers = 1", match="signoff_append_only")
    reply_requests.record_reply(row, answer(), by=checker)
    sql(
        "INSERT INTO claims_signoff (verdict_id, by_id, by_name, round, note, answers) VALUES (%s, %s, 'x', 1, '', 9)",
        verdict.pk,
        editor.pk,
    )
    assert list(verdict.signoffs.values_list("answers", flat=True)) == [0, 1]


# Fixed rows --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@sweep(
    "change",
    [
        "text = 'Something else'",
        "answer_by = answer_by + interval '1 day'",
        "sent_at = sent_at - interval '1 day'",
        "channel = 'letter'",
        "claimant_id = NULL, party = 'Somebody'",
        "address = 'other@example.org'",
        "verdict_id = verdict_id + 1",
        "answered_at = now(), answer = 'Yes', answer_display = 'full', text = 'Another question'",
    ],
    undone=True,
)
def test_requests_are_fixed_in_review(draft: Verdict, checker: User, editor: User, change: str) -> None:
    row = ask(draft, checker)
    submitted(draft, checker, editor)
    refused(
        f"UPDATE reply_replyrequest SET {change} WHERE id = %s",
        row.pk,
        match="replyrequest_is_fixed_with_its_verdict",
    )


def test_nothing_is_added_or_removed_once_it_is_in_review(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker)
    submitted(draft, checker, editor)
    fixed = "replyrequest_is_fixed_with_its_verdict"
    refused("DELETE FROM reply_replyrequest WHERE id = %s", row.pk, match=fixed)
    refused(INSERT, draft.pk, None, "Somebody", "no_way", "", match=fixed)
    as_committed()
    refused("TRUNCATE reply_replyrequest CASCADE", match="history")


def test_answer_comes_in_once(draft: Verdict, checker: User, editor: User) -> None:
    row = ask(draft, checker)
    submitted(draft, checker, editor)
    came = "UPDATE reply_replyrequest SET answered_at = now(), answer = %s, answer_display = 'full' WHERE id = %s"
    assert sql(came, "Yes.", row.pk) == 1
    refused(came, "No.", row.pk, match="replyrequest_is_fixed_with_its_verdict")
    gone = "UPDATE reply_replyrequest SET answered_at = NULL, answer = '', answer_display = '' WHERE id = %s"
    refused(gone, row.pk, match="replyrequest_is_fixed_with_its_verdict")


def test_the_database_sets_the_time_of_recording(draft: Verdict, checker: User, editor: User) -> None:
    row = ask(draft, checker)
    submitted(draft, checker, editor)
    sql(
        "UPDATE reply_replyrequest SET answered_at = now(), answer = 'Yes.', answer_display = 'full',"
        " answer_recorded_at = '2001-01-01' WHERE id = %s",
        row.pk,
    )
    row.refresh_from_db()
    assert row.answer_recorded_at
    assert timezone.now() - row.answer_recorded_at < timedelta(minutes=5)


def test_requests_of_superseded_verdicts_do_not_change(checker: User, editor: User, draft: Verdict) -> None:
    row = ask(draft, checker, hours=-1)
    workflow.move(submitted(draft, checker, editor), "publish", by=editor)
    newer = verdict_drafts.create_draft(
        draft.claim, author=checker, correction_kind="update", correction_note="New figures."
    )
    workflow.move(submitted(newer, checker, editor), "publish", by=editor)
    came = "UPDATE reply_replyrequest SET answered_at = now(), answer = 'Yes.', answer_display = 'full' WHERE id = %s"
    refused(came, row.pk, match="replyrequest_is_fixed_with_its_verdict")
    assert sql(came, newer.reply_requests.get().pk) == 1


def test_a_contact_address_can_be_deleted_and_not_changed(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker)
    submitted(draft, checker, editor)
    assert sql("UPDATE reply_replyrequest SET address = '' WHERE id = %s", row.pk) == 1
    refused(
        "UPDATE reply_replyrequest SET address = 'x' WHERE id = %s",
        row.pk,
        match="replyrequest_is_fixed_with_its_verdict",
    )


def test_a_mailed_text_does_not_change(draft: Verdict, checker: User) -> None:
    row = ask(draft, checker)
    sql("UPDATE reply_replyrequest SET message_id = '<1@example.org>' WHERE id = %s", row.pk)
    for change in (
        "text = 'Else'",
        "sent_at = sent_at - interval '1 day'",
        "message_id = ''",
        "address = 'x'",
    ):
        refused(
            f"UPDATE reply_replyrequest SET {change} WHERE id = %s",
            row.pk,
            match="replyrequest_mailed_stays_as_it_was_sent",
        )


def test_history_has_the_requests_without_contact_addresses(draft: Verdict, checker: User) -> None:
    row = ask(draft, checker)
    sql("UPDATE reply_replyrequest SET text = 'Better put.' WHERE id = %s", row.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(event) FROM reply_replyrequestevent AS event ORDER BY pgh_id DESC")
        (kept,) = cursor.fetchone()
    assert "What does it rest on?" in kept
    assert "press@ministry.example" not in kept


# What one row may say -------------------------------------------------------------------------------------------------


@sweep(
    ("change", "rule"),
    [
        ("party = 'Somebody'", "replyrequest_names_somebody"),
        ("claimant_id = NULL", "replyrequest_names_somebody"),
        ("channel = 'pigeon'", "replyrequest_channels_are_known"),
        ("not_asked = 'no_way'", "replyrequest_asked_or_not"),
        ("not_asked_note = 'Because'", "replyrequest_asked_or_not"),
        ("answer_by = NULL", "replyrequest_sent_is_complete"),
        ("answer_by = sent_at", "replyrequest_sent_is_complete"),
        ("channel = ''", "replyrequest_sent_is_complete"),
        ("text = ''", "replyrequest_moments_have_come"),
        ("sent_at = now() + interval '1 hour'", "replyrequest_moments_have_come"),
        (
            "answered_at = now() + interval '1 hour', answer_display = 'nothing'",
            "replyrequest_moments_have_come",
        ),
        (
            "answered_at = sent_at - interval '1 hour', answer_display = 'nothing'",
            "replyrequest_answer_is_whole",
        ),
        ("answered_at = now()", "replyrequest_answer_is_whole"),
        ("answered_at = now(), answer_display = 'full'", "replyrequest_answer_is_whole"),
        ("answered_at = now(), answer_display = 'excerpt', answer = 'Yes'", "replyrequest_answer_is_whole"),
        ("answered_at = now(), answer_display = 'statement'", "replyrequest_answer_is_whole"),
        ("answer = 'Yes'", "replyrequest_answer_is_whole"),
        ("text = repeat('x', 20001)", "replyrequest_text_fits"),
    ],
    undone=True,
)
def test_row_says_one_thing(draft: Verdict, checker: User, change: str, rule: str) -> None:
    row = ask(draft, checker)
    refused(f"UPDATE reply_replyrequest SET {change} WHERE id = %s", row.pk, match=rule)


def test_reasons_are_known_and_another_one_is_in_words(draft: Verdict) -> None:
    claimant = draft.claim.claimant_id
    refused(INSERT, draft.pk, claimant, "", "no_time", "", match="replyrequest_reason_is_known")
    refused(INSERT, draft.pk, claimant, "", "other", "", match="replyrequest_another_reason_in_words")
    assert sql(INSERT, draft.pk, claimant, "", "other", "They have asked not to be called.") == 1
    assert ReplyRequest.objects.for_readers().count() == 1
