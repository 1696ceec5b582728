"""Notify people: immediately at the desk, and by email as each person has chosen.

Code whose changes concern other people calls `notify_people()` in its transaction. Emails and chat messages are
jobs queued in that transaction, so nothing is sent after a rollback.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from claims.features.teamwork import chat
from claims.features.teamwork.models import Comment, MailChoice, Notification, NotificationPreference
from claims.features.teamwork.models.notification import COMMENT_KINDS, MAX_NOTE_LENGTH
from claims.models import Claim, Verdict
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.mails import MAIL_QUEUE
from claims.newsroom.notifications import NotificationKind
from claims.newsroom.people import find_people_with, get_display_name
from factcheck.database.deferred_jobs import defer

#: The task in `mails` that emails one notification.
MAIL_TASK = "claims.features.teamwork.mails.mail_notification"

_Kind = NotificationKind

#: The kinds emailed immediately by default: work that waits for the person, or messages to them. The others are in the
#: digest.
INSTANT_MAIL_KINDS = frozenset(
    {
        _Kind.ASSIGNED,
        _Kind.OVERDUE,
        _Kind.MENTIONED,
        _Kind.REPLIED,
        _Kind.SUBMITTED,
        _Kind.RETURNED,
        _Kind.RETRACTED,
        _Kind.TRANSLATION_WAITS,
        _Kind.TRANSLATION_BACK,
        _Kind.NOT_PUBLISHED,
        _Kind.ANSWERED,
        _Kind.ANSWER_OVERDUE,
        _Kind.COMPLAINED,
        _Kind.COMPLAINT_GIVEN,
        _Kind.COMPLAINT_LATE,
    }
)


# In the caller's transaction, this adds no savepoint.
@transaction.atomic(savepoint=False)
def notify_people(
    kind: str,
    *,
    claim: Claim,
    to: Iterable[User],
    by: User | None = None,
    verdict: Verdict | None = None,
    note: str = "",
    comment: Comment | None = None,
) -> list[Notification]:
    """Notify these people, except the actor and people who may not read the subject.

    Each call also sends one message to the chat channels, except for events about comments, whose
    messages the `comments` module sends.

    Args:
        by: the person who acted; None for a rule or a deadline.
        verdict: the verdict concerned, if any.
        note: the internal note on the event.
        comment: the comment, for kinds of events about a comment.
    """
    note = note.strip()[:MAX_NOTE_LENGTH]
    if kind not in COMMENT_KINDS:
        chat.queue_chat_messages(kind, claim=claim, by=by, verdict=verdict, note=note)
    readers = find_readers(to, claim=claim, verdict=verdict, comment=comment)
    people = {person: may_read_drafts for person, may_read_drafts in readers.items() if person != by}
    if comment:
        earlier_notifications = Notification.objects.filter(comment=comment, person__in=people)
        notified_ids = set(earlier_notifications.values_list("person", flat=True))
        people = {
            person: may_read_drafts
            for person, may_read_drafts in people.items()
            if person.pk not in notified_ids
        }
    if not people:
        return []
    choices = load_mail_choices(people, kind)
    author_id = verdict.author_id if verdict else claim.created_by_id
    rows = Notification.objects.bulk_create(
        Notification(
            person=person,
            kind=kind,
            claim=claim,
            verdict=verdict,
            comment=comment,
            actor=by,
            actor_name=get_display_name(by)[:200] if by else "",
            # Notes within a review are only for the author and for people who may read drafts.
            note=note if reads_drafts or person.pk == author_id else "",
            mail=choices[person.pk],
        )
        for person, reads_drafts in people.items()
    )
    mailed_notifications = [row for row in rows if row.mail == MailChoice.AT_ONCE and row.person.email]
    defer(MAIL_TASK, *({"notification_id": row.pk} for row in mailed_notifications), queue=MAIL_QUEUE)
    return rows


def find_readers(
    people: Iterable[User], *, claim: Claim, verdict: Verdict | None = None, comment: Comment | None = None
) -> dict[User, bool]:
    """Return the people who may read all these objects. Each value says whether that person may read all drafts."""
    person_ids: Any = (
        people.values("pk") if isinstance(people, QuerySet) else {person.pk for person in people}
    )
    draft_readers = find_people_with(READ_DRAFTS)
    active_readers = User.objects.filter(pk__in=person_ids, is_active=True, is_staff=True).order_by("pk")
    rows = active_readers.annotate(reads_drafts=Exists(draft_readers.filter(pk=OuterRef("pk"))))
    return {
        person: person.reads_drafts
        for person in rows
        if person.reads_drafts
        or (
            Claim.objects.readable_by(person).filter(pk=claim.pk).exists()
            and (verdict is None or Verdict.objects.readable_by(person).filter(pk=verdict.pk).exists())
            and (comment is None or Comment.objects.readable_by(person).filter(pk=comment.pk).exists())
        )
    }


def get_default_choice(kind: str) -> MailChoice:
    """Return the email schedule that applies to this kind of event by default."""
    return MailChoice.AT_ONCE if kind in INSTANT_MAIL_KINDS else MailChoice.DIGEST


def load_mail_choices(people: Iterable[User], kind: str) -> dict[int, str]:
    """Return each person's email schedule for this kind of event, keyed by person id."""
    ids = [person.pk for person in people]
    preferences = NotificationPreference.objects.filter(person__in=ids, kind=kind)
    return dict.fromkeys(ids, get_default_choice(kind)) | dict(preferences.values_list("person", "mail"))


def mark_read(person: User, *, claim: Claim | None = None, rows: QuerySet[Notification] | None = None) -> int:
    """Mark notifications as read: those about `claim`, those in `rows`, or by default all. Return their number."""
    unread_rows = Notification.objects.unread().filter(person=person)
    if claim is not None:
        unread_rows = unread_rows.filter(claim=claim)
    if rows is not None:
        unread_rows = unread_rows.filter(pk__in=rows.order_by().values("pk"))
    return unread_rows.update(read_at=timezone.now())
