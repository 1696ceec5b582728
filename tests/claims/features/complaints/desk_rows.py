"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

import hashlib

from django.utils import timezone

from claims.features.complaints.confirmations import Sender, store_contact
from claims.features.complaints.models import Complaint, ReaderPicture, ReaderRequest
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    """A confirmed complaint and a confirmed request; no mail is sent."""
    number = claim.pk
    sender = Sender(f"reader-{number}@example.org")
    complaint = Complaint.objects.create(claim=claim, version=1, kind="other", text=f"Look again, {number}.")
    store_contact(sender, complaint=complaint)
    Complaint.objects.filter(pk=complaint.pk).update(
        state="confirmed", due_on=timezone.localdate(), promised_days=7
    )
    asked = ReaderRequest.objects.create(text=f"Is this real, {number}?", picture_key=f"sha256:{number}")
    store_contact(sender, request=asked)
    ReaderPicture.objects.create(
        request=asked, media_type="image/gif", content=b"GIF89a", sha256=hashlib.sha256(b"GIF89a").hexdigest()
    )
    ReaderRequest.objects.filter(pk=asked.pk).update(
        state="confirmed", reader_count=1, last_asked_at=timezone.now()
    )
