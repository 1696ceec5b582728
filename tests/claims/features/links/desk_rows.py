"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from django.utils import timezone

from claims.features.links.models import LinkState
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    """A link that has moved."""
    source = claim.appearances.get().source
    LinkState.objects.update_or_create(
        source=source,
        defaults={
            "url": source.url,
            "site": "https://example.org",
            "outcome": "moved",
            "since": timezone.now(),
            "moved_to": f"{source.url}/moved",
        },
    )
