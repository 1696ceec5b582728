"""Receivers of the core's signals: notify people, and list the work that undoing an import would delete."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet
from django.utils.translation import ngettext_lazy

from claims.features.teamwork.comments import find_people_to_notify
from claims.features.teamwork.models import Assignment, Comment
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, Verdict


def deliver_notification(
    *,
    kind: str,
    claim: Claim,
    to: Iterable[User],
    with_followers: bool,
    by: User | None,
    verdict: Verdict | None,
    note: str,
    **_signal: Any,
) -> None:
    """Notify these people and, with `with_followers`, the claim's followers."""
    if with_followers:
        people, followers = list(to), find_people_to_notify(claim, verdict)
        to = [*people, *followers] if people else followers
    notify_people(kind, claim=claim, to=to, by=by, verdict=verdict, note=note)


def list_undo_obstacles(claim: OuterRef) -> list[tuple[QuerySet[Any], Any]]:
    """Return querysets of the rows that prevent undoing an import, each with the message that explains the obstacle."""
    return [
        (
            Assignment.objects.filter(claim=claim, by__isnull=False),
            ngettext_lazy(
                "%d of the imported claims has been assigned.",
                "%d of the imported claims have been assigned.",
            ),
        ),
        (
            Comment.objects.filter(claim=claim),
            ngettext_lazy(
                "%d of the imported claims has been commented on.",
                "%d of the imported claims have been commented on.",
            ),
        ),
    ]
