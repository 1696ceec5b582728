"""Comments on a claim: add, reply, edit, resolve, withdraw.

Everyone who may read a claim at the desk may comment. Comments are never deleted: a withdrawn comment loses
its text at the desk, but its record stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from claims.features.teamwork import chat, followers
from claims.features.teamwork.mentions import find_mentioned_people
from claims.features.teamwork.models import Assignment, ClaimFollower, Comment, Notification
from claims.features.teamwork.models.comment import EDITABLE_PERIOD, MAX_COMMENT_LENGTH
from claims.features.teamwork.notifications import find_readers, notify_people
from claims.models import Claim, Verdict
from claims.newsroom.notifications import NotificationKind as Kind
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotInRole, NotPossible
from factcheck.database import clock

#: The permission to withdraw other people's comments.
WITHDRAW_PERMISSION = "teamwork.withdraw_comment"


@dataclass(frozen=True)
class CommentResult:
    """The result of writing or editing a comment."""

    comment: Comment
    #: Mentioned people who may not read the comment and were therefore not notified.
    unreachable_people: list[User]


@transaction.atomic
def add_comment(
    claim: Claim,
    text: str,
    *,
    by: User,
    verdict: Verdict | None = None,
    reply_to: Comment | None = None,
    key: UUID | None = None,
) -> CommentResult:
    """Add a comment, make its author a follower of the claim, and notify the people concerned.

    Args:
        verdict: the verdict that the comment is about, if any. A reply is about the same verdict as its
        thread.
        reply_to: any comment of the thread to reply to.
        key: the key of the form, so that a form sent twice adds only one comment.

    Raises:
        NotPossible: the text is empty, or the thread is about another claim.
        NotAllowed: the person may not read the claim, the verdict or the thread.
    """
    claim = _lock_claim(claim, by)
    text = _clean_text(text)
    if key and (earlier_comment := Comment.objects.filter(key=key).first()):
        if (earlier_comment.author_id, earlier_comment.claim_id, earlier_comment.text) == (
            by.pk,
            claim.pk,
            text,
        ):
            return CommentResult(earlier_comment, [])
        key = None  # the key belongs to an earlier comment with another text
    thread = _lock_thread(claim, reply_to, by) if reply_to else None
    version = verdict.version if verdict else None
    if thread:
        verdict, version = thread.verdict, thread.verdict_version
    elif verdict and not Verdict.objects.readable_by(by).filter(pk=verdict.pk, claim=claim).exists():
        raise NotInRole(_("You cannot read this verdict, or it belongs to another claim."))
    comment = Comment.objects.create(
        claim=claim,
        verdict=verdict,
        verdict_version=version,
        reply_to=thread,
        author=by,
        author_name=get_display_name(by)[:200],
        text=text,
        key=key or uuid4(),
    )
    if thread and thread.resolved_at:
        # A reply reopens the thread.
        _save_comment(thread, resolved_at=None, resolved_by=None, resolved_by_name="")
    mentioned_people, unreachable_people = _record_mentions(comment, by)
    followers.add_followers([claim.pk], [by.pk, *(person.pk for person in mentioned_people)])
    event: dict[str, Any] = {"claim": claim, "by": by, "verdict": verdict, "comment": comment}
    notify_people(Kind.MENTIONED, to=mentioned_people, **event)
    if thread:
        notify_people(Kind.REPLIED, to=_find_participants(thread), **event)
    notify_people(Kind.COMMENTED, to=find_people_to_notify(claim, verdict), **event)
    chat.queue_chat_messages(Kind.COMMENTED, **event)
    return CommentResult(comment, unreachable_people)


@transaction.atomic
def edit_comment(comment: Comment, text: str, *, by: User, expected_text: str | None = None) -> CommentResult:
    """Edit a comment. Newly mentioned people are notified; the earlier wording is kept.

    Args:
        expected_text: `get_version` of the comment as the person saw it on a page; None if the edit does not
        come from a page.

    Raises:
        NotPossible: the text is empty, or the comment was withdrawn, is older than a day, or has been edited
        since.
        NotAllowed: the comment is another author's, or the person may no longer read it.
    """
    comment = _lock_comment(comment, by)
    if comment.author_id != by.pk:
        raise NotInRole(_("Only the author can edit a comment."))
    current_time = clock.get_database_time()
    if comment.withdrawn_at or current_time - comment.created_at > EDITABLE_PERIOD:
        raise NotPossible(
            _("Comments can be edited for one day, and not after they are withdrawn. Reply instead.")
        )
    text = _clean_text(text)
    if text == comment.text:
        return CommentResult(comment, [])
    if expected_text is not None and expected_text != get_version(comment):
        raise NotPossible(
            _("You have edited this comment in another window. Reload this page, then edit it again.")
        )
    _save_comment(comment, text=text, edited_at=current_time)
    mentioned_people, unreachable_people = _record_mentions(comment, by)
    followers.add_followers([comment.claim_id], [person.pk for person in mentioned_people])
    notify_people(
        Kind.MENTIONED,
        to=mentioned_people,
        claim=comment.claim,
        by=by,
        verdict=comment.verdict,
        comment=comment,
    )
    return CommentResult(comment, unreachable_people)


@transaction.atomic
def withdraw_comment(comment: Comment, *, by: User) -> Comment:
    """Withdraw a comment: its text is deleted, but its record and its replies remain.

    Raises:
        NotAllowed: the comment is another author's, and the person's role does not include withdrawing it.
    """
    comment = _lock_comment(comment, by)
    if comment.author_id != by.pk and not by.has_perm(WITHDRAW_PERMISSION):
        raise NotInRole(_("Only the author or an administrator can withdraw a comment."))
    if comment.withdrawn_at is None:
        comment.mentioned.clear()
        # No unread notification may refer to a withdrawn comment.
        Notification.objects.unread().filter(comment=comment).delete()
        _save_comment(
            comment,
            text="",
            withdrawn_at=clock.get_database_time(),
            withdrawn_by=by,
            withdrawn_by_name=get_display_name(by)[:200],
        )
    return comment


@transaction.atomic
def resolve_thread(
    comment: Comment, *, by: User, is_resolved: bool = True, expected_id: int | None = None
) -> Comment:
    """Resolve or reopen a thread.

    Args:
        expected_id: the id of the thread's last comment on the page; None if the call does not come from a page.

    Raises:
        NotPossible: the comment is a reply and not a thread, or there is a newer reply.
        NotAllowed: the person may not read the comment.
    """
    comment = _lock_comment(comment, by)
    if comment.reply_to_id:
        raise NotPossible(_("Resolve the whole thread, not a single reply."))
    if is_resolved and expected_id is not None and comment.replies.filter(pk__gt=expected_id).exists():
        raise NotPossible(_("Someone has replied in the meantime. Read the reply, then resolve the thread."))
    if is_resolved and comment.resolved_at is None:
        _save_comment(
            comment,
            resolved_at=clock.get_database_time(),
            resolved_by=by,
            resolved_by_name=get_display_name(by)[:200],
        )
    elif not is_resolved and comment.resolved_at:
        _save_comment(comment, resolved_at=None, resolved_by=None, resolved_by_name="")
    return comment


def get_version(comment: Comment) -> str:
    """Return a value that changes whenever the comment is edited."""
    return comment.edited_at.isoformat() if comment.edited_at else ""


def find_people_to_notify(claim: Claim, verdict: Verdict | None = None) -> QuerySet[User]:
    """Return the people to notify about the claim: followers, the assignee, and the verdict's author."""
    followers = ClaimFollower.objects.filter(claim=claim).values("person")
    assignees = Assignment.objects.held().filter(claim=claim).values("person")
    author = verdict.author_id if verdict else None
    return User.objects.filter(Q(pk__in=followers) | Q(pk__in=assignees) | Q(pk=author))


