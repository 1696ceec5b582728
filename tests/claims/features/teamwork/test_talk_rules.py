"""What the database holds of comments, notifications and chat channels."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.teamwork.models import ChatChannel, ChatProgress, Comment, Notification
from claims.models import Claim, Verdict
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

COMMENT = (
    "INSERT INTO teamwork_comment (claim_id, verdict_id, verdict_version, reply_to_id, author_id, author_name, text,"
    " key, resolved_by_name, withdrawn_by_name) VALUES (%s, %s, %s, %s, %s, 'SQL', %s, gen_random_uuid(), '', '')"
)
TOLD = (
    "INSERT INTO teamwork_notification (person_id, kind, claim_id, verdict_id, comment_id, actor_id, actor_name, note,"
    " mail) VALUES (%s, %s, %s, %s, %s, %s, '', '', %s)"
)
CHANNEL = (
    "INSERT INTO teamwork_chatchannel (name, shape, address, kinds, languages, includes_text, active)"
    " VALUES (%s, %s, %s, %s, '{}', false, true)"
)


@pytest.fixture
def claim(db: None) -> Claim:
    return make_claim()


@pytest.fixture
def verdict(claim: Claim, checker: User) -> Verdict:
    return make_draft(claim, checker)


@pytest.fixture
def comment(claim: Claim, checker: User) -> Comment:
    return Comment.objects.create(
        claim=claim, author=checker, author_name="Chris", text="Look at the accounts."
    )


def test_a_comment_needs_a_text(claim: Claim, checker: User) -> None:
    for text in ("", " \n\t "):
        refused(
            COMMENT,
            claim.pk,
            None,
            None,
            None,
            checker.pk,
            text,
            match="comment_says_something_or_is_withdrawn",
        )
    refused(COMMENT, claim.pk, None, None, None, checker.pk, "x" * 10_001, match="comment_text_fits")


def test_a_comment_is_of_one_claim(claim: Claim, verdict: Verdict, comment: Comment, checker: User) -> None:
    other = make_claim()
    refused(COMMENT, other.pk, verdict.pk, 1, None, checker.pk, "x", match="comment_is_of_one_claim")
    refused(COMMENT, other.pk, None, None, comment.pk, checker.pk, "x", match="comment_is_of_one_claim")
    # A reply has the subject of its thread: one about a draft must not be in a thread that everyone can read.
    refused(COMMENT, claim.pk, verdict.pk, 1, comment.pk, checker.pk, "x", match="comment_is_of_one_claim")
    refused(COMMENT, claim.pk, None, 1, comment.pk, checker.pk, "x", match="comment_is_of_one_claim")
    refused(
        COMMENT,
        claim.pk,
        verdict.pk,
        None,
        None,
        checker.pk,
        "x",
        match="comment_names_a_version_with_its_verdict",
    )


def test_threads_have_one_level(claim: Claim, comment: Comment, checker: User) -> None:
    sql(COMMENT, claim.pk, None, None, comment.pk, checker.pk, "x")
    reply = Comment.objects.get(reply_to=comment)
    refused(COMMENT, claim.pk, None, None, reply.pk, checker.pk, "y", match="comment_replies_to_a_thread")
    refused(
        "UPDATE teamwork_comment SET resolved_at = now(), resolved_by_id = %s, resolved_by_name = 'x' WHERE id = %s",
        checker.pk,
        reply.pk,
        match="comment_of_a_thread_is_resolved_with_it",
    )


@pytest.mark.parametrize(
    "change",
    [
        "claim_id = claim_id + 1",
        "author_name = 'Somebody'",
        "created_at = created_at - interval '1 day'",
        "verdict_version = 7",
        "key = gen_random_uuid()",
        "reply_to_id = id",
    ],
)
def test_author_subject_and_time_of_a_comment_are_fixed(comment: Comment, change: str) -> None:
    refused(f"UPDATE teamwork_comment SET {change}", match="comment_says_one_thing")


def test_a_comment_cannot_be_dated_in_the_future(claim: Claim, comment: Comment) -> None:
    refused(
        "INSERT INTO teamwork_comment (claim_id, author_id, author_name, text, key, resolved_by_name,"
        " withdrawn_by_name, created_at) SELECT claim_id, author_id, 'x', 'x', gen_random_uuid(), '', '',"
        " now() + interval '1 hour' FROM teamwork_comment",
        match="comment_is_not_of_the_future",
    )


def test_a_comment_is_edited_within_a_day_and_its_history_is_kept(
    comment: Comment, claim: Claim, checker: User
) -> None:
    refused("UPDATE teamwork_comment SET text = 'x'", match="comment_is_edited_within_a_day")
    assert sql("UPDATE teamwork_comment SET text = 'x', edited_at = now()") == 1
    events: Any = Comment.pgh_event_models["changed"]  # type: ignore[attr-defined]  # made by the history
    assert list(events.objects.values_list("text", flat=True)) == ["Look at the accounts."]
    old = timezone.now() - timedelta(days=1, minutes=1)
    late = Comment.objects.create(claim=claim, author=checker, author_name="C", text="old", created_at=old)
    edit = "UPDATE teamwork_comment SET text = 'x', edited_at = now() WHERE id = %s"
    refused(edit, late.pk, match="comment_is_edited_within_a_day")


def test_withdrawn_for_good_and_never_deleted(comment: Comment, checker: User) -> None:
    refused("DELETE FROM teamwork_comment", match="comment_no_delete")
    refused(
        "UPDATE teamwork_comment SET withdrawn_at = now(), text = ''", match="comment_names_who_withdrew_it"
    )
    refused(
        "UPDATE teamwork_comment SET withdrawn_at = now(), withdrawn_by_id = %s, withdrawn_by_name = 'x'",
        checker.pk,
        match="comment_says_something_or_is_withdrawn",
    )
    sql(
        "UPDATE teamwork_comment SET withdrawn_at = now(), withdrawn_by_id = %s, withdrawn_by_name = 'x', text = ''",
        checker.pk,
    )
    back = "UPDATE teamwork_comment SET withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawn_by_name = '', text = 'x'"
    refused(back, match="comment_stays_withdrawn")
    refused(f"{back}, edited_at = now()", match="comment_stays_withdrawn")


def test_comments_on_a_deleted_draft_stay_visible_to_readers_of_drafts(
    claim: Claim, verdict: Verdict, checker: User
) -> None:
    sql(COMMENT, claim.pk, verdict.pk, verdict.version, None, checker.pk, "x")
    verdict.evidence.all().delete()
    verdict.delete()
    assert Comment.objects.filter(verdict=None, verdict_version=1).count() == 1


def test_a_notification_is_of_one_claim(
    claim: Claim, verdict: Verdict, comment: Comment, checker: User, colleague: User
) -> None:
    other = make_claim()
    for values, rule in (
        (
            (checker.pk, "submitted", other.pk, verdict.pk, None, None, "never"),
            "notification_is_of_one_claim",
        ),
        (
            (checker.pk, "commented", other.pk, None, comment.pk, None, "never"),
            "notification_is_of_one_claim",
        ),
        (
            (checker.pk, "commented", claim.pk, None, None, None, "never"),
            "notification_of_a_comment_names_it",
        ),
        (
            (checker.pk, "submitted", claim.pk, None, comment.pk, None, "never"),
            "notification_of_a_comment_names_it",
        ),
        ((checker.pk, "invited", claim.pk, None, None, None, "never"), "notification_kind_is_known"),
        ((checker.pk, "accepted", claim.pk, None, None, None, "hourly"), "notification_mail_is_a_choice"),
        (
            (checker.pk, "accepted", claim.pk, None, None, checker.pk, "never"),
            "notification_is_not_of_ones_own_doing",
        ),
    ):
        refused(TOLD, *values, match=rule)
    sql(TOLD, checker.pk, "commented", claim.pk, None, comment.pk, colleague.pk, "never")
    again = (checker.pk, "mentioned", claim.pk, None, comment.pk, None, "never")
    refused(TOLD, *again, match="notification_of_a_comment_once")
    refused(
        "UPDATE teamwork_notification SET mailed_at = now()", match="notification_is_mailed_to_who_wants_it"
    )
    refused("UPDATE teamwork_notification SET note = 'x'", match="notification_says_one_thing")
    refused(
        "UPDATE teamwork_notification SET person_id = %s", colleague.pk, match="notification_says_one_thing"
    )
    assert Notification.objects.update(read_at=timezone.now()) == 1


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (("", "slack", "https://hooks.example/x", "{}"), "chatchannel_has_a_name"),
        (("A", "irc", "https://hooks.example/x", "{}"), "chatchannel_shape_is_known"),
        (("A", "slack", "http://hooks.example/x", "{}"), "chatchannel_address_is_encrypted"),
        (("A", "slack", "http://localhost.evil.example/x", "{}"), "chatchannel_address_is_encrypted"),
        (("A", "slack", "https://user@hooks.example/x", "{}"), "chatchannel_address_is_encrypted"),
        (("A", "slack", "javascript:alert(1)", "{}"), "chatchannel_address_is_encrypted"),
        (("A", "slack", "", "{}"), "chatchannel_address_is_encrypted"),
        (("A", "slack", "https://hooks.example/x", "{mentioned}"), "chatchannel_kinds_are_known"),
    ],
)
def test_invalid_channels_are_refused(values: tuple[object, ...], rule: str) -> None:
    refused(CHANNEL, *values, match=rule)


def test_a_channel_begins_with_its_progress() -> None:
    sql(CHANNEL, "Desk", "slack", "http://127.0.0.1:9000/hook", "{submitted}")
    progress = ChatProgress.objects.get(channel=ChatChannel.objects.get())
    assert (progress.failures, progress.failure, progress.sent_at) == (0, "", None)
    refused("UPDATE teamwork_chatprogress SET failures = 1", match="chatprogress_failing_says_why")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            "INSERT INTO teamwork_notificationpreference (person_id, kind, mail) VALUES (%s, 'x', 'never')",
            "kind_is_known",
        ),
        (
            "INSERT INTO teamwork_notificationpreference (person_id, kind, mail) VALUES (%s, 'accepted', 'x')",
            "a_choice",
        ),
        (
            "INSERT INTO claims_mailschedule (person_id, hour, time_zone, language) VALUES (%s, 24, '', '')",
            "hour_is_of_a_day",
        ),
        (
            "INSERT INTO claims_mailschedule (person_id, hour, time_zone, language) VALUES (%s, 8, '../etc', '')",
            "time_zone_is_a_name",
        ),
    ],
)
def test_invalid_choices_are_refused(statement: str, rule: str, checker: User) -> None:
    refused(statement, checker.pk, match=rule)
