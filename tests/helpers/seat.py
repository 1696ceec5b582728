"""A browser at the desk, signed in or not yet."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.helpers.browser import new_context


class Seat:
    """A browser at the desk, which notes everything that goes wrong in the page."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def press(self, label: str, note: str = "") -> None:
        """Open a move that asks for a note, write it, and confirm."""
        panel = self.page.locator("details.desk-move", has=self.page.locator("summary", has_text=label))
        panel.locator("summary").click()
        panel.locator("textarea").fill(note)
        with self.page.expect_navigation():
            panel.locator("button[type=submit]").click()


@pytest.fixture
def seat(chromium: Browser, live_server: LiveServer) -> Any:
    """The browser of a person, signed in or not yet."""
    contexts = []

    def sit(person: User | None, **options: Any) -> Seat:
        contexts.append(new_context(chromium, **options))
        if person:
            client = Client()
            client.force_login(person)
            session = client.cookies[settings.SESSION_COOKIE_NAME]
            contexts[-1].add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        return Seat(contexts[-1], live_server.url)

    yield sit
    for context in contexts:
        context.close()


def sign_in(page: Page, person: User) -> None:
    page.fill("[name=login]", person.get_username())
    page.fill("[name=password]", "correct horse battery")
    page.click("main button[type=submit]")
