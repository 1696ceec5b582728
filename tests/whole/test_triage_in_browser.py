"""Fifty proposals triaged by keyboard, in a real browser: the decisions, and the number of keys."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, Topic, Transition
from claims.review import workflow
from claims.review.decline_reasons import DECLINE_REASONS
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def opened(chromium: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Open a page of the desk as a signed-in person; any error in it fails the test."""
    contexts, trouble = [], []

    def open_for(person: User, path: str, **options: object) -> Page:
        contexts.append(new_context(chromium, **options))
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        contexts[-1].add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert trouble == []


def propose(number: int, *, articles: int = 1) -> list[Claim]:
    """Proposals of articles, the best first."""
    sources = []
    for article in range(articles):
        here = range(article, number, articles)
        text = " ".join(f"Bridge {one} of {article} cost {one} million euros." for one in here)
        sources.append(make_source(text, title=f"Article {article}"))
    claims = []
    for one in range(number):
        claim = make_claim(
            f"Bridge {one} of {one % articles} cost {one} million euros.",
            state="proposed",
            score=0.9 - one / 1000,
        )
        make_appearance(claim, sources[one % articles], claim.statement)
        claims.append(claim)
    return claims


def is_shown(page: Page, claim: Claim) -> None:
    expect(page.locator("#triage-statement")).to_have_text(claim.statement)


def test_fifty_proposals_by_keyboard(opened: Open, editor: User) -> None:
    claims = propose(50, articles=5)
    stays = make_claim("The harbour bridge was the cheapest of all bridges.")
    # By article: those of the first are together, then those of the second.
    order = [claim for article in range(5) for claim in claims[article::5]]
    page = opened(editor, "/admin/claims/claim/triage/?queue=triage")
    pressed = 0

    def press(*keys: str) -> None:
        nonlocal pressed
        for key in keys:
            page.keyboard.press(key)
            pressed += 1

    expected: dict[int, tuple[str, str]] = {}
    for number, claim in enumerate(order[:40]):
        is_shown(page, claim)
        if number == 7:
            press("m", "0")
            page.keyboard.type(str(stays.pk))
            press("Enter")
            expected[claim.pk] = ("merged", "")
        elif number % 4 == 0:
            press("d", "2")
            expected[claim.pk] = ("declined", str(DECLINE_REASONS[1]))
        elif number % 4 == 1:
            press("d", "0")
            page.keyboard.type("Said in jest.")
            press("Enter")
            expected[claim.pk] = ("declined", "Said in jest.")
        else:
            press("a")
            expected[claim.pk] = ("accepted", "")
    # The rest of the last article, with one key.
    is_shown(page, order[40])
    press("A")
    expected |= {claim.pk: ("accepted", "") for claim in order[40:]}
    expect(page.get_by_text("Nothing is waiting here.")).to_be_visible()
    expect(page.locator("#triage-progress")).to_have_text("50 of 50 decided, 20 of them declined")
    assert dict(Claim.objects.exclude(pk=stays.pk).values_list("pk", "state")) == {
        pk: state for pk, (state, _reason) in expected.items()
    }
    assert {pk: reason for pk, reason in Claim.objects.values_list("pk", "reason") if reason} == {
        pk: reason for pk, (_state, reason) in expected.items() if reason
    }
    # One for each that is accepted, two with a reason of the list, three around words of one's own.
    assert pressed == 19 + 10 * 2 + 10 * 3 + 3 + 1


