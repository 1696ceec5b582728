"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from claims.features.watches.models import Watch
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    number = Watch.objects.count() + 1
    watch = Watch.objects.create(name=f"Feed {number}", url=f"https://example.org/feed/{number}")
    source = claim.appearances.get().source
    watch.pages.create(url=source.url, url_key=source.url_key, state="imported", source=source)
