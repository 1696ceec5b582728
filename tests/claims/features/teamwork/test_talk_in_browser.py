"""Comments in real browsers: a name by keyboard, the bell of the mentioned person, and the link to the comment."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.features.teamwork import comments
from claims.features.teamwork.models import Comment, Notification, NotificationPreference
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import FETCHED, new_context, stop_clock
from tests.helpers.newsroom import make_claim

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_the_desk(chromium: Browser, live_server: LiveServer) -> Iterator[Any]:
    """A page of a browser in which the person has signed in."""
    contexts = []

    def sit(person: User, **options: Any) -> Page:
        contexts.append(new_context(chromium, base_url=live_server.url, **options))
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        contexts[-1].add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        return contexts[-1].new_page()

    yield sit
    for context in contexts:
        context.close()


def test_from_a_name_by_keyboard_to_the_answer(
    at_the_desk: Any, checker: User, colleague: User, editor: User
) -> None:
    claim = make_claim("The bridge cost ninety million euros.")
    place = f"/admin/claims/claim/{claim.pk}/change/"
    kim = at_the_desk(colleague, viewport={"width": 390, "height": 800})
    # She has the page open; the new comment shows without a click.
    kim.clock.install()
    kim.goto("/admin/claims/topic/")
    bell = kim.locator(".desk-bell")
    expect(bell.locator("[data-count]")).to_be_hidden()
    # The page said that there is nothing, not that nothing has arrived yet.
    kim.wait_for_function("Object.keys(sessionStorage).some(key => key.startsWith('desk-bell:'))")

    chris = at_the_desk(checker)
    chris.goto(place)
    field = chris.get_by_label("Comment for colleagues")
    field.press_sequentially("Who has the accounts? @k")
    people = chris.get_by_role("listbox", name="Colleagues")
    expect(people.get_by_role("option")).to_have_text(["Kim@kim"])
    assert field.get_attribute("aria-activedescendant") == people.get_by_role("option").get_attribute("id")
    field.press("Escape")
    expect(people).to_be_hidden()
    field.press_sequentially("i")
    expect(people).to_be_visible()
    field.press("Enter")
    assert field.input_value() == "Who has the accounts? @kim "
    field.press_sequentially("or @zz")
    expect(people).to_be_hidden()
    with chris.expect_navigation():
        chris.locator("#comment-new").get_by_role("button", name="Comment").press("Enter")
    comment = Comment.objects.get()
    article = chris.locator(f"#comment-{comment.pk}")
    expect(article).to_be_focused()
    assert article.locator("strong").inner_text() == "@Kim"

    kim.clock.run_for(31_000)
    expect(bell.locator("[data-count]")).to_have_text("1")
    expect(kim.locator("#desk-bell-status")).to_have_text("1 unread notification")
    bell.click()
    kim.get_by_role("link", name="Chris mentioned you").click()
    expect(kim.locator(f"#comment-{comment.pk}")).to_be_focused()
    assert kim.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(bell.locator("[data-count]")).to_be_hidden()
    thread = kim.locator(".desk-thread")
    thread.get_by_text("Reply", exact=False).first.click()
    answer = thread.get_by_label("Reply to Chris")
    expect(answer).to_be_focused()
    answer.fill("I have.")
    with kim.expect_navigation():
        thread.get_by_role("button", name="Reply").click()
    assert list(Notification.objects.filter(person=checker).values_list("kind", flat=True)) == ["replied"]
    with kim.expect_navigation():
        kim.get_by_role("button", name="Resolve").click()
    expect(kim.locator(".desk-thread-resolved")).to_have_count(1)


def test_pages_of_talk_are_clean_and_fit_a_phone(
    at_the_desk: Any, checker: User, editor: User, administrator: User
) -> None:
    claim = make_claim(
        "Die Donaudampfschifffahrtsgesellschaftskapitänswitwenrente beträgt neunzig Millionen."
    )
    texts = ("@ada look at `this`:\n\n> It cost 90 million.", "هل رأيت هذا يا @edith؟ " * 9, "x" * 300)
    threads = [comments.add_comment(claim, text, by=checker).comment for text in texts]
    for thread in threads:
        comments.add_comment(claim, "Yes. @ada", by=editor, reply_to=thread)
    comments.resolve_thread(threads[0], by=checker)
    comments.withdraw_comment(comments.add_comment(claim, "Oops", by=administrator).comment, by=administrator)
    page = at_the_desk(administrator, viewport={"width": 390, "height": 800})
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    for path in (
        f"/admin/teamwork/comment/on/{claim.pk}/",
        "/admin/teamwork/notification/",
        "/admin/teamwork/notification/preferences/",
        "/admin/teamwork/comment/",
        "/admin/teamwork/chatchannel/add/",
    ):
        page.goto(path)
        for scheme in in_each_scheme(page):
            assert violations(page, scheme) == {}, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/admin/teamwork/notification/preferences/")
    page.get_by_role("radio", name="Overdue No email", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    assert list(NotificationPreference.objects.values_list("kind", "mail")) == [("overdue", "never")]
    assert trouble == []


def test_the_bell_pauses_in_hidden_tabs_and_without_an_answer(at_the_desk: Any, checker: User) -> None:
    page = at_the_desk(checker)
    stop_clock(page)
    page.add_init_script(FETCHED)
    page.goto("/admin/claims/topic/")
    expect(page.locator(".desk-bell")).to_be_visible()

    counted = 0

    def asks_in(seconds: int) -> int:
        """How often it has asked since this was called last, once so many seconds are over."""
        nonlocal counted
        for _each in range(0, seconds, 5):
            page.clock.run_for(5000)
            while page.evaluate("awaited"):
                page.wait_for_timeout(5)
        before, counted = counted, page.evaluate("fetched.filter(each => each.includes('/unread/')).length")
        return counted - before

    assert asks_in(65) == 3  # at once, then every 30 seconds
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert asks_in(120) == 0
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert asks_in(5) == 1
    page.route(re.compile("/unread/"), lambda route: route.abort())
    assert asks_in(300) == 3  # after 30 seconds, then 60, then 120
    page.unroute(re.compile("/unread/"))
    page.context.clear_cookies()
    assert asks_in(245) == 1
    assert asks_in(1200) == 0  # no one is signed in
