"""Pages in Arabic in a real browser: mirrored, and nothing sticks out on a phone."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser

from claims.models import Claim, Claimant
from tests.helpers.browser import new_context
from tests.helpers.reader_site import pages_of_readers
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser

#: How far what begins a line is from either edge of the page.
_EDGES = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect();
    return [box.left, document.documentElement.clientWidth - box.right];
}"""
_STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(site: str, publish: Callable[..., Claim], claimant: Claimant, editor: User) -> dict[str, str]:
    return pages_of_readers(publish, claimant, editor)


def test_pages_in_arabic_begin_at_the_right_and_fit(
    chromium: Browser, site: str, paths: dict[str, str]
) -> None:
    wrong = []
    with new_context(chromium) as context:
        page = context.new_page()
        for name, path in paths.items():
            for code in ("ar", "en"):
                # Opened on a phone; wider screens follow.
                page.set_viewport_size({"width": 320, "height": 800})
                page.goto(f"{site}/{code}{path}")
                for width in (320, 390, 1440):
                    page.set_viewport_size({"width": width, "height": 800})
                    if page.evaluate(_STICKS_OUT) > 0:
                        wrong.append((name, code, width, "sticks out"))
                    for selector in (".brand", "main h1"):
                        if page.locator(selector).count() == 0:
                            continue
                        left, right = page.evaluate(_EDGES, selector)
                        # A heading is as wide as its column; narrower elements are at the start.
                        near, far = (right, left) if code == "ar" else (left, right)
                        if near > far + 1:
                            wrong.append((name, code, width, selector))
    assert wrong == []


def test_switching_the_language_leads_to_the_same_page(
    chromium: Browser, site: str, paths: dict[str, str]
) -> None:
    context = new_context(chromium, viewport={"width": 390, "height": 800}, locale="de-DE")
    page = context.new_page()
    page.goto(site + paths["claim"])
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_role("link", name="العربيّة").click()
    page.wait_for_url(f"{site}/ar/claims/**")
    assert page.evaluate("[document.documentElement.lang, document.dir]") == ["ar", "rtl"]
    page.locator(".brand").click()
    page.wait_for_url(f"{site}/ar/")
    assert context.cookies() == []
    context.close()
