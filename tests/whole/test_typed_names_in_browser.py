"""Names that are typed into pickers in a real browser: by keyboard alone, pasted, and without a second window."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from claims.models import Claim, Claimant, Evidence
from sources.capture import capture
from sources.models import Source
from sources.source_kinds import Material
from tests.helpers.accessibility import violations
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.seat import seat

__all__ = ["seat"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """(field, text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}.")


def test_a_claim_with_a_new_claimant_is_written_down_by_keyboard_alone(seat: Any, checker: User) -> None:
    Claimant.objects.create(name="Graham Hill")
    desk = seat(checker)
    page = desk.open("/admin/")
    tab_to(page, 'main a[href="/admin/claims/claim/add/"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "[name=statement]")
    page.keyboard.type("The bridge was free. https://paper.example.com/bridge")
    tab_to(page, "#id_claimant + .select2-container .select2-selection")
    page.keyboard.type("Grace Hopper")
    page.keyboard.press("Enter")  # before the list has come: it is waited for
    expect(page.locator("#id_claimant + .select2-container")).to_contain_text("Create “Grace Hopper”")
    assert violations(page) == {}
    tab_to(page, "[name=_save]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    claim = Claim.objects.get()
    assert page.url.endswith(f"/claims/claim/{claim.pk}/change/")
    assert (claim.statement, claim.claimant and claim.claimant.name) == (
        "The bridge was free.",
        "Grace Hopper",
    )
    assert [row.source.url for row in claim.appearances.all()] == ["https://paper.example.com/bridge"]
    assert len(page.context.pages) == 1
    assert desk.trouble == []


def test_a_known_name_is_taken_with_tab_or_the_mouse(seat: Any, checker: User) -> None:
    known = Claimant.objects.create(name="Grace Hopper")
    desk = seat(checker)
    page = desk.open("/admin/claims/claim/add/")
    picker = page.locator("#id_claimant + .select2-container .select2-selection")
    picker.focus()
    page.keyboard.type("hopper")
    expect(page.locator(".select2-results__option--highlighted")).to_have_text("Grace Hopper")
    page.keyboard.press("Tab")
    expect(page.locator("#id_claimant")).to_have_value(str(known.pk))
    picker.click()
    page.locator(".select2-search__field:visible").last.fill("Ada")
    page.locator(".select2-results__option", has_text="Create “Ada”").click()
    expect(page.locator("#id_claimant")).to_have_value("+Ada")
    assert desk.trouble == []


def test_pasted_addresses_fill_rows_with_their_quotes(seat: Any, checker: User) -> None:
    stored = make_source(
        "The tunnel cost 240 million euros, she said.", title="Minutes", url="https://paper.example.com/1"
    )
    claim = make_claim()
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    page.locator("#appearances-group").get_by_text("Add an appearance").click()
    picker = page.locator("[name=appearances-0-source] + .select2-container .select2-selection")
    picker.evaluate(
        PASTE,
        "“The tunnel cost 240 million euros”\nhttps://paper.example.com/1\nhttps://paper.example.com/2 “Free.”",
    )
    expect(page.locator("[name=appearances-1-exact]")).to_have_value("Free.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    rows = [(row.source.url, row.exact, row.anchor) for row in claim.appearances.order_by("pk")]
    assert rows == [
        (stored.url, "The tunnel cost 240 million euros", "anchored"),
        ("https://paper.example.com/2", "Free.", "unanchored"),
    ]
    assert Source.objects.count() == 2
    assert desk.trouble == []


def test_a_pasted_address_fills_in_while_the_page_is_open(seat: Any, checker: User) -> None:
    claim = make_claim()
    make_draft(claim, checker)
    stored = make_source("Trams are free.", title="Minutes", url="https://paper.example.com/1")
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    picker = page.locator("[name=evidence-0-source] + .select2-container .select2-selection")
    picker.evaluate(
        PASTE, "https://paper.example.com/2\n“it cost 240 million”\nwww.paper.example.com/1?utm_source=x"
    )
    notes = page.locator("#evidence-group .desk-pasted-note")
    expect(notes).to_have_text(["The page is being read…", "Use the stored source: Minutes"])
    expect(page.locator("[name=evidence-1-source]")).to_have_value(str(stored.pk))
    html = (
        b"<html><head><title>The tunnel opens</title><meta property='article:published_time' content='2026-03-01'>"
        b"</head><body><article><h1>The tunnel opens</h1><p>The mayor said on Monday: it cost 240 million, and "
        b"trains run from March.</p></article>"
    )
    source = Source.objects.get(url="https://paper.example.com/2")
    capture(Material(content=html, content_type="text/html", url=source.url), source=source, by=checker)
    expect(notes.first).to_have_text("example.com · 1 Mar 2026 · The quote was found.")
    expect(picker).to_contain_text("The tunnel opens")
    assert violations(page) == {}
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    cited = [(row.source_id, row.exact, row.start is None) for row in Evidence.objects.order_by("pk")]
    assert cited == [(source.pk, "it cost 240 million", False), (stored.pk, "", True)]
    assert desk.trouble == []


def test_words_without_a_result_begin_a_claim_from_the_quick_search(seat: Any, checker: User) -> None:
    desk = seat(checker)
    page = desk.open("/admin/")
    page.keyboard.press("Control+k")
    page.keyboard.type("The bridge was free.")  # at once: no letter is lost while the search opens
    expect(page.locator("#search-input-command")).to_have_value("The bridge was free.")
    expect(page.locator("#command-results-list a")).to_contain_text("New claim: The bridge was free.")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[name=statement]")).to_have_value("The bridge was free.")
    assert desk.trouble == []
