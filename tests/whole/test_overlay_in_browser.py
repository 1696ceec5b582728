"""Checked claims marked in another site's article, in a real browser."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from claims.models import Claim, Claimant
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import FETCHED, new_context
from tests.helpers.host_site import HostSite, host_site
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser

#: The address of the article for the newsroom, which the host's pages name as canonical.
ARTICLE = "https://gazette.example.org/bridge"
BRIDGE = "The bridge cost nine million euros."
FERRY = "The ferry is late each day."
TEXT = f"She spoke on Monday. {BRIDGE} It was done early.\n\nHe disagreed. {FERRY} Then they left."
HURT = "<img src=x onerror='window.hurt=1'><script>window.hurt=1</script>"
BODY = f"""<link rel="canonical" href="{ARTICLE}"><main><h1>At the harbour</h1><article>
<p>She spoke on Monday. The <a href="#bridge">bridge</a> cost <em>nine</em> million euros. It was done early.</p>
<p id="second">He disagreed. {FERRY} Then they left.</p></article>
<p><a href="#end" id="end">The end</a></p></main>"""


@pytest.fixture(scope="module")
def claims(publish: Callable[..., Claim], claimant: Claimant) -> list[Claim]:
    article = make_source(TEXT, url=ARTICLE)
    bridge = make_claim(f"The bridge cost nine million. {HURT}", claimant=claimant)
    ferry = make_claim("The ferry is late.", claimant=claimant)
    make_appearance(bridge, article, BRIDGE)
    make_appearance(ferry, article, FERRY)
    publish(bridge, summary=f"The accounts show more. {HURT}")
    publish(ferry, code="true")
    return [bridge, ferry]


@pytest.fixture(scope="module")
def host() -> Iterator[HostSite]:
    with host_site() as somewhere:
        yield somewhere


@pytest.fixture
def visit(chromium: Browser, host: HostSite, site: str, claims: list[Claim]) -> Iterator[Callable[..., Page]]:
    """Open a page with this body that includes the overlay."""
    contexts: list[BrowserContext] = []

    def opened(
        body: str = BODY,
        *,
        attributes: str = 'data-overlay=""',
        policy: str = "",
        before: str = "",
        root: str = "<html lang=en>",
        again: bool = False,
        **options: Any,
    ) -> Page:
        context = new_context(chromium, **({"viewport": {"width": 900, "height": 700}} | options))
        contexts.append(context)
        page = context.new_page()
        if before:
            page.add_init_script(before)
        tag = f'<script async src="{site}/widget.js" {attributes}></script>'
        page.goto(host.put("/article", body + tag * (2 if again else 1), policy=policy, root=root))
        return page

    yield opened
    for context in contexts:
        assert context.cookies() == []
        context.close()


def highlighted(page: Page) -> list[str]:
    expect(page.locator("factcheck-mark").first).to_be_attached()
    texts: list[str] = page.evaluate("[...CSS.highlights.get('factcheck')].map(range => `${range}`)")
    return texts


def test_passages_are_marked_under_the_strictest_policy(visit: Callable[..., Page], site: str) -> None:
    problems: list[str] = []
    page = visit(
        policy=f"default-src 'none'; script-src {site}; connect-src {site}",
        before="addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))",
    )
    page.on("console", lambda message: problems.append(message.text))
    assert highlighted(page) == [BRIDGE, FERRY]
    page.locator("factcheck-mark button.mark").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert problems == []
    # The page's own elements are as they were.
    assert page.evaluate("document.querySelectorAll('article mark').length") == 0
    assert page.locator("#second").inner_text().split() == f"He disagreed. {FERRY} Then they left.".split()
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_the_box_shows_publisher_rating_and_summary(visit: Callable[..., Page], claims: list[Claim]) -> None:
    page = visit()
    mark = page.locator("factcheck-mark button.mark").nth(1)
    expect(mark).to_have_accessible_name("Fact check: True: The ferry is late.")
    expect(mark).to_have_accessible_description("The accounts show a different sum.")
    mark.click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("The ferry is late.")
    expect(box).to_contain_text("True")
    expect(box).to_contain_text("Factcheck Newsroom, March 1, 2026")
    expect(box).to_contain_text("The accounts show a different sum.")
    link = box.get_by_role("link", name="Read the full fact check")
    expect(link).to_have_attribute("href", f"http://localhost:8000/claims/{claims[1].pk}/the-ferry-is-late/")
    expect(link).to_have_attribute("rel", "noopener")


def test_claims_are_inserted_as_text(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator("factcheck-mark button.mark").first.click()
    expect(page.get_by_role("dialog")).to_contain_text(f"The bridge cost nine million. {HURT}")
    expect(page.get_by_role("dialog")).to_contain_text(f"The accounts show more. {HURT}")
    assert page.evaluate("window.hurt") is None
    assert page.locator("factcheck-mark img, factcheck-mark script").count() == 0


def test_keyboard_opens_reads_and_leaves_it(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.locator("factcheck-mark")).to_have_count(2)
    order = []
    page.keyboard.press("Tab")  # the link in the first passage
    for _ in range(3):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.localName"))
    assert order == ["factcheck-mark", "factcheck-mark", "end"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    expect(box).to_be_focused()
    page.keyboard.press("Tab")
    expect(box.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(box.get_by_role("link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("factcheck-mark button.mark").nth(1)).to_be_focused()


def test_a_click_on_the_passage_opens_it_and_one_elsewhere_closes_it(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.locator("factcheck-mark")).to_have_count(2)
    place = page.evaluate(
        """(() => {
          const box = [...CSS.highlights.get("factcheck")][1].getClientRects()[0];
          return [box.x + 20, box.y + 5];
        })()"""
    )
    page.mouse.click(*place)
    expect(page.get_by_role("dialog")).to_contain_text("The ferry is late.")
    page.mouse.click(5, 690)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_styles_of_the_page_do_not_get_in(visit: Callable[..., Page]) -> None:
    hostile = """<style>
    * { color: lime !important; font: 40px cursive !important; text-transform: uppercase; letter-spacing: 9px }
    factcheck-mark, div, button, b { display: none !important; visibility: hidden !important }
    article { text-transform: uppercase; visibility: visible }</style>"""
    page = visit(hostile + BODY)
    mark = page.locator("factcheck-mark button.mark").first
    expect(mark).to_be_visible()
    mark.click()
    statement = page.get_by_role("dialog").locator("b")
    expect(statement).to_be_visible()
    style = statement.evaluate(
        "each => ['fontSize', 'textTransform', 'letterSpacing'].map(name => getComputedStyle(each)[name])"
    )
    assert style == ["15px", "none", "normal"]


def test_lines_of_the_page_do_not_move(visit: Callable[..., Page]) -> None:
    page = visit("<style>p { font: 16px/24px serif; width: 400px }</style>" + BODY, attributes="")
    before = page.evaluate(
        "[...document.querySelectorAll('article p')].map(p => p.getClientRects()[0].height)"
    )
    marked = visit("<style>p { font: 16px/24px serif; width: 400px }</style>" + BODY)
    expect(marked.locator("factcheck-mark")).to_have_count(2)
    after = marked.evaluate(
        "[...document.querySelectorAll('article p')].map(p => p.getClientRects()[0].height)"
    )
    # A line more where the button does not fit; never a higher line.
    assert all((height - old) in (0, 24) for old, height in zip(before, after, strict=True))


def test_without_highlights_text_is_wrapped(visit: Callable[..., Page]) -> None:
    page = visit(before="delete window.Highlight")
    expect(page.locator("factcheck-mark")).to_have_count(2)
    wrapped = "selector => [...document.querySelectorAll(selector)].map(mark => mark.textContent)"
    assert "".join(page.evaluate(wrapped, "article p:first-child mark")) == BRIDGE
    assert page.evaluate(wrapped, "#second mark") == [FERRY]
    expect(page.locator("article a").first).to_have_text("bridge")
    page.locator("factcheck-mark button.mark").nth(1).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_included_twice_it_marks_once(visit: Callable[..., Page]) -> None:
    page = visit(again=True, before=FETCHED)
    expect(page.locator("factcheck-mark")).to_have_count(2)
    assert page.evaluate("fetched.length") == 1  # both scripts had run when the page was loaded


def test_only_a_named_article_is_read(visit: Callable[..., Page]) -> None:
    page = visit(attributes="data-overlay=#second")
    assert highlighted(page) == [FERRY]


def test_address_may_be_given(visit: Callable[..., Page]) -> None:
    body = BODY.replace('rel="canonical"', 'rel="other"')
    page = visit(body, attributes=f'data-overlay="" data-url="{ARTICLE}?utm_source=x#part"')
    assert highlighted(page) == [BRIDGE, FERRY]


@pytest.mark.parametrize(
    "body, attributes",
    [
        (BODY.replace("nine", "ten").replace("ferry", "train"), 'data-overlay=""'),
        (BODY.replace(ARTICLE, "https://gazette.example.org/other"), 'data-overlay=""'),
        (BODY, 'data-overlay="#nowhere"'),
        (BODY, 'data-overlay="]["'),
        (BODY, ""),
    ],
)
def test_otherwise_nothing_happens(visit: Callable[..., Page], body: str, attributes: str) -> None:
    page = visit(body, attributes=attributes)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.wait_for_timeout(1500)
    assert page.locator("factcheck-mark").count() == 0
    assert errors == []


def test_newsroom_that_is_away_leaves_no_trace(visit: Callable[..., Page], site: str) -> None:
    page = visit(before="window.fetch = () => Promise.reject(new TypeError('away'))")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.wait_for_timeout(1000)
    assert page.locator("factcheck-mark").count() == 0
    assert errors == []


def test_marked_page_and_box_are_accessible(visit: Callable[..., Page]) -> None:
    page = visit("<style>:root { color-scheme: light dark } a { color: inherit }</style>" + BODY)
    expect(page.locator("factcheck-mark")).to_have_count(2)
    page.locator("factcheck-mark button.mark").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page, scheme) == {}, scheme


def test_theme_of_the_box_can_be_held(visit: Callable[..., Page]) -> None:
    page = visit(attributes='data-overlay="" data-theme="dark"', color_scheme="light")
    page.locator("factcheck-mark button.mark").first.click()
    assert page.get_by_role("dialog").evaluate("each => getComputedStyle(each).colorScheme") == "dark"


def test_box_fits_a_narrow_phone(visit: Callable[..., Page]) -> None:
    page = visit(
        '<meta name=viewport content="width=device-width">' + BODY, viewport={"width": 320, "height": 480}
    )
    page.locator("factcheck-mark button.mark").nth(1).click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    expect(page.get_by_role("dialog")).to_be_in_viewport()


def test_it_speaks_the_language_of_the_page(visit: Callable[..., Page]) -> None:
    page = visit(attributes='data-overlay="" lang="de"', timezone_id="America/Los_Angeles")
    page.locator("factcheck-mark button.mark").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Falsch")
    expect(page.get_by_role("dialog")).to_contain_text("1. März 2026")
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_accessible_name("Schließen")


@pytest.mark.parametrize("language", ["", "x", "en_US", "zz", "__proto__", "constructor"])
def test_any_declared_language_of_the_page(visit: Callable[..., Page], language: str) -> None:
    page = visit(attributes=f'data-overlay="" lang="{language}"')
    page.locator("factcheck-mark button.mark").first.click()
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_accessible_name("Close")


def test_page_that_runs_from_right_to_left(visit: Callable[..., Page]) -> None:
    page = visit(
        '<meta name=viewport content="width=device-width">' + BODY,
        root='<html lang="ar" dir="rtl">',
        viewport={"width": 320, "height": 480},
    )
    assert highlighted(page) == [BRIDGE, FERRY]
    page.locator("factcheck-mark button.mark").nth(1).click()
    box = page.get_by_role("dialog")
    assert box.evaluate(
        "each => { const at = each.getBoundingClientRect(); return at.left >= 0 && at.right <= 320 }"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    expect(box.get_by_role("button")).to_have_accessible_name("إغلاق")
    expect(box).to_contain_text("صحيح")


def test_a_malicious_answer_is_harmless(visit: Callable[..., Page]) -> None:
    style = "red;background:url(https://evil.example.org/)"
    verdict = {
        "rating": {
            "label": HURT,
            "labels": {"en": HURT},
            "rating_class": "__proto__",
            "colour": style,
            "text_colour": style,
        },
        "publisher": {"name": HURT},
        "summary": HURT,
        "language": '"><script>',
        "reviewed_on": None,
    }
    where = {"exact": FERRY, "prefix": "He disagreed. ", "suffix": " Then they left.", "anchor": "anchored"}
    claim = {
        "statement": HURT,
        "language": HURT,
        "url": "javascript:window.hurt=1",
        "verdicts": [verdict],
        "appearances": [where],
    }
    unrated = claim | {
        "verdicts": [],
        "appearances": [where | {"exact": BRIDGE, "prefix": "She spoke on Monday. ", "suffix": ""}],
    }
    answer = json.dumps({"results": [{"claims": [claim, unrated]}]})
    requested: list[str] = []
    page = visit(before=f"window.fetch = async () => new Response({json.dumps(answer)})")
    page.on("request", lambda request: requested.append(request.url))
    marks = page.locator("factcheck-mark button.mark")
    expect(marks).to_have_text(["i", "i"])
    marks.nth(1).click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text(HURT)
    expect(box.get_by_role("link")).to_have_count(0)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hurt") is None
    assert requested == []
