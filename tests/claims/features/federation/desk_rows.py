"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from django.utils import timezone

from claims.features.federation.models import PeerClaim, PeerNewsroom
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    number = PeerNewsroom.objects.count() + 1
    peer = PeerNewsroom.objects.create(
        name=f"Newsroom {number}", url=f"https://{number}.example.org", key=f"{number:043}"
    )
    PeerClaim.objects.create(
        newsroom=peer,
        claim_id=7,
        status="published",
        statement="The bridge was sold.",
        language="en",
        rating="False",
        url=f"{peer.url}/claims/7/",
        published_at=timezone.now(),
        taken_at=timezone.now(),
        change="{}",
        signature="A" * 86,
        body="{}",
    )
