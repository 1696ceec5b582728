"""Reader pages in a real browser: layout, readability, and use without a mouse, colour or JavaScript."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from claims.models import Claim, Claimant
from claims.public.pages import check, facet_panel, listed_claims
from tests.helpers.accessibility import violations
from tests.helpers.answers import Answers
from tests.helpers.browser import FETCHED, new_context
from tests.helpers.reader_site import LONG_WORD, pages_of_readers
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def addresses(site: str, publish: Callable[..., Claim], claimant: Claimant, editor: User) -> dict[str, str]:
    return {name: site + path for name, path in pages_of_readers(publish, claimant, editor).items()}


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address in a browser of its own; anything that the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def open_page(address: str, **options: Any) -> Page:
        context = new_context(chromium, **({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        context.add_init_script(FETCHED)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # The browser reports a page that is not there as an error of its own.
    assert [text for text in complaints if "404 (Not Found)" not in text] == []


PAPER = "getComputedStyle(document.documentElement).backgroundColor"
TEXTS = (
    "main :is(h1, h2, h3, h4, p, a, li, dt, dd, button, .badge, .chip, .number, .muted, mark, sup), footer a"
)

#: The lowest contrast between the text of elements and what lies behind it, by WCAG's formula.
CONTRAST = """selector => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const over = (colour, below) => {
    canvas.fillStyle = below; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return `rgb(${r}, ${g}, ${b})`;
  };
  const behind = element =>
    element ? over(getComputedStyle(element).backgroundColor, behind(element.parentElement)) : "white";
  const light = colour => {
    const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = colour.match(/\\d+/g).map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrasts = [...document.querySelectorAll(selector)].map(element => {
    const ground = behind(element);
    const [low, high] = [light(ground), light(over(getComputedStyle(element).color, ground))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
  return Math.min(...contrasts);
}"""


#: What moved while the page was loaded and read: each shift with what moved. A busy machine may paint a page before
#: all of it has arrived; that moves less than a tenth of the .1 that https://web.dev/articles/cls calls good.
SHIFTS = """() => new Promise(resolve => {
  const found = [];
  new PerformanceObserver(list => list.getEntries().filter(entry => entry.value >= .01).forEach(entry => found.push(
    [entry.value, ...entry.sources.map(({node}) => (node?.outerHTML ?? "").slice(0, 80))]
  ))).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => resolve(found), 300));
})"""


#: By then, everything loaded by scrolling has been requested.
TWO_FRAMES = "new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
#: Whether every answer to a script and every picture in sight is there.
ARRIVED = """() => awaited === 0 && document.fonts.status === "loaded" && [...document.images].every(image => {
  const {top, bottom} = image.getBoundingClientRect();
  return image.complete || bottom < 0 || top > innerHeight;
})"""


def test_nothing_moves_while_a_page_is_loaded_and_read(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    for width in (390, 1440):
        page = visit("about:blank", viewport={"width": width, "height": 800})
        # Each page is loaded as by a reader who comes for the first time, without opening a browser for each.
        page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        for name, address in addresses.items():
            page.goto(address)
            # To the end at once, so that pictures further down are loaded, and back.
            page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
            page.evaluate(TWO_FRAMES)
            page.wait_for_function(ARRIVED)
            page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
            assert page.evaluate(SHIFTS) == [], (name, width)


#: How far each way in the header moves when those after it arrive, in pixels.
LATE_HEADER = """() => {
  const ways = [...document.querySelectorAll(".site-head li")].filter(way => way.offsetParent);
  const places = () => ways.map(way => way.getBoundingClientRect().x);
  const whole = places();
  return ways.slice(0, -1).map((way, at) => {
    ways.slice(at + 1).forEach(late => late.style.display = "none");
    const moved = way.getBoundingClientRect().x - whole[at];
    ways.forEach(late => late.style.display = "");
    return moved;
  });
}"""


def test_header_that_arrives_in_pieces_does_not_move(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit(addresses["list"])
    for width in (390, 800, 1440):
        page.set_viewport_size({"width": width, "height": 700})
        moved = page.evaluate(LATE_HEADER)
        assert moved == [0] * len(moved) != [], width


#: How far the filters beside a list move when the list arrives, in pixels.
LATE_LIST = """() => {
  const filters = document.querySelector(".columns > .filters");
  const whole = filters.getBoundingClientRect();
  filters.nextElementSibling.style.display = "none";
  const alone = filters.getBoundingClientRect();
  return [whole.x - alone.x, whole.y - alone.y];
}"""


def test_filters_do_not_move_when_their_list_arrives(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    for name in ("corrections", "history"):
        for width in (390, 1440):
            page = visit(addresses[name], viewport={"width": width, "height": 800})
            assert page.evaluate(LATE_LIST) == [0, 0], (name, width)
            page.context.close()


WIDTHS = [320, 390, 768, 1440]
LEVELS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"


def test_every_page_fits_the_screen_is_readable_and_has_an_outline(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit("about:blank")
    found = {}
    for name, address in addresses.items():
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light")
        page.goto(address)
        first_headings = page.evaluate(LEVELS).count(1)
        landmarks = [page.locator(selector).count() for selector in ("main", "header.site-head")]
        papers, is_readable = set(), {}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            is_readable[scheme] = page.evaluate(CONTRAST, TEXTS) >= 4.5
            papers.add(page.evaluate(PAPER))
        widths = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 700})
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
        found[name] = (first_headings, landmarks, is_readable, len(papers), widths)
    assert found == dict.fromkeys(addresses, (1, [1, 1], {"light": True, "dark": True}, 2, WIDTHS))


def test_keyboard_reaches_the_content_first(addresses: dict[str, str], visit: Callable[..., Page]) -> None:
    page = visit(addresses["list"])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to main content"
    assert skip.bounding_box()["y"] >= 0  # type: ignore[index]  # it is shown
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"


def test_highlight_is_read_with_its_verdict_and_leads_to_the_claim(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit(addresses["source"])
    page.get_by_role("link", name="Rated Misleading: Sentence number misleading is said").press("Enter")
    page.wait_for_url("**/claims/**")
    assert page.locator("h1").inner_text() == f"Misleading: {LONG_WORD} is closed."
    page.get_by_role("link", name="Read the claim in the text").click()
    expect(page.locator(":target + mark")).to_have_text(re.compile("^Rated Misleading:"))


def test_theme_is_switched_and_remembered(addresses: dict[str, str], visit: Callable[..., Page]) -> None:
    page = visit(addresses["list"], color_scheme="light")
    light = page.evaluate(PAPER)
    switch = page.get_by_role("button", name="Dark colours")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert switch.get_attribute("aria-pressed") == "true"
    dark = page.evaluate(PAPER)
    assert dark != light
    page.goto(addresses["methodology"])
    assert page.evaluate(PAPER) == dark


def test_search_and_reading_need_no_javascript(addresses: dict[str, str], visit: Callable[..., Page]) -> None:
    page = visit(addresses["list"], java_script_enabled=False)
    page.get_by_label("Search claims").fill("misleading")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".card h2")).to_have_text([f"Misleading: {LONG_WORD} is closed."])
    page.locator(".card h2 a").click()
    expect(page.locator(".verdict .badge")).to_have_text("Misleading")
    assert not page.get_by_role("button", name="Dark colours").is_visible()


def test_printed_page_is_black_on_white(addresses: dict[str, str], visit: Callable[..., Page]) -> None:
    page = visit(addresses["claim"], color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(PAPER) == "rgb(255, 255, 255)"
    assert page.evaluate(CONTRAST, "h1, .verdict p") >= 7
    assert not page.locator(".site-head nav").is_visible()


def test_nothing_that_is_only_operated_is_printed(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit("about:blank")
    operated = "main :is(button, input, select, textarea, .chip)"
    shown = f"[...document.querySelectorAll('{operated}')].filter(one => one.offsetParent).map(one => one.outerHTML)"
    printed: dict[str, list[str]] = {}
    for name in ("history", "standards", "claimants", "list"):
        page.emulate_media(media="screen")
        page.goto(addresses[name])
        page.emulate_media(media="print")
        if elements := page.evaluate(shown):
            printed[name] = elements
    assert printed == {}


#: Each element's words, and their number of lines.
_LINES = """all => all.map(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return [one.innerText, new Set([...range.getClientRects()].map(box => Math.round(box.top))).size];
})"""


#: How much wider the hint of a search is than its field.
_HINT = """() => {
    const field = document.querySelector("input[type=search]"), style = getComputedStyle(field);
    const text = document.createElement("span");
    text.textContent = field.placeholder;
    text.style.cssText = "position: absolute; white-space: nowrap";
    text.style.fontFamily = style.fontFamily;
    text.style.fontSize = getComputedStyle(field, "::placeholder").fontSize;
    document.body.append(text);
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return text.getBoundingClientRect().width - room;
}"""


def test_no_button_and_no_rating_is_broken_into_lines(
    site: str, addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit("about:blank")
    broken = {}
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        for name in ("corrections", "ratings", "topics"):
            page.goto(addresses[name].replace(site, f"{site}/es"))
            lines = page.eval_on_selector_all(".button, .scale .badge", _LINES)
            if words := [words for words, count in lines if count > 1]:
                broken[width, name] = words
    assert broken == {}


def test_the_search_field_is_not_cut_off_on_a_phone(
    site: str, addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit("about:blank", viewport={"width": 320, "height": 700})
    cut = {}
    for code in ("de", "es", "fr", "pt", "ar", "ko"):
        for name in ("home", "list", "claimants"):
            page.goto(addresses[name].replace(site, f"{site}/{code}"))
            if (missing := page.evaluate(_HINT)) > 0:
                cut[code, name] = missing
    assert cut == {}


def test_the_head_stays_low(site: str, addresses: dict[str, str], visit: Callable[..., Page]) -> None:
    page = visit("about:blank")
    high = {}
    for width, most in ((320, 130), (390, 130), (768, 110), (1152, 110), (1280, 70)):
        page.set_viewport_size({"width": width, "height": 700})
        for code in ("es", "fr", "pt"):
            page.goto(addresses["check"].replace(site, f"{site}/{code}"))
            if (height := page.evaluate("document.querySelector('.site-head').offsetHeight")) > most:
                high[width, code] = height
    assert high == {}


# Check a text ---------------------------------------------------------------------------------------------------------

SAID = f"Heute gesagt: {LONG_WORD} ist zu.\n\nאין ראיות לכך שהגשר נסגר. It rains."


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, addresses: dict[str, str]) -> Answers:
    """What matching finds: the first sentence is a checked claim, the second one says otherwise."""
    fake = Answers()
    monkeypatch.setattr(check, "match_published_text", fake)
    [first, second] = Claim.objects.order_by("pk")[:2]
    fake.know(f"Heute gesagt: {LONG_WORD} ist zu.", first)
    fake.know("אין ראיות לכך שהגשר נסגר.", second, "contradicts", confidence=0.8)
    return fake


def checked(page: Page) -> Page:
    """The answer to the text, pasted into the page that is open."""
    page.get_by_label("Your text, in any language").fill(SAID)
    page.get_by_role("button", name="Check this text").click()
    expect(page.locator("h1")).to_have_text("Checked claims in this text")
    page.wait_for_load_state()  # its styles may come after its words
    return page


def test_a_text_is_checked_without_javascript_on_a_phone(
    answers: Answers, addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = checked(
        visit(addresses["check"], java_script_enabled=False, viewport={"width": 390, "height": 844})
    )
    expect(page.locator(".source-text mark")).to_have_count(2)
    page.get_by_role("link", name="The checked claim differs").press("Enter")
    expect(page.locator("#match-2")).to_be_in_viewport()
    page.get_by_role("link", name="Sentence 2 in the text").click()
    expect(page.locator("#sentence-2")).to_be_in_viewport()


def test_the_answer_fits_every_screen_and_is_readable(
    answers: Answers, addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = checked(visit(addresses["check"]))
    for width in (320, 390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") == width, width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST, TEXTS) >= 4.5, scheme
        assert violations(page, scheme) == {}, scheme


def test_each_paragraph_runs_in_its_own_direction(
    answers: Answers, addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = checked(visit(addresses["check"]))
    directions = "[...document.querySelectorAll('.source-text p')].map(p => getComputedStyle(p).direction)"
    assert page.evaluate(directions) == ["ltr", "rtl"]


def test_a_search_without_results_can_be_checked_as_a_text(
    answers: Answers, addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit(addresses["nothing found"], java_script_enabled=False)
    page.get_by_role("button", name="Check this text").click()
    expect(page.locator(".source-text")).to_have_text(re.compile("volcano"))


FILLS = "[...new Set([...document.querySelectorAll('.bars rect')].map(bar => getComputedStyle(bar).fill))]"


def test_chart_has_the_colours_of_the_ratings_and_the_direction_of_the_page(
    addresses: dict[str, str], visit: Callable[..., Page]
) -> None:
    page = visit(addresses["claimant"], color_scheme="light")
    light = page.evaluate(FILLS)
    assert len(light) == 10
    page.emulate_media(color_scheme="dark")
    assert set(page.evaluate(FILLS)).isdisjoint(light)
    page.emulate_media(forced_colors="active")
    assert len(page.evaluate(FILLS)) == 10
    across = "getComputedStyle(document.querySelector('.bars')).transform"
    assert page.evaluate(across) == "none"
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(across).startswith("matrix(-1,")
    page.get_by_text("The same data as a table").click()
    assert page.locator(".chart-table tbody tr").count() == 11  # ten months, and that of the correction


@pytest.mark.parametrize("width", [390, 1280])
def test_numbers_that_come_late_move_nothing(
    addresses: dict[str, str], visit: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(facet_panel, "EXPENSIVE_LIST", 0)
    monkeypatch.setattr(listed_claims, "CLAIMS_PER_PAGE", 9)
    page = visit(addresses["list"], viewport={"width": width, "height": 700})
    expect(page.locator("#filters .facet").first).to_be_attached()
    assert page.evaluate(SHIFTS) == []
    page.locator("#filters").get_by_role("link", name=re.compile("^Satire")).click()
    expect(page.locator(".card")).to_have_count(1)


def test_without_scripts_a_link_leads_to_the_numbers(
    addresses: dict[str, str], visit: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facet_panel, "EXPENSIVE_LIST", 0)
    monkeypatch.setattr(listed_claims, "CLAIMS_PER_PAGE", 9)
    page = visit(addresses["list"], java_script_enabled=False)
    page.locator("#filters").get_by_role("link", name=re.compile("with counts$")).click()
    page.get_by_role("link", name=re.compile("^Satire")).click()
    expect(page.locator(".card")).to_have_count(1)
