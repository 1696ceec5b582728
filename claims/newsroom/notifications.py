"""Notifications about claims. The core sends them as signals, in the transaction of the event.

Features connected to `notified` deliver them. Without such a feature, nothing is sent.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, Verdict
from claims.newsroom.signals import notified


class NotificationKind(models.TextChoices):
    """The kinds of notifications about a claim."""

    ASSIGNED = "assigned", _("Assigned to you")
    HANDED_OVER = "handed_over", _("Handed over")
    DUE_SOON = "due_soon", _("Due soon")
    OVERDUE = "overdue", _("Overdue")
    MENTIONED = "mentioned", _("You were mentioned")
    REPLIED = "replied", _("Reply")
    COMMENTED = "commented", _("Comment")
    SUBMITTED = "submitted", _("Waiting for sign-off")
    RETURNED = "returned", _("Changes requested")
    SIGNED_OFF = "signed_off", _("Signed off")
    PUBLISHED = "published", _("Published")
    RETRACTED = "retracted", _("Retracted")
    NOT_PUBLISHED = "not_published", _("Not published at the scheduled time")
    LINK_LOST = "link_lost", _("A cited page was removed, moved or changed")
    TRANSLATION_WAITS = "translation_waits", _("A translation is waiting for sign-off")
    TRANSLATION_BACK = "translation_back", _("Changes to a translation requested")
    TRANSLATION_DONE = "translation_done", _("A translation was published or withdrawn")
    TRANSLATION_STALE = "translation_stale", _("A translation is out of date")
    ACCEPTED = "accepted", _("Accepted for checking")
    DECLINED = "declined", _("Declined")
    MERGED = "merged", _("Merged")
    UNMERGED = "unmerged", _("Merge undone")
    ANSWERED = "answered", _("A reply arrived")
    ANSWER_OVERDUE = "answer_overdue", _("No reply by the deadline")
    COMPLAINED = "complained", _("Complaint from a reader")
    COMPLAINT_GIVEN = "complaint_given", _("Complaint assigned to you")
    COMPLAINT_LATE = "complaint_late", _("Complaint overdue")


def notify_people(
    kind: str,
    *,
    claim: Claim,
    to: Iterable[User] = (),
    with_followers: bool = False,
    by: User | None = None,
    verdict: Verdict | None = None,
    note: str = "",
) -> None:
    """Notify each of these people once, except the actor and people who may not read the claim.

    Args:
        to: the people to notify, whether or not they follow the claim.
        with_followers: whether to also notify the claim's followers and assignee, and the verdict's author.
        by: the acting person; None for a rule or the clock.
        verdict: the verdict concerned, if any.
        note: the internal note on the event.
    """
    notified.send(
        None, kind=kind, claim=claim, to=to, with_followers=with_followers, by=by, verdict=verdict, note=note
    )
