"""Forms by keyboard alone: errors come first, and the focused element is never behind a bar."""

import itertools
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.seat import seat

__all__ = ["seat"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: What the focused control is called, if no part of it can be seen; "" if one can, and null behind the last one.
HIDDEN_FOCUS = """() => {
    const control = document.activeElement;
    if (!control || control === document.body) return null;
    const box = control.getBoundingClientRect();
    const [left, above] = [Math.max(box.left, 0), Math.max(box.top, 0)];
    const width = Math.min(box.right, innerWidth) - left;
    const height = Math.min(box.bottom, innerHeight) - above;
    const parts = [0.05, 0.25, 0.5, 0.75, 0.95];
    const seen = parts.some((right) => parts.some((down) => {
        const shown = document.elementFromPoint(left + width * right, above + height * down);
        return shown && (shown === control || control.contains(shown) || shown.contains(control));
    }));
    return seen ? "" : `${control.tagName} ${control.name || control.textContent.trim()}`;
}"""


def hidden_while_tabbing(page: Page, key: str) -> list[str]:
    """Press the key until the page ends, and name what had the focus behind something else."""
    hidden: list[str] = []
    for _press in range(300):
        page.keyboard.press(key)
        focused = page.evaluate(HIDDEN_FOCUS)
        if focused is None:
            return hidden
        if focused:
            hidden.append(focused)
    raise AssertionError("The focus never leaves the page.")


@pytest.mark.parametrize("width", [1440, 390])
def test_focus_is_never_hidden_by_the_bars(width: int, seat: Any, editor: Any) -> None:
    source = make_source("The tunnel cost 240 million euros, she said.", title="City council minutes")
    claims = [
        make_claim(f"The tunnel cost {number} million euros.", state="accepted") for number in range(25)
    ]
    make_appearance(claims[0], source, "The tunnel cost 240 million euros")
    draft = make_draft(claims[0], author=editor)
    desk = seat(editor, viewport={"width": width, "height": 600})
    for path in (
        "/admin/claims/claim/",
        f"/admin/claims/claim/{claims[0].pk}/change/",
        f"/admin/claims/verdict/{draft.pk}/change/",
    ):
        page = desk.open(path)
        if page.locator("[data-preview-status]").count():
            # Inserted elements move those below.
            expect(page.locator("[data-preview-status]")).to_have_text("Not saved, not public")
        assert hidden_while_tabbing(page, "Tab") == [], path
        assert hidden_while_tabbing(page, "Shift+Tab") == [], path


def test_the_error_summary_gets_the_focus_and_links_to_its_fields(seat: Any, editor: Any) -> None:
    desk = seat(editor)
    page = desk.open("/admin/claims/claim/add/")
    shown = {}
    for habit, text in itertools.product(
        ("true", "false", "none"), ("3/11/2026", "31/2/2026", "30/11/2026", "3.11.2026")
    ):
        page.locator("[name=claimed_on]").evaluate(
            "(field, habit) => (field.dataset.dayFirst = habit)", habit
        )
        page.fill("[name=claimed_on]", text)
        page.focus("[name=language]")
        shown[habit, text] = "".join(page.locator(".desk-day-read").all_inner_texts())
    november, thirtieth = "November 3, 2026", "November 30, 2026"
    assert shown == {
        ("true", "3/11/2026"): november,
        ("false", "3/11/2026"): "March 11, 2026",
        ("none", "3/11/2026"): "",
        **{(habit, "31/2/2026"): "" for habit in ("true", "false", "none")},
        **{(habit, "30/11/2026"): thirtieth for habit in ("true", "false", "none")},
        **{(habit, "3.11.2026"): november for habit in ("true", "false", "none")},
    }
    page.fill("[name=claimed_on]", "the day before")
    page.fill("[name=language]", "")
    expect(page.locator(".desk-day-read")).to_have_count(0)
    page.click("[name=_save]")
    note = page.get_by_role("alert")
    expect(note).to_be_focused()
    assert [" ".join(line.split()) for line in note.locator("li").all_inner_texts()] == [
        "Statement: This field is required.",
        "Claimed on: Enter a valid date. Write it as 30.11.2026, 30 Nov 2026 or 2026-11-30.",
        "Language: This field is required.",
    ]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=statement]")).to_be_focused()
    for scheme in in_each_scheme(page):
        assert violations(page, scheme) == {}, scheme
    assert desk.trouble == []


def test_the_calendar_follows_the_chosen_date_order(seat: Any, editor: Any) -> None:
    desk = seat(editor)
    page = desk.open("/admin/claims/claim/add/")
    begins = []
    for order in ("month", "day"):
        page.get_by_role("button", name="Your account").click()
        page.get_by_label("Dates").select_option(order)
        with page.expect_navigation():
            page.locator(".desk-date-order button").click()
        page.locator("#calendarlink0").click()
        begins.append(page.locator("#calendarin0 th").first.inner_text())
        page.keyboard.press("Escape")
    assert begins == ["S", "M"]
    page.locator("#calendarlink0").click()
    page.locator("#calendarin0 td a", has_text="1").first.click()
    assert page.input_value("[name=claimed_on]") == f"{timezone.localdate():01/%m/%Y}"
    assert desk.trouble == []


#: Visible parts that do something on a click and that the keyboard does not reach.
BY_MOUSE_ALONE = r"""() => [...document.querySelectorAll("[x-on\\:click]")]
    .filter((part) => part.checkVisibility() && part.tabIndex < 0 && part.id !== "changelist-filter-close")
    .map((part) => part.getAttribute("x-on:click"))"""


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_opens_by_keyboard(width: int, seat: Any, editor: Any) -> None:
    desk = seat(editor, viewport={"width": width, "height": 800})
    page = desk.open("/admin/claims/claim/")
    assert page.evaluate(BY_MOUSE_ALONE) == []
    page.get_by_role("button", name="Filters").press("Enter")
    expect(page.locator("#filter-form :focus")).to_be_visible()
    page = desk.open("/admin/claims/verdict/add/")
    assert page.evaluate(BY_MOUSE_ALONE) == []
    more = page.get_by_role("button", name="Actions for this claim")
    more.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#add_id_claim")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#add_id_claim")).to_be_hidden()
    expect(more).to_be_focused()
    if width < 1000:
        page.get_by_role("button", name="Menu").first.press("Enter")
        expect(page.locator("#nav-sidebar-apps :focus")).to_be_visible()
    account = page.get_by_role("button", name="Your account")
    account.press(" ")
    expect(page.get_by_role("link", name="Sessions")).to_be_visible()
    expect(page.get_by_role("button", name="Light")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Sessions")).to_be_hidden()
    expect(account).to_be_focused()
    assert desk.trouble == []
