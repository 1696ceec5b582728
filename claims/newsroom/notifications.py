"""Notifications of what happens to claims: the core sends them, in the transaction of what happened.

A feature that is connected to `notified` delivers them. While there is none, nothing is sent.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User

from claims.models import Claim, Verdict
from claims.newsroom.signals import notified


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
    """Notify each of these people once, except the person who did it, and those who may not read the subject.

    Args:
        to: the people whom this concerns, whoever follows the claim.
        with_followers: whether it also concerns the claim's followers and assignee, and the verdict's author.
        by: who did it; None for a rule or the clock.
        verdict: the verdict concerned, if any.
        note: the internal note with it.
    """
    notified.send(
        None, kind=kind, claim=claim, to=to, with_followers=with_followers, by=by, verdict=verdict, note=note
    )