# Shared steps -----------------------------------------------------------------------------------------------------


def _lock_claim(claim: Claim, by: User) -> Claim:
    """Lock the claim against deletion and return it. Call this before writing a comment."""
    locked_claim = Claim.objects.select_for_update(of=("self",), no_key=True).filter(pk=claim.pk).first()
    if locked_claim is None:
        raise NotPossible(_("The claim has been deleted in the meantime."))
    if not Claim.objects.readable_by(by).filter(pk=claim.pk).exists():
        raise NotInRole(_("You cannot read this claim."))
    return locked_claim


def _lock_comment(comment: Comment, by: User) -> Comment:
    _lock_claim(comment.claim, by)
    if not Comment.objects.readable_by(by).filter(pk=comment.pk).exists():
        raise NotInRole(_("You cannot read this comment."))
    return (
        Comment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("claim", "verdict__author")
        .get(pk=comment.pk)
    )


def _lock_thread(claim: Claim, reply_to: Comment, by: User) -> Comment:
    thread = _lock_comment(reply_to, by)
    if thread.reply_to:
        thread = _lock_comment(thread.reply_to, by)
    if thread.claim_id != claim.pk:
        raise NotPossible(_("That thread belongs to another claim."))
    return thread


def _clean_text(text: str) -> str:
    # Browsers send two characters at the end of each line, and PostgreSQL cannot store NUL.
    text = text.replace("\r\n", "\n").replace("\0", "�").strip()
    if not text:
        raise NotPossible(_("Enter a comment."))
    if len(text) > MAX_COMMENT_LENGTH:
        raise NotPossible(
            _("The comment has %(count)d characters; the limit is %(most)d.")
            % {"count": len(text), "most": MAX_COMMENT_LENGTH}
        )
    return text


def _save_comment(comment: Comment, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(comment, name, value)
    comment.save(update_fields=list(changes))


def _record_mentions(comment: Comment, by: User) -> tuple[list[User], list[User]]:
    """Record the mentioned people; return two lists: people who may read the comment, and people who may not."""
    people = find_mentioned_people(comment.text)
    readers = list(find_readers(people, claim=comment.claim, verdict=comment.verdict, comment=comment))
    comment.mentioned.set(readers)
    return readers, [person for person in people if person not in readers]


def _find_participants(thread: Comment) -> Iterable[User]:
    """Return the people who have written in the thread."""
    thread_comments = Comment.objects.filter(Q(pk=thread.pk) | Q(reply_to=thread))
    return User.objects.filter(pk__in=thread_comments.values("author"))
