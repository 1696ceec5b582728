"""What only a browser shows of a claim's page and of its history: the slider, copying, both sides, paper."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from claims.models import Claim, Claimant
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_claim, rating
from tests.helpers.reader_pages import correct
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def claim(publish: Callable[..., Claim], claimant: Claimant, checker: User, editor: User) -> Claim:
    """Rated false, then true, then true in other words."""
    made = publish(make_claim("The bridge is closed.", claimant=claimant), rating=rating("false"))
    correct(made, checker, editor, rating=rating("true"), summary="The accounts show the same sum.")
    correct(made, checker, editor, rating=rating("true"), summary="The accounts show the very same sum.")
    return made


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def open_page(path: str, **options: object) -> Page:
        context = new_context(chromium, **({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_slider_opens_versions_by_keyboard_and_the_address_follows(
    visit: Callable[..., Page], claim: Claim
) -> None:
    page = visit(f"{claim.get_absolute_url()}history/")
    slider = page.get_by_label("Version", exact=True)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#shown")).to_have_text("Version 1")
    expect(page.locator("#shown-version .verdict .badge")).to_have_text("False")
    expect(page).to_have_url(re.compile(r"\?to=1$"))
    expect(page.locator(".timeline [aria-current]")).to_have_text("Version 1")
    assert "Version 1" in (slider.get_attribute("aria-valuetext") or "")
    assert page.evaluate("document.activeElement.id") == "version"
    page.keyboard.press("End")
    expect(page.locator("#shown")).to_have_text("Version 3")
    page.reload()
    expect(page.locator("#shown")).to_have_text("Version 3")


def test_history_is_read_without_a_script(visit: Callable[..., Page], claim: Claim) -> None:
    page = visit(f"{claim.get_absolute_url()}history/", java_script_enabled=False)
    expect(page.locator(".slider")).to_be_hidden()
    page.get_by_role("link", name="Version 2", exact=True).click()
    expect(page.locator("#shown")).to_have_text("Version 2")
    page.get_by_label("Earlier").select_option("1")
    page.get_by_label("Later").select_option("3")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#changed")).to_have_text("Differences between version 1 and version 3")
    page.get_by_label("Date", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#shown-version .notice")).to_contain_text(
        "nothing had been published about this claim"
    )


def test_both_sides_are_beside_each_other_or_below_on_a_phone(
    visit: Callable[..., Page], claim: Claim
) -> None:
    page = visit(f"{claim.get_absolute_url()}history/")
    left, right = page.locator(".sides").first.locator("> div").all()

    def tops() -> list[float]:
        return [side.bounding_box()["y"] for side in (left, right)]  # type: ignore[index]  # they are shown

    assert tops()[0] == tops()[1]
    page.set_viewport_size({"width": 390, "height": 800})
    assert tops()[0] < tops()[1]
    # Not by colour only.
    lines = "element => getComputedStyle(element).textDecorationLine"
    page.emulate_media(forced_colors="active")
    assert page.locator("#shown-version ins").first.evaluate(lines) == "underline"


def test_text_and_link_are_copied(visit: Callable[..., Page], claim: Claim) -> None:
    page = visit(claim.get_absolute_url(), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy text").click()
    expect(page.locator(".sharing [role=status]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("True: “The bridge is closed.” – fact check by Factcheck Newsroom, http")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".sharing [role=status]")).to_have_text("Copied.")
    page.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('http'))")


def test_where_pages_may_not_copy_the_text_is_selected(visit: Callable[..., Page], claim: Claim) -> None:
    page = visit(claim.get_absolute_url())
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".sharing [role=status]")).to_contain_text("you can copy it now")
    assert page.evaluate("getSelection().toString()").endswith(claim.get_absolute_url())


def test_a_device_that_shares_is_offered_the_text(visit: Callable[..., Page], claim: Claim) -> None:
    page = visit("/")
    page.add_init_script(
        "navigator.canShare = () => true; navigator.share = async told => { window.told = told; }"
    )
    page.goto(page.url.rstrip("/") + claim.get_absolute_url())
    page.get_by_role("button", name="Share…").click()
    assert page.evaluate("window.told.text").startswith("True: “The bridge is closed.”")


def test_nothing_to_press_without_a_script(visit: Callable[..., Page], claim: Claim) -> None:
    page = visit(claim.get_absolute_url(), java_script_enabled=False)
    expect(page.get_by_label("Text to share")).to_have_value(re.compile("^True: “The bridge is closed.”"))
    expect(page.get_by_role("button", name="Copy text")).to_be_hidden()


def test_paper_has_the_addresses_of_sources_and_nothing_to_press(
    visit: Callable[..., Page], claim: Claim
) -> None:
    page = visit(claim.get_absolute_url())
    page.emulate_media(media="print")
    for gone in (".site-head nav", ".site-foot", ".sharing", ".embedding", "main button"):
        for element in page.locator(gone).all():
            expect(element).to_be_hidden()
    said = "element => getComputedStyle(element, '::after').content"
    link = page.locator(".evidence a[href^=http]").first
    assert str(link.get_attribute("href")) in link.evaluate(said)