def test_a_decision_is_undone_and_decisions_of_others_are_reported(
    opened: Open, editor: User, checker: User, topic: Topic
) -> None:
    claims = propose(4)
    page = opened(editor, "/admin/claims/claim/triage/?queue=triage")
    is_shown(page, claims[0])
    page.keyboard.press("a")
    is_shown(page, claims[1])
    page.keyboard.press("u")
    is_shown(page, claims[0])
    page.keyboard.press("d")
    page.keyboard.press("1")
    is_shown(page, claims[1])
    expect(page.locator("#triage-progress")).to_have_text("1 of 4 decided, 1 of them declined")
    # While the second is shown, a colleague declines it.
    workflow.move(claims[1], "decline", by=checker, note="Old.")
    page.keyboard.press("a")
    is_shown(page, claims[2])
    alert = page.locator("[role=alert]")
    expect(alert).to_contain_text("Chris decided first: Decline (“Old.”).")
    # Several at once, and a topic, which is undone as well.
    page.keyboard.press("x")
    page.keyboard.press("j")
    is_shown(page, claims[3])
    page.keyboard.press("x")
    expect(page.locator("#triage-selected")).to_have_text("2 selected")
    page.keyboard.press("t")
    page.keyboard.press("0")
    page.keyboard.type("Transport")
    page.keyboard.press("Enter")
    expect(page.locator("#triage-messages")).to_contain_text("Topic added. 2 claims.")
    assert {claim.pk for claim in topic.claims.all()} == {claims[2].pk, claims[3].pk}
    page.keyboard.press("u")
    expect(page.locator("#triage-messages")).to_contain_text("Undone. 2 claims.")
    assert topic.claims.count() == 0
    assert list(Transition.objects.order_by("pk").values_list("claim", "action", "actor_name")) == [
        (claims[0].pk, "accept", "Edith"),
        (claims[0].pk, "reconsider", "Edith"),
        (claims[0].pk, "decline", "Edith"),
        (claims[1].pk, "decline", "Chris"),
    ]


def test_two_people_are_shown_different_proposals(opened: Open, editor: User, checker: User) -> None:
    claims = propose(4)
    first = opened(editor, "/admin/claims/claim/triage/?queue=triage")
    is_shown(first, claims[0])
    expect(first.locator("li[data-claim] [aria-current]")).to_have_count(1)
    first.wait_for_function(
        "performance.getEntriesByType('resource').some(each => each.name.includes('with='))"
    )
    second = opened(checker, "/admin/claims/claim/triage/?queue=triage")
    is_shown(second, claims[2])
    second.keyboard.press("a")
    is_shown(second, claims[3])


#: The words of buttons that are broken in two because they have no room.
_BROKEN_WORDS = """() => {
    const broken = [];
    for (const button of document.querySelectorAll(".triage-moves .desk-button")) {
        for (const node of button.childNodes) {
            if (node.nodeType !== Node.TEXT_NODE) continue;
            for (const found of node.data.matchAll(/\\S+/g)) {
                const range = document.createRange();
                range.setStart(node, found.index);
                range.setEnd(node, found.index + found[0].length);
                if (range.getClientRects().length > 1) broken.push(found[0]);
            }
        }
    }
    return broken;
}"""


@pytest.mark.parametrize("locale", ["de-DE", "ar-EG", "es-ES"])
def test_long_words_have_room_on_a_phone(opened: Open, editor: User, locale: str) -> None:
    propose(1)
    phone = {
        "viewport": {"width": 390, "height": 800},
        "locale": locale,
        "has_touch": True,
        "is_mobile": True,
    }
    page = opened(editor, "/admin/claims/claim/triage/?queue=triage", **phone)
    assert page.evaluate(_BROKEN_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_phone_and_both_schemes(opened: Open, editor: User) -> None:
    propose(3)
    long = make_claim("Donaudampfschifffahrtsgesellschaftskapitän" * 3, state="proposed", score=1)
    make_appearance(long, make_source("x " * 200 + long.statement), long.statement)
    page = opened(editor, "/admin/claims/claim/triage/?queue=triage", viewport={"width": 390, "height": 800})
    is_shown(page, long)
    for scheme in in_each_scheme(page):
        assert page.evaluate("document.documentElement.scrollWidth") == 390, scheme
        assert violations(page, scheme) == {}, scheme
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#triage-progress")).to_have_text("1 of 4 decided, 0 of them declined")
    page.locator("summary", has_text="Decline").click()
    assert violations(page) == {}
