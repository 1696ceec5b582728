"""Readers write and are answered in their own language."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from claims.features.complaints.confirmations import build_message_page_url
from claims.features.complaints.models import Complaint, ContactDetails
from claims.models import Claim
from tests.claims.features.complaints.conftest import link_in, work
from tests.helpers.bracketed_words import brackets, everything_written, outside
from tests.languages.test_words_of_readers import NAMES, bare

__all__ = ["brackets"]  # a fixture

Publish = Callable[..., Claim]


@pytest.mark.django_db
def test_forms_are_posted_in_the_language_of_the_page(client: Client, publish: Publish) -> None:
    claim = publish()
    assert 'action="/pt/ask/send/"' in client.get("/pt/ask/").content.decode()
    page = client.get(f"/pt/claims/{claim.pk}/complain/").content.decode()
    assert f'action="/pt/claims/{claim.pk}/complain/"' in page


@pytest.mark.django_db
def test_mail_to_a_reader_leads_to_an_address_without_a_language(client: Client) -> None:
    """A reader's page is theirs in whichever language; the mail is in the one that they asked in."""
    with time_machine.travel(timezone.now() - timedelta(seconds=10)):
        page = client.get("/de/ask/").content.decode()
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    asked = {"mail": "rita@example.org", "what": "The mayor sold the harbour for 3 million euros."}
    assert client.post("/de/ask/send/", carried | asked)["Location"] == "/de/messages/sent/"
    contact = ContactDetails.objects.get()
    assert contact.language == "de"
    assert re.fullmatch(r"http://localhost:8000/messages/[\w-]+/", build_message_page_url(contact))
    [message] = work()
    assert re.findall(r"http://localhost:8000/[^\s]*", message.body)[0].startswith(
        "http://localhost:8000/messages/"
    )
    assert client.get(f"/de{link_in(message)}")["Content-Language"] == "de"


@pytest.mark.django_db
def test_mails_to_readers_are_looked_up(
    brackets: None, complain: Callable[..., Complaint], publish: Publish
) -> None:
    complaint = complain(publish(), confirmed=False)
    written = everything_written() + NAMES + (complaint.text or "")
    for message in work():
        html = "".join(
            str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"
        )
        plain = re.sub(r"https?://\S+", "|", message.body)
        left = [
            part
            for part in outside(f"{message.subject}\n{plain}")
            if re.search(r"[A-Za-z]{3} [A-Za-z]{2}", part) and part not in written
        ]
        assert left == []
        assert bare(html, written) == []
