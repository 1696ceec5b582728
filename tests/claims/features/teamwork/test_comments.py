"""What colleagues say to each other: permissions, notifications and the fate of comments."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.teamwork import comments, followers
from claims.features.teamwork.models import ClaimFollower, Comment, Notification
from claims.models import Claim, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import claim_edits, verdict_drafts
from tests.claims.features.teamwork.conftest import list_notified
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


def test_recipients_of_a_comment(
    claim: Claim, checker: User, colleague: User, editor: User, administrator: User, contributor: User
) -> None:
    followers.follow(claim, editor)
    said = comments.add_comment(claim, "@kim, is this @connie's?\r\nI doubt it.", by=checker)
    assert said.comment.text == "@kim, is this @connie's?\nI doubt it."
    assert said.unreachable_people == [contributor]
    assert list_notified() == {("kim", "mentioned"), ("edith", "commented")}
    assert set(said.comment.mentioned.all()) == {colleague}
    # Commenters and mentioned people follow it; people who cannot read it do not.
    assert set(ClaimFollower.objects.values_list("person__username", flat=True)) == {"edith", "chris", "kim"}

    Notification.objects.all().delete()
    comments.add_comment(claim, "It is mine. @edith?", by=colleague, reply_to=said.comment)
    assert list_notified() == {("edith", "mentioned"), ("chris", "replied")}


def test_a_reply_to_a_reply_is_one_to_its_thread(
    claim: Claim, checker: User, colleague: User, editor: User
) -> None:
    first = comments.add_comment(claim, "One", by=checker).comment
    second = comments.add_comment(claim, "Two", by=colleague, reply_to=first).comment
    Notification.objects.all().delete()
    third = comments.add_comment(claim, "Three", by=editor, reply_to=second).comment
    assert third.reply_to == first
    assert list_notified() == {("chris", "replied"), ("kim", "replied")}
    with pytest.raises(NotPossible, match="another claim"):
        comments.add_comment(make_claim(), "Four", by=editor, reply_to=second)


def test_commenting_needs_permission_to_read(
    claim: Claim, draft: Verdict, contributor: User, checker: User, publish: Any
) -> None:
    with pytest.raises(NotAllowed, match="read this claim"):
        comments.add_comment(claim, "Hello", by=contributor)
    # Of a claim that they may read, only comments on verdicts that they may read too.
    public = publish()
    version = verdict_drafts.create_draft(public, author=checker)
    thread = comments.add_comment(public, "Wrong sum", by=checker, verdict=version).comment
    with pytest.raises(NotAllowed, match="read this verdict"):
        comments.add_comment(public, "Hello", by=contributor, verdict=version)
    with pytest.raises(NotAllowed, match="read this comment"):
        comments.add_comment(public, "Hello", by=contributor, reply_to=thread)
    with pytest.raises(NotAllowed, match="read this comment"):
        comments.resolve_thread(thread, by=contributor)
    with pytest.raises(NotAllowed, match="another claim"):
        comments.add_comment(public, "Hello", by=checker, verdict=draft)
    said = comments.add_comment(public, "May I?", by=contributor).comment
    assert list(Comment.objects.readable_by(contributor)) == [said]


def test_comments_on_a_deleted_draft_stay_hidden(
    contributor: User, checker: User, colleague: User, publish: Any
) -> None:
    public = publish()
    followers.follow(public, contributor)
    version = verdict_drafts.create_draft(public, author=checker)
    thread = comments.add_comment(public, "We were wrong. @connie", by=colleague, verdict=version)
    assert thread.unreachable_people == [contributor]
    version.evidence.all().delete()
    version.delete()
    reply = comments.add_comment(public, "Agreed.", by=checker, reply_to=thread.comment).comment
    assert reply.verdict_version == version.version
    assert list(Comment.objects.readable_by(contributor)) == []
    assert "connie" not in {name for name, _kind in list_notified()}


def test_authors_may_read_comments_on_their_verdict(claim: Claim, contributor: User, checker: User) -> None:
    own = make_claim(created_by=contributor)
    said = comments.add_comment(own, "Nice find, @connie.", by=checker)
    assert said.unreachable_people == []
    assert list_notified() == {("connie", "mentioned")}


def test_a_comment_sent_twice_is_stored_once(claim: Claim, checker: User, colleague: User) -> None:
    key = uuid4()
    first = comments.add_comment(claim, "Once. @kim", by=checker, key=key).comment
    assert comments.add_comment(claim, "Once. @kim", by=checker, key=key).comment == first
    assert list_notified() == {("kim", "mentioned")}
    # Another text in the restored form, or another person's, is stored.
    other = comments.add_comment(claim, "Twice.", by=checker, key=key).comment
    others = comments.add_comment(claim, "Once. @kim", by=colleague, key=key).comment
    assert len({first, other, others}) == 3


@pytest.mark.parametrize("text", ["", " \r\n\t ", "x" * 10_001])
def test_invalid_comments_are_refused(text: str, claim: Claim, checker: User) -> None:
    with pytest.raises(NotPossible):
        comments.add_comment(claim, text, by=checker)
    said = comments.add_comment(claim, "x" * 10_000, by=checker).comment
    with pytest.raises(NotPossible):
        comments.edit_comment(said, text, by=checker)


def test_nothing_that_a_database_cannot_keep(claim: Claim, checker: User) -> None:
    assert comments.add_comment(claim, "a\0b", by=checker).comment.text == "a�b"


def test_in_other_words(claim: Claim, checker: User, colleague: User, editor: User) -> None:
    said = comments.add_comment(claim, "Look, @kim.", by=checker).comment
    with pytest.raises(NotAllowed, match="Only the author"):
        comments.edit_comment(said, "Mine now", by=editor)
    edited = comments.edit_comment(said, "Look, @kim and @edith.", by=checker)
    assert edited.comment.edited_at is not None
    assert set(edited.comment.mentioned.all()) == {colleague, editor}
    assert list_notified() == {("kim", "mentioned"), ("edith", "mentioned")}
    assert Notification.objects.count() == 2
    events: Any = Comment.pgh_event_models["changed"]  # type: ignore[attr-defined]  # made by the history
    assert list(events.objects.values_list("text", flat=True)) == ["Look, @kim."]
    # The same words again are no edit.
    assert (
        comments.edit_comment(said, "Look, @kim and @edith.", by=checker).comment.edited_at
        == edited.comment.edited_at
    )


def test_not_after_a_day(claim: Claim, checker: User) -> None:
    old = timezone.now() - timedelta(days=1, seconds=1)
    said = Comment.objects.create(claim=claim, author=checker, author_name="C", text="x", created_at=old)
    with pytest.raises(NotPossible, match="for one day"):
        comments.edit_comment(said, "y", by=checker)


def test_withdrawn(claim: Claim, checker: User, colleague: User, editor: User, administrator: User) -> None:
    said = comments.add_comment(claim, "He is a crook, @kim.", by=checker).comment
    reply = comments.add_comment(claim, "Careful.", by=colleague, reply_to=said).comment
    with pytest.raises(NotAllowed, match="administrator"):
        comments.withdraw_comment(said, by=editor)
    gone = comments.withdraw_comment(said, by=administrator)
    assert (gone.text, gone.withdrawn_by_name, list(gone.mentioned.all())) == ("", "Ada", [])
    # Unread notifications of it are removed; those of the reply stay.
    assert list_notified() == {("chris", "replied")}
    assert Comment.objects.get(pk=reply.pk).text == "Careful."
    assert comments.withdraw_comment(said, by=checker).withdrawn_by_name == "Ada"
    with pytest.raises(NotPossible):
        comments.edit_comment(said, "Again", by=checker)


def test_a_thread_is_resolved_until_someone_replies(claim: Claim, checker: User, colleague: User) -> None:
    said = comments.add_comment(claim, "Which year?", by=checker).comment
    reply = comments.add_comment(claim, "2019", by=colleague, reply_to=said).comment
    with pytest.raises(NotPossible, match="whole thread"):
        comments.resolve_thread(reply, by=checker)
    assert comments.resolve_thread(said, by=colleague).resolved_by_name == "Kim"
    assert comments.resolve_thread(said, by=checker).resolved_by_name == "Kim"
    assert comments.resolve_thread(said, by=checker, is_resolved=False).resolved_at is None
    comments.resolve_thread(said, by=checker)
    comments.add_comment(claim, "No, 2018.", by=colleague, reply_to=said)
    assert Comment.objects.get(pk=said.pk).resolved_at is None


def test_a_claim_that_was_talked_about_is_not_deleted(checker: User, editor: User) -> None:
    claim = make_claim(state="proposed")
    assert not claim_edits.is_referenced(claim)
    comments.withdraw_comment(comments.add_comment(claim, "Hm.", by=checker).comment, by=checker)
    assert claim_edits.is_referenced(claim)
    with pytest.raises(NotPossible):
        claim_edits.delete(claim, by=editor)


def test_comments_on_a_deleted_claim(checker: User) -> None:
    claim = make_claim()
    other = Claim.objects.get(pk=claim.pk)
    claim.delete()
    with pytest.raises(NotPossible, match="deleted in the meantime"):
        comments.add_comment(other, "Hello", by=checker)
