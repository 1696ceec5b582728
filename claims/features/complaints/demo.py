"""The demo's complaints and requests, from `demo.json` in this folder."""

from claims.features.complaints import submissions
from claims.features.complaints.confirmations import Sender
from claims.management.demo.incoming import DemoContent
from claims.models import Publication


def add_messages(demo: DemoContent) -> None:
    """Submit the messages of invented readers, and confirm some of them."""
    for row in demo.rows["complaints"]:
        entry = Publication.objects.current().by_newsroom().get(claim=demo.claims[row["claim"]])
        sender = Sender(row["mail"], row["name"])
        complaint = submissions.submit_complaint(entry, kind=row["kind"], text=row["text"], sender=sender)
        if row["is_confirmed"]:
            submissions.confirm_contact(complaint.contact)
    for row in demo.rows["requests"]:
        request = submissions.submit_request(
            text=row["text"], address=row["address"], sender=Sender(row["mail"])
        )
        if row["is_confirmed"]:
            submissions.confirm_contact(request.contacts.get())
