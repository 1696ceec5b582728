"""What readers send, in a real browser without scripts, from the form to the answer; and the pages of the desk."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from claims.features.complaints import complaint_moves, confirmations, submissions
from claims.features.complaints.confirmations import Sender
from claims.features.complaints.intake import form_stamps
from claims.features.complaints.models import Complaint, ReaderRequest
from claims.models import Claim
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_claim
from tests.helpers.shared_newsroom import checker, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser

WIDTHS = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def claim(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim("The harbour bridge cost 90 million euros."))


@pytest.fixture(scope="module")
def complaint(claim: Claim, editor: User) -> Complaint:
    """One that was answered."""
    entry = claim.publications.get()
    sent = submissions.submit_complaint(
        entry,
        kind="error_of_fact",
        text="See page 4 of the accounts.",
        sender=Sender("rita@example.org", "Rita"),
    )
    submissions.confirm_contact(sent.contact)
    return complaint_moves.answer_complaint(
        sent, outcome="no_change", answer="We have looked.", reason="The accounts say so.", by=editor
    )


@pytest.fixture(scope="module")
def waiting(claim: Claim) -> Complaint:
    sent = submissions.submit_complaint(
        claim.publications.get(), kind="other", text="A word " * 60, sender=Sender("ruth@example.org")
    )
    submissions.confirm_contact(sent.contact)
    sent.refresh_from_db()
    return sent


@pytest.fixture(scope="module")
def asked(claim: Claim) -> ReaderRequest:
    sent = submissions.submit_request(text="The mayor sold the harbour.", sender=Sender("rosa@example.org"))
    submissions.confirm_contact(sent.contacts.get())
    return sent


@pytest.fixture(scope="module")
def held(claim: Claim) -> Complaint:
    return submissions.submit_complaint(
        claim.publications.get(), kind="other", text="[url=x]Prices[/url]", sender=Sender("ben@example.org")
    )


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Page]:
    with new_context(chromium, base_url=site, viewport=WIDTHS[request.param]) as context:
        yield context.new_page()


def secret_page(row: Complaint | ReaderRequest) -> str:
    contact = row.contact if isinstance(row, Complaint) else row.contacts.get()
    return f"/messages/{confirmations.build_message_page_url(contact).rstrip('/').rpartition('/')[2]}/"


def looked_at(page: Page, paths: list[str]) -> dict[str, Any]:
    """The problems of these pages, by page and colour scheme."""
    found: dict[str, Any] = {}
    for path in paths:
        page.goto(path)
        for scheme in in_each_scheme(page):
            if broken := violations(page, scheme):
                found[f"{path} {scheme}"] = broken
        if page.evaluate(TOO_WIDE):
            found[f"{path} overflows"] = page.viewport_size
    return found


def test_pages_of_readers(
    page: Page, claim: Claim, complaint: Complaint, waiting: Complaint, asked: ReaderRequest
) -> None:
    paths = [
        *(f"/claims/{claim.pk}/complain/", "/ask/", "/messages/sent/", "/messages/deleted/"),
        *(secret_page(complaint), secret_page(waiting), secret_page(asked)),
        "/messages/" + "x" * 43 + "/",
    ]
    assert looked_at(page, paths) == {}


def test_pages_of_the_desk(
    page: Page,
    site: str,
    editor: User,
    complaint: Complaint,
    waiting: Complaint,
    asked: ReaderRequest,
    held: Complaint,
) -> None:
    client = Client()
    client.force_login(editor)
    page.context.add_cookies(
        [{"name": name, "value": part.value, "url": site} for name, part in client.cookies.items()]
    )
    paths = [
        "/admin/complaints/complaint/?queue=complaints",
        *(f"/admin/complaints/complaint/{row.pk}/change/" for row in (complaint, waiting, held)),
        "/admin/complaints/readerrequest/?queue=requests",
        f"/admin/complaints/readerrequest/{asked.pk}/change/",
    ]
    assert looked_at(page, paths) == {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_reader_complains_without_scripts(
    language: str, chromium: Browser, site: str, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_stamps, "MIN_FILL_SECONDS", 0)
    mail = f"reader-{language}@example.org"

    def said(words: str) -> str:
        with translation.override(language):
            return translation.gettext(words)

    with new_context(chromium, base_url=site, java_script_enabled=False, locale=language) as context:
        page = context.new_page()
        page.goto(f"/claims/{claim.pk}/")
        page.locator(f"a[href='/claims/{claim.pk}/complain/']").click()
        page.get_by_label(said("Something else")).check()
        page.locator("#text").fill("The sum is another.")
        page.locator("#mail").fill(mail)
        page.locator("main form button").click()
        expect(page).to_have_url(f"{site}/messages/sent/")
        sent = Complaint.objects.get(contact__mail=mail)
        assert sent.held_because == []
        page.goto(secret_page(sent))
        page.locator("aside form button").click()
        expect(page.locator("#standing")).to_have_text(said("Your message is waiting for an editor"))
        page.get_by_role("button", name=said("Delete my data")).click()
        expect(page).to_have_url(f"{site}/messages/deleted/")
    sent.refresh_from_db()
    assert (sent.state, sent.text) == ("withdrawn", "")
