"""The followers of a claim, who are notified of its events as long as they may read the claim."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from claims.features.teamwork.models import ClaimFollower
from claims.models import Claim
from claims.newsroom.refusals import NotInRole


def follow(claim: Claim, by: User) -> None:
    """Follow the claim.

    Raises:
        NotAllowed: the person may not read the claim.
    """
    if not Claim.objects.readable_by(by).filter(pk=claim.pk).exists():
        raise NotInRole(_("You cannot read this claim."))
    add_followers([claim.pk], [by.pk])


def unfollow(claim: Claim, by: User) -> None:
    """Stop following a claim."""
    ClaimFollower.objects.filter(claim=claim, person=by).delete()


def add_followers(claim_ids: Iterable[int], person_ids: Collection[int]) -> None:
    """Add these people as followers of these claims."""
    rows = (
        ClaimFollower(claim_id=claim_id, person_id=person_id)
        for claim_id in claim_ids
        for person_id in person_ids
    )
    ClaimFollower.objects.bulk_create(rows, ignore_conflicts=True)


def is_followed(claim: Claim, by: User) -> bool:
    return ClaimFollower.objects.filter(claim=claim, person=by).exists()
