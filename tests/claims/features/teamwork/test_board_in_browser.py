"""The board, the calendar, the dashboard and the panel of work in a real browser: by keyboard and by dragging."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.features.teamwork import assignments
from claims.features.teamwork.models import Assignment
from claims.models import Claim, Transition, Verdict
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.two_connections import one_after_the_other

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOARD = "/admin/teamwork/assignment/board/"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2
ARABIC = "قال الوزير إن الجسر كلف تسعين مليون يورو في عام ألفين وثلاثة وعشرين."


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, editor: User) -> Any:
    """The browser of an editor who has signed in."""
    cache.clear()
    context = new_context(chromium, base_url=live_server.url, viewport={"width": 1440, "height": 900})
    client = Client()
    client.force_login(editor)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    opened = context.new_page()
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    assert trouble == []


def card(page: Page, row: Claim | Verdict) -> Any:
    return page.locator(f"[data-kind={row._meta.model_name}][data-pk='{row.pk}']")


def column_of(page: Page, row: Claim | Verdict) -> Any:
    return card(page, row).locator("xpath=ancestor::*[@data-column]")


def test_cards_move_by_keyboard_and_by_dragging(page: Page, checker: User, editor: User) -> None:
    proposed, other = make_claim("By keys.", state="proposed"), make_claim("By mouse.", state="proposed")
    free = make_claim("Nobody's.")
    review = workflow.move(make_draft(make_claim("Reviewed."), checker), "submit", by=checker)
    page.goto(BOARD)
    # By keyboard: from the first card to one in another column and back, then M, and what the move asks for.
    card(page, proposed).locator("a").focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, free).locator("a")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(card(page, proposed).locator("a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card(page, other).locator("a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog").get_by_role("button", name="Assign to me")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page, proposed).locator("a")).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reason for checking the claim (optional)")).to_be_focused()
    page.keyboard.type("It decides the budget.")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(column_of(page, proposed)).to_have_attribute("data-column", "accepted")
    expect(card(page, proposed).locator("a")).to_be_focused()
    assert Transition.objects.get(claim=proposed).note == "It decides the budget."
    # By dragging: what asks for nothing is done at once, what asks for a note asks.
    with page.expect_navigation():
        card(page, free).drag_to(page.locator("[data-column=work]"))
    expect(column_of(page, free)).to_have_attribute("data-column", "work")
    assert Assignment.objects.get(claim=free).person == editor
    card(page, review).drag_to(page.locator("[data-column=work]"))
    expect(page.get_by_label("Changes needed")).to_be_focused()
    page.keyboard.press("Escape")
    card(page, review).drag_to(page.locator("[data-column=ready]"))
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    expect(column_of(page, review)).to_have_attribute("data-column", "ready")
    # Where a card cannot go, nothing happens.
    card(page, other).drag_to(page.locator("[data-column=published]"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(column_of(page, other)).to_have_attribute("data-column", "proposed")
    # Publishing needs a confirmation, on a separate page.
    with page.expect_navigation():
        card(page, review).drag_to(page.locator("[data-column=published]"))
    assert Verdict.objects.get(pk=review.pk).state == "in_review"


def test_pages_of_work_are_accessible(page: Page, checker: User, editor: User) -> None:
    """Each in light and dark, on a screen and on a phone: axe finds nothing, and nothing runs out of the page."""
    today = timezone.localdate()
    claims = [make_claim(words) for words in (LONG, ARABIC, "Trams are free.")]
    for claim, days in zip(claims, (-1, 0, 3), strict=True):
        assignments.assign_work(claim, editor, by=editor, due_on=today + timedelta(days=days), priority=3)
    make_claim(state="proposed")
    draft = make_draft(claims[0], checker)
    workflow.move(draft, "submit", by=checker)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (
            "/admin/",
            BOARD,
            "/admin/teamwork/assignment/calendar/",
            "/admin/teamwork/assignment/",
            f"/admin/claims/verdict/{draft.pk}/change/#work",
        ):
            page.goto(path)
            if width == 390:
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                if "calendar" in path:
                    # Day by day: only those that bring something, by their whole names.
                    expect(page.locator(".desk-square:visible")).to_have_count(
                        page.locator(".desk-square:not(.desk-day-empty, .desk-day-outside)").count()
                    )
                    expect(page.locator(".desk-day-number:visible")).to_have_count(0)
                continue
            for scheme in in_each_scheme(page):
                assert violations(page, scheme) == {}, (path, scheme)


def test_two_people_who_take_a_claim_at_once(checker: User, colleague: User) -> None:
    """One gets it. The other waits, and sees who was faster."""
    claim = make_claim()
    told: list[str] = []

    def second() -> None:
        try:
            assignments.assign_to_self(claim, by=colleague)
        except NotPossible as refusal:
            told.append(str(refusal))

    assert one_after_the_other(lambda: assignments.assign_to_self(claim, by=checker), second) == ""
    assert Assignment.objects.get().person == checker
    assert told[0].startswith("Assigned to Chris since")
