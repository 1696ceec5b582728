"""Where teamwork follows what the core does (`claims.newsroom.signals`)."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import User

from claims.models import Claim, Verdict
from claims.teamwork import assignment_rules, assignments
from claims.teamwork.comments import find_people_to_notify
from claims.teamwork.notifications import notify_people


def follow_move(*, subject: Claim | Verdict, action: str, **_signal: Any) -> None:
    assignments.settle(subject, action)


def assign_new(*, claims: Collection[int], **_signal: Any) -> None:
    assignment_rules.apply(claims)


def assign_imported(*, run: int, **_signal: Any) -> None:
    assignment_rules.call_after_import(run)


def deliver(
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
    """Notify the people, and those who follow the claim where it concerns them."""
    if with_followers:
        people, followers = list(to), find_people_to_notify(claim, verdict)
        to = [*people, *followers] if people else followers
    notify_people(kind, claim=claim, to=to, by=by, verdict=verdict, note=note)
