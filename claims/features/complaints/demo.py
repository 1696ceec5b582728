"""The demo's complaints and requests, from `demo.json` in this folder."""

from typing import Any

from claims.features.complaints import submissions
from claims.features.complaints.confirmations import Sender
from claims.models import Claim, Publication


def add_messages(content: dict[str, Any], claims: dict[str, Claim], *others: Any) -> None:
    """Submit the messages of invented readers, and confirm some of them."""
    for row in content["complaints"]:
        entry = Publication.objects.current().by_newsroom().get(claim=claims[row["claim"]])
        sender = Sender(row["mail"], row["name"])
        complaint = submissions.submit_complaint(entry, kind=row["kind"], text=row["text"], sender=sender)
        if row["is_confirmed"]:
            submissions.confirm_contact(complaint.contact)
    for row in content["requests"]:
        request = submissions.submit_request(
            text=row["text"], address=row["address"], sender=Sender(row["mail"])
        )
        if row["is_confirmed"]:
            submissions.confirm_contact(request.contacts.get())
