"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from django.db import transaction
from django.utils import timezone

from claims.features.archiving.models import ArchivedCopy, ArchivedFile, Timestamp
from claims.models import Claim
from sources import archive


@transaction.atomic  # a file is archived together with its copy
def add_rows(claim: Claim) -> None:
    """A copy of the claim's source, with a timestamp."""
    source = claim.appearances.get().source
    content = f"What source {source.pk} said.".encode()
    kept = ArchivedFile.objects.create(
        copy=ArchivedCopy.objects.create(source=source, reason="upload"),
        role="upload",
        name="minutes.txt",
        sha256=archive.store(content),
        size=len(content),
        media_type="text/plain",
    )
    Timestamp.objects.create(
        sha256=kept.sha256, authority="https://stamps.example.org", token=b"token", stamped_at=timezone.now()
    )
