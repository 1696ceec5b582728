"""What tests of readers' messages share."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.complaints import confirmations, reader_mails, submissions
from claims.features.complaints.confirmations import Sender
from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest
from claims.models import Claim

RITA = Sender("rita@example.org", "Rita", "en")


def contact_of(row: Complaint | ReaderRequest) -> ContactDetails:
    return row.contact if isinstance(row, Complaint) else row.contacts.get()


def token_of(contact: ContactDetails) -> str:
    return confirmations.build_message_page_url(contact).rstrip("/").rpartition("/")[2]


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """The mails that the worker is asked to send, in order."""
    rows = ProcrastinateJob.objects.filter(task_name__startswith="claims.features.complaints.").order_by("pk")
    return [(name.rpartition(".")[2], args) for name, args in rows.values_list("task_name", "args")]


def work() -> list[Any]:
    """Send them, as the worker does; a second time sends nothing again."""
    before = len(mail.outbox)
    for name, arguments in jobs():
        getattr(reader_mails, name)(**arguments)
    return mail.outbox[before:]


def link_in(message: Any) -> str:
    """The path of the page that a mail leads to."""
    found = re.search(r"/messages/[\w-]+/", message.body)
    assert found
    return found[0]


@pytest.fixture
def complain(publish: Callable[..., Claim]) -> Callable[..., Complaint]:
    """A complaint, confirmed by default."""

    def send(
        claim: Claim | None = None, *, confirmed: bool = True, sender: Sender = RITA, **fields: Any
    ) -> Complaint:
        entry = (claim or publish()).publications.newest().get()
        given = {"kind": "error_of_fact", "text": "The sum is another: see page 4 of the accounts."} | fields
        complaint = submissions.submit_complaint(entry, sender=sender, **given)
        if confirmed:
            submissions.confirm_contact(complaint.contact)
            complaint.refresh_from_db()
        return complaint

    return send


@pytest.fixture
def ask(db: None) -> Callable[..., ReaderRequest]:
    """A request, confirmed by default; if it joined another request, that one."""

    def send(
        text: str = "", *, confirmed: bool = True, mail: str = "rita@example.org", **fields: Any
    ) -> ReaderRequest:
        request = submissions.submit_request(text=text, sender=Sender(mail, "", "en"), **fields)
        if not confirmed:
            return request
        contact = submissions.confirm_contact(request.contacts.get())
        assert contact is not None
        assert contact.request is not None
        contact.request.refresh_from_db()
        return contact.request

    return send


@pytest.fixture
def reader() -> Client:
    """A person with a browser that obeys the attributes of forms."""
    return Client(enforce_csrf_checks=True)
