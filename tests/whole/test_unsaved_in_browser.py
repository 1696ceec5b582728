"""Nothing typed is lost, in a real browser: crashes, other devices, two tabs, a server that is away, two people."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from claims.models import Claim, Evidence, UnsavedForm, Verdict
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import PATIENCE
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.seat import seat, sign_in
from tests.whole.test_desk_in_browser import KEPT, WORDS, write

__all__ = ["seat"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Seated = Any


def page_of(row: Claim | Verdict) -> str:
    return f"/admin/claims/{row._meta.model_name}/{row.pk}/change/"


def on_server(page: Page, words: str = WORDS) -> None:
    """Wait until the server has stored the text."""
    for _glance in range(PATIENCE // 100):
        if any(words in str(kept.values) for kept in UnsavedForm.objects.filter(closed_at=None)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(list(UnsavedForm.objects.values()))


def open_drafts() -> list[Any]:
    return [kept.values for kept in UnsavedForm.objects.filter(closed_at=None)]


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[name=_save]").click()


def test_words_come_back_on_another_computer_with_the_rows_that_were_added(
    seat: Seated, checker: User
) -> None:
    draft = make_draft(make_claim(), checker)
    make_source("It cost nine.", title="City accounts")
    Evidence.objects.update(note="Page 1.")
    page = seat(checker).open(page_of(draft))
    page.locator("[name=summary]").fill("It cost nine million.")
    for number in (1, 2):
        page.get_by_text("Add evidence").click()
        page.fill(f"[name=evidence-{number}-note]", f"Row {number}.")
    page.locator("#evidence-data .form-group:nth-child(3) .select2-selection").first.click()
    page.locator(".select2-search__field").last.fill("accounts")
    page.locator(".select2-results__option", has_text="City accounts").click()
    page.select_option("[name=evidence-2-stance]", "refutes")
    page.locator("[name=explanation]").fill("**Why** it did.")
    on_server(page, "**Why** it did.")
    page.context.close()  # the computer is gone

    other = seat(checker)
    listed = other.open("/admin/unsaved/")
    expect(listed.locator(".desk-panel h2")).to_have_text(re.compile("^Verdict: "))
    with listed.expect_navigation():
        listed.get_by_role("link", name="Continue").click()
    expect(listed.locator(".desk-autosave")).to_contain_text("has been restored")
    expect(listed.locator("[name=evidence-1-note]")).to_have_value("Row 1.")
    expect(listed.locator("[name=evidence-2-note]")).to_have_value("Row 2.")
    expect(listed.locator("[name=explanation]")).to_have_value("**Why** it did.")
    expect(
        listed.locator("#evidence-data .form-group:nth-child(3) .select2-selection").first
    ).to_contain_text("City accounts")
    listed.locator("#evidence-data .form-group:nth-child(2) .delete-template").click()
    expect(listed.locator("[name=evidence-1-note]")).to_have_value("Row 2.")
    expect(
        listed.locator("#evidence-data .form-group:nth-child(2) .select2-selection").first
    ).to_contain_text("City accounts")
    save(listed)
    rows = draft.evidence.order_by("pk").values_list("note", "source__title", "stance")
    assert list(rows)[1:] == [("Row 2.", "City accounts", "refutes")]
    draft.refresh_from_db()
    assert (draft.summary, open_drafts()) == ("It cost nine million.", [])
    assert other.trouble == []


def test_neither_tab_overwrites_the_text_of_the_other(seat: Seated, checker: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    one = desk.open(page_of(claim))
    other = one.context.new_page()
    other.goto(desk.address + page_of(claim))
    write(one, "from the first tab")
    write(other, "from the second tab")
    on_server(one, "from the first tab")
    on_server(one, "from the second tab")
    third = one.context.new_page()
    third.goto(desk.address + page_of(claim))
    expect(third.locator("[name=context]")).to_have_value("from the second tab")
    offered = third.locator(".desk-autosave details")
    offered.locator("summary").click()
    expect(offered.locator("textarea")).to_have_value("from the first tab")
    offered.get_by_role("button", name="Restore this text").click()
    expect(third.locator("[name=context]")).to_have_value("from the first tab")
    on_server(third, "from the second tab")
    write(one, " goes on")
    on_server(third, "from the first tab goes on")


#: Notes what the sign says from now on: some of it only for a few seconds.
TOLD = """() => {
    window.told = [];
    const sign = document.querySelector(".desk-connection");
    new MutationObserver(() => told.push(sign.textContent)).observe(sign, {childList: true, subtree: true});
}"""


@pytest.mark.parametrize("trouble", ["offline", "abort", "500", "proxy", "sign-in"])
def test_a_server_that_is_away_costs_no_words(trouble: str, seat: Seated, checker: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    page = desk.open(page_of(claim))
    if trouble == "sign-in":
        Session.objects.all().delete()
    else:
        pull_the_cable(page, trouble)
    write(page)
    sign = page.locator(".desk-connection")
    if trouble == "sign-in":
        expect(sign).to_contain_text("You are no longer signed in.")
        assert open_drafts() == []
    else:
        expect(sign).to_have_text("Not connected. Your text is stored on this computer.")
        page.locator("button[name=_save]").click()
        expect(sign).to_contain_text("Not saved: the server does not answer.")
    assert page.input_value("[name=context]") == WORDS
    assert open_drafts() == []
    page.evaluate(TOLD)
    if trouble == "sign-in":
        door = page.context.new_page()
        door.goto(desk.address + "/accounts/login/?next=/admin/")
        sign_in(door, checker)
        door.wait_for_url(f"{desk.address}/admin/")
    else:
        page.context.set_offline(False)
        page.unroute_all()
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.locator("[name=context]").press_sequentially("!")
    on_server(page, f"{WORDS}!")
    page.wait_for_function("told.some(words => words.startsWith('Connected again.'))")
    save(page)
    claim.refresh_from_db()
    assert (claim.context, open_drafts()) == (f"{WORDS}!", [])


def pull_the_cable(page: Page, trouble: str) -> None:
    answers: dict[str, Callable[[Any], None]] = {
        "abort": lambda route: route.abort(),
        "500": lambda route: route.fulfill(status=500, body="<h1>Server error</h1>"),
        "proxy": lambda route: route.fulfill(
            status=200, content_type="text/html", body="<h1>Hotel Wi-Fi</h1>"
        ),
    }
    if trouble in answers:
        page.route("**/admin/**", answers[trouble])
    else:
        page.context.set_offline(True)


def test_a_save_that_dies_on_the_way_leaves_the_words(seat: Seated, checker: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    page = desk.open(page_of(claim))
    write(page)
    page.route(
        f"**{page_of(claim)}",
        lambda route: (
            route.fulfill(status=500, content_type="text/html", body="<h1>Server error</h1>")
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    save(page)
    expect(page.locator("h1")).to_have_text("Server error")
    page.unroute_all()
    desk.open(page_of(claim))
    expect(page.locator("[name=context]")).to_have_value(WORDS)


def test_a_refused_move_gives_its_reason_back(seat: Seated, checker: User) -> None:
    claim = make_claim(state="proposed")
    desk = seat(checker)
    page = desk.open(page_of(claim))
    Claim.objects.filter(pk=claim.pk).update(context="Changed.")
    page.evaluate("document.querySelectorAll('[name=last_move]').forEach(field => field.value = '77')")
    desk.press("Decline", "Nobody said it.")
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator("details[open] textarea[name=note]").first).to_have_value("Nobody said it.")


@pytest.mark.parametrize("storage", ["forbidden", "full"])
def test_a_browser_that_keeps_nothing_leaves_it_to_the_server(
    storage: str, seat: Seated, checker: User
) -> None:
    claim = make_claim()
    desk = seat(checker)
    throws = "throw new DOMException('no', 'QuotaExceededError')"
    desk.page.add_init_script(
        f"Object.defineProperty(window, 'localStorage', {{ get() {{ {throws} }} }})"
        if storage == "forbidden"
        # unfold keeps the state of its menus there, and does not work without.
        else "const set = Storage.prototype.setItem; Storage.prototype.setItem = function (key, ...value) {"
        f" if (key.startsWith('desk')) {throws}; set.call(this, key, ...value) }}"
    )
    page = desk.open(page_of(claim))
    page.locator("[name=context]").press_sequentially(WORDS)
    on_server(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=context]")).to_have_value(WORDS)
    save(page)
    claim.refresh_from_db()
    assert (claim.context, open_drafts()) == (WORDS, [])


def test_words_that_were_saved_elsewhere_are_not_given_back(seat: Seated, checker: User) -> None:
    claim = make_claim()
    desk, phone = seat(checker), seat(checker)
    page = desk.open(page_of(claim))
    write(page)
    on_server(page)
    there = phone.open(page_of(claim))
    expect(there.locator("[name=context]")).to_have_value(WORDS)
    save(there)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_function(f"{KEPT}.length === 0")
    expect(page.locator("[name=context]")).to_have_value(WORDS)
    expect(page.locator(".desk-autosave")).to_have_count(0)


def test_two_people_see_each_other_and_put_both_versions_together(
    seat: Seated, checker: User, editor: User
) -> None:
    claim = make_claim(context="Said in May.")
    mine, theirs = seat(editor), seat(checker)
    page = mine.open(page_of(claim))
    page.fill("[name=context]", "Said in July.")
    page.fill("[name=language]", "de")
    other = theirs.open(page_of(claim))
    expect(other.locator(".desk-presence")).to_contain_text("Edith is editing this (since ")
    other.fill("[name=context]", "Said in June.")
    save(other)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    told = page.locator(".desk-news")
    expect(told).to_contain_text("Chris changed this at ")
    with page.expect_navigation():
        told.get_by_role("button").click()
    expect(page.locator("#desk-both-title")).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")
    expect(page.locator("[name=context]")).to_have_value("Said in July.")
    expect(page.locator("[name=language]")).to_have_value("de")
    for scheme in in_each_scheme(page):
        assert violations(page, scheme) == {}
    choice = page.locator(".desk-both-choice", has_text="Context")
    choice.locator("[value=theirs]").check()
    expect(page.locator("[name=context]")).to_have_value("Said in June.")
    page.locator("[name=context]").press_sequentially("Or July. ")
    expect(choice.locator("[value=mine]")).to_be_checked()
    typed = page.input_value("[name=context]")
    save(page)
    claim.refresh_from_db()
    assert (claim.context, claim.language, open_drafts()) == (typed.strip(), "de", [])
    assert mine.trouble + theirs.trouble == []


def test_words_kept_of_an_older_version_are_put_beside_the_present_one(seat: Seated, checker: User) -> None:
    claim = make_claim(context="")
    desk = seat(checker)
    page = desk.open(page_of(claim))
    write(page)
    on_server(page)
    Claim.objects.filter(pk=claim.pk).update(context="A colleague was faster.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    with page.expect_navigation():
        page.get_by_role("button", name="Combine both").click()
    choice = page.locator(".desk-both-choice", has_text="Context")
    expect(choice.locator(".desk-both-sides label").first).to_contain_text(WORDS)
    expect(choice.locator(".desk-both-sides label").last).to_contain_text("A colleague was faster.")
    choice.locator("[value=mine]").check()
    save(page)
    claim.refresh_from_db()
    assert (claim.context, open_drafts()) == (WORDS, [])
    page.wait_for_function(f"{KEPT}.length === 0")
