"""The one screen of a claim in a real browser: clicks counted, the preview follows, keys press, a phone is enough."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim
from claims.review import workflow
from tests.helpers.accessibility import in_each_scheme
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The mayor spoke for an hour. The tunnel cost 240 million euros, she said. Then it rained."
#: Counts what a hand does: a click of the mouse, not what a script or the keyboard makes of one.
COUNT = """addEventListener('click', (event) => {
  if (!event.isTrusted || !event.detail) return;
  sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks') || 0) + 1);
}, true)"""
PICTURES = os.environ.get("CLAIM_SCREEN_PICTURES")


class Seat:
    """A browser of one person, which counts clicks and notes what goes wrong."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def claim(self, claim: Claim) -> Page:
        return self.open(f"/admin/claims/claim/{claim.pk}/change/")

    def clicks(self) -> int:
        return int(self.page.evaluate("sessionStorage.getItem('clicks') || 0"))

    def picture(self, name: str) -> None:
        if PICTURES:
            for scheme in in_each_scheme(self.page):
                self.page.screenshot(path=f"{PICTURES}/{name}-{scheme}.png", full_page=True)


@pytest.fixture
def seat(chromium: Browser, live_server: LiveServer) -> Iterator[Any]:
    contexts = []

    def sit(person: User, width: int = 1440) -> Seat:
        context = new_context(chromium, viewport={"width": width, "height": 900})
        context.add_init_script(COUNT)
        contexts.append(context)
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        return Seat(context.new_page(), live_server.url)

    yield sit
    for context in contexts:
        context.close()


def tunnel() -> Claim:
    claim = make_claim("The tunnel cost 240 million euros.")
    make_appearance(
        claim, make_source(TEXT, title="City council minutes"), "The tunnel cost 240 million euros"
    )
    return claim


def test_pictures(seat: Any, checker: User, editor: User, publish: Any) -> None:
    claim = tunnel()
    make_draft(claim, checker)
    for width in (1440, 390):
        desk = seat(editor, width)
        page = desk.claim(claim)
        expect(page.locator("[data-preview-status]")).to_have_text("Not saved, not public")
        page.wait_for_timeout(500)
        desk.picture(f"draft-{width}")
        assert desk.trouble == []
    verdict = workflow.move(claim.verdicts.get(), "submit", by=checker)
    workflow.move(verdict, "sign_off", by=editor)
    for width in (1440, 390):
        desk = seat(editor, width)
        page = desk.claim(claim)
        desk.picture(f"review-{width}")
        page.get_by_role("button", name="Publish…").click()
        desk.picture(f"confirm-{width}")
