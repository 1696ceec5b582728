"""Claims and lists of claims on another site's pages, in a real browser."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Page, expect

from claims.features.embeds.widget_script import build_script as served
from claims.models import Claim, Claimant, Publication
from claims.review import workflow
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.host_site import HostSite, host_site
from tests.helpers.newsroom import make_claim
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser

Opened = Callable[[str, str], Page]

#: A page whose author distrusts all widgets.
HOSTILE_STYLES = """<style>
* { color: lime !important; font: 40px cursive !important; text-transform: uppercase !important; letter-spacing: 9px }
iframe, div, slot, button { display: none !important; border: 9px solid red !important; height: 3px !important }
</style>"""


@pytest.fixture(scope="module")
def claims(publish: Callable[..., Claim], claimant: Claimant) -> dict[str, Claim]:
    hostile = '</script><script>parent.hurt=1</script><img src=x onerror="parent.hurt=1">'
    texts = {
        "plain": ("The harbour bridge cost nine million euros.", "en"),
        "long": ("The harbour bridge cost nine million euros, and was done a year early. " * 6, "en"),
        "arabic": ("قال الوزير إن الجسر الجديد كلف خزينة الدولة تسعة ملايين دينار.", "ar"),
        "hostile": (f"{hostile} is so.", "en"),
    }
    made = {
        name: make_claim(text.strip(), language=language, claimant=claimant)
        for name, (text, language) in texts.items()
    }
    for name, claim in made.items():
        publish(claim, summary=f"The accounts show more. {hostile if name == 'hostile' else ''}")
    return made


@pytest.fixture(scope="module")
def host() -> Iterator[HostSite]:
    with host_site() as somewhere:
        yield somewhere


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with new_context(chromium, viewport={"width": 1000, "height": 900}) as fresh:
        yield fresh


@pytest.fixture
def opened(host: HostSite, context: BrowserContext) -> Opened:
    """Puts a page on the other site, and opens it."""
    return lambda path, content: shown(context, host.put(path, content))


def shown(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def script(site: str, attributes: str = "") -> str:
    return f'<script async src="{site}/widget.js" {attributes}></script>'


def embedded(
    site: str, claim: Claim, attributes: str = "", inside: str = '<a href="#">Fact check</a>'
) -> str:
    return f'<factcheck-claim src="{site}/claims/{claim.pk}/" {attributes}>{inside}</factcheck-claim>'


def frame_in(page: Page, name: str) -> FrameLocator:
    return page.locator(name).frame_locator("iframe")


def content_of(page: Page, name: str) -> Frame:
    content = page.locator(f"{name} iframe").element_handle().content_frame()
    assert content is not None
    return content


def policy(site: str) -> str:
    return f"default-src 'none'; script-src {site}; frame-src {site}"


def test_claim_and_list_under_the_strictest_policy(
    site: str, host: HostSite, context: BrowserContext, claims: dict[str, Claim]
) -> None:
    claim = claims["plain"]
    address = host.put(
        "/strict",
        embedded(site, claim)
        + f'<factcheck-list src="{site}/" limit="2" q="bridge">Our fact checks</factcheck-list>{script(site)}',
        policy=policy(site),
    )
    problems: list[str] = []
    context.on("console", lambda message: problems.append(message.text))
    page = shown(context, address)
    card, listed = frame_in(page, "factcheck-claim"), frame_in(page, "factcheck-list")
    expect(card.locator("h1")).to_have_text("The harbour bridge cost nine million euros.")
    expect(card.locator(".badge")).to_be_visible()
    expect(listed.locator("li")).to_have_count(2)
    expect(page.locator("factcheck-claim a")).to_be_hidden()
    # Frames do not scroll: each is as high as its content.
    for element in ("factcheck-claim", "factcheck-list"):
        inner = content_of(page, element)
        inner.wait_for_function("document.documentElement.scrollHeight <= innerHeight")
        assert inner.evaluate("self.origin") == "null"
        assert inner.evaluate("document.referrer") == ""
    assert [text for text in problems if "favicon" not in text] == []
    assert context.cookies() == []
    assert page.evaluate("[sessionStorage.length, document.cookie]") == [0, ""]
    kept = page.evaluate("Object.entries(localStorage)")
    changed = Publication.objects.get(claim=claim).document["updated_at"]
    assert kept == [
        ["factcheck", json.dumps([[f"/claims/{claim.pk}/card/", changed]], separators=(",", ":"))]
    ]


def test_frame_is_named_and_can_reach_nothing(site: str, opened: Opened, claims: dict[str, Claim]) -> None:
    page = opened(
        "/named",
        embedded(site, claims["plain"], inside='<a href="#">A fact check of the bridge</a>') + script(site),
    )
    frame = page.locator("factcheck-claim iframe")
    expect(frame).to_have_attribute("title", "A fact check of the bridge")
    expect(frame).to_have_attribute("sandbox", "allow-scripts allow-popups allow-popups-to-escape-sandbox")
    expect(frame).to_have_attribute("referrerpolicy", "no-referrer")
    inner = content_of(page, "factcheck-claim")
    for reach in ("parent.document.title", "localStorage.length", "top.location.href", "document.cookie"):
        assert (
            inner.evaluate(f"() => {{ try {{ return '' + ({reach}) }} catch {{ return 'refused' }} }}")
            == "refused"
        )


def test_the_keyboard_enters_and_leaves_the_frame(
    site: str, opened: Opened, claims: dict[str, Claim]
) -> None:
    page = opened(
        "/keyboard",
        f"""<a id=before href="#">Before</a>{embedded(site, claims["plain"])}
            <a id=after href="#">After</a>{script(site)}""",
    )
    expect(page.locator("factcheck-claim a")).to_be_hidden()
    page.focus("#before")
    card = frame_in(page, "factcheck-claim")
    # The frame has a process of its own, which the next key must find where this one leads.
    for name in ("The harbour bridge cost nine million euros.", "Read the full fact check"):
        page.keyboard.press("Tab")
        expect(card.get_by_role("link", name=name)).to_be_focused()
        assert page.evaluate("document.activeElement.localName") == "factcheck-claim"
    page.keyboard.press("Tab")
    expect(page.locator("#after")).to_be_focused()


def test_the_link_stays_if_no_frame_loads(
    site: str, opened: Opened, host: HostSite, claims: dict[str, Claim], chromium: Browser
) -> None:
    for number, source in enumerate(
        (
            "https://nowhere.invalid/claims/1/",
            f"{site}/claims/987654/",
            "javascript:alert(1)//claims/1/",
            "",
            "http://[",
        )
    ):
        page = opened(
            f"/none{number}",
            f'<factcheck-claim src="{source}"><a href="#">Read it</a></factcheck-claim>{script(site)}',
        )
        page.wait_for_function("!!customElements.get('factcheck-claim')")
        page.wait_for_timeout(500)
        expect(page.get_by_role("link", name="Read it")).to_be_visible()
        expect(page.locator("factcheck-claim iframe:visible")).to_have_count(0)
    refused = opened(
        "/typo",
        f'<factcheck-list src="{site}/" topik="x"><a href="#">Read it</a></factcheck-list>{script(site)}',
    )
    refused.wait_for_timeout(800)
    expect(refused.get_by_role("link", name="Read it")).to_be_visible()
    plain = f'<factcheck-claim src="{site}/claims/1/"><a href="#">Read it</a></factcheck-claim>{script(site)}'
    with new_context(chromium, java_script_enabled=False) as unscripted:
        page = shown(unscripted, host.put("/unscripted", plain))
        expect(page.get_by_role("link", name="Read it")).to_be_visible()


def test_it_works_twice_and_whenever_it_is_added(site: str, opened: Opened, claims: dict[str, Claim]) -> None:
    one = embedded(site, claims["plain"])
    page = opened("/twice", script(site) + one + one + script(site))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for number in (0, 1):
        expect(
            page.locator("factcheck-claim").nth(number).frame_locator("iframe").locator("h1")
        ).to_be_visible()
    page.evaluate("one => document.body.insertAdjacentHTML('beforeend', one)", one)
    expect(page.locator("factcheck-claim").nth(2).frame_locator("iframe").locator("h1")).to_be_visible()
    # Moved, it stays what it was.
    page.evaluate("document.body.prepend(document.querySelector('factcheck-claim:last-of-type'))")
    expect(page.locator("factcheck-claim").first.frame_locator("iframe").locator("h1")).to_be_visible()
    expect(page.locator("factcheck-claim iframe:visible")).to_have_count(3)
    assert errors == []


def test_content_below_a_reserved_height_does_not_move(
    site: str, opened: Opened, claims: dict[str, Claim]
) -> None:
    page = opened(
        "/reserved",
        f"""<script>window.shift = 0;
            new PerformanceObserver(list => list.getEntries().forEach(each => shift += each.value))
            .observe({{type: "layout-shift", buffered: true}})</script>
            <style>factcheck-claim {{ display: block; min-height: 500px }}</style>
            {embedded(site, claims["plain"], 'height="500"')}
            <p id="below">Below</p>{script(site)}""",
    )
    before = page.locator("#below").bounding_box()
    expect(page.locator("factcheck-claim a")).to_be_hidden()
    assert page.locator("#below").bounding_box() == before
    # A busy machine may paint the page before all of it is there.
    assert page.evaluate("shift") < 0.01


def test_frame_believes_no_other_window(site: str, opened: Opened, claims: dict[str, Claim]) -> None:
    page = opened(
        "/forged",
        f"""{embedded(site, claims["plain"], 'height="300"')}{script(site)}
            <iframe id=other srcdoc="<script>parent.postMessage({{factcheck: 4000}}, '*')</script>"></iframe>""",
    )
    expect(page.locator("factcheck-claim a")).to_be_hidden()
    page.evaluate("postMessage({factcheck: 4000}, '*')")
    page.wait_for_timeout(300)
    assert page.locator("factcheck-claim").bounding_box()["height"] < 600  # type: ignore[index]


def test_styles_of_the_page_do_not_get_in(site: str, opened: Opened, claims: dict[str, Claim]) -> None:
    page = opened("/hostile", HOSTILE_STYLES + embedded(site, claims["hostile"]) + script(site))
    card = frame_in(page, "factcheck-claim")
    expect(card.locator("h1")).to_contain_text("</script><script>parent.hurt=1</script>")
    page.wait_for_function(
        "document.querySelector('factcheck-claim').shadowRoot.querySelector('iframe').offsetHeight > 150"
    )
    assert card.locator("h1").evaluate("each => getComputedStyle(each).textTransform") == "none"
    assert page.evaluate("window.hurt") is None


@pytest.mark.parametrize("name", ["plain", "long", "arabic"])
def test_it_fits_a_narrow_phone(
    site: str, host: HostSite, chromium: Browser, claims: dict[str, Claim], name: str
) -> None:
    address = host.put(
        f"/phone-{name}",
        f"""<meta name=viewport content="width=device-width">{embedded(site, claims[name], "height=100")}
        <factcheck-list src="{site}/">Fact checks</factcheck-list>{script(site)}""",
    )
    with new_context(chromium, viewport={"width": 320, "height": 640}) as context:
        page = shown(context, address)
        for element, text in (("factcheck-claim", "h1"), ("factcheck-list", "li")):
            page.locator(element).scroll_into_view_if_needed()
            expect(frame_in(page, element).locator(text).first).to_be_visible()
            inner = content_of(page, element)
            inner.wait_for_function("document.documentElement.scrollHeight <= innerHeight")
            assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        direction = content_of(page, "factcheck-claim")
        assert direction.evaluate("document.documentElement.dir") == ("rtl" if name == "arabic" else "ltr")


def test_site_chooses_theme_accent_font_border_and_language(
    site: str, opened: Opened, claims: dict[str, Claim]
) -> None:
    page = opened(
        "/themed",
        f'<factcheck-list src="{site}/" theme="dark" accent="#ffcc00" font="serif" border="none" limit="1">Fact'
        f" checks</factcheck-list>{script(site)}",
    )
    listed = frame_in(page, "factcheck-list")
    expect(listed.locator("li")).to_have_count(1)
    content_of(page, "factcheck-list").wait_for_load_state()  # its styles may come after its words

    def style(selector: str, name: str) -> str:
        return str(
            listed.locator(selector).first.evaluate("(each, name) => getComputedStyle(each)[name]", name)
        )

    assert style("html", "backgroundColor") == "rgb(28, 33, 37)"
    assert style(".embed", "borderBlockStartColor") == "rgb(255, 204, 0)"
    assert style("footer a", "color") == "rgb(255, 204, 0)"
    assert style(".embed", "borderInlineStartWidth") == "0px"
    assert "serif" in style("h1", "fontFamily")
    translated = opened(
        "/language",
        f"""<factcheck-claim lang="de" src="{site}/claims/{claims["plain"].pk}/slug/?a=1#x"></factcheck-claim>
            <factcheck-list lang="ar" src="{site}/de/" limit="1">Fact checks</factcheck-list>{script(site)}""",
    )
    claim = claims["plain"].pk
    expect(translated.locator("factcheck-claim iframe")).to_have_attribute(
        "src", f"{site}/de/claims/{claim}/card/?report=height"
    )
    expect(translated.locator("factcheck-list iframe")).to_have_attribute(
        "src", f"{site}/ar/widgets/list/?limit=1&report=height"
    )


def test_pages_in_frames_are_accessible(site: str, context: BrowserContext, claims: dict[str, Claim]) -> None:
    pages = [f"/claims/{claim.pk}/card/?report=height" for claim in claims.values()]
    for path in (
        *pages,
        "/widgets/list/?report=height",
        "/widgets/list/?accent=ffff00&font=serif&border=none",
        "/widgets/list/?q=volcano",
    ):
        page = shown(context, site + path)
        for scheme in in_each_scheme(page):
            assert violations(page, scheme) == {}, (path, scheme)
        page.close()


def test_page_around_a_frame_is_accessible(
    site: str, host: HostSite, context: BrowserContext, claims: dict[str, Claim]
) -> None:
    address = host.put(
        "/axe",
        f"<main><h1>News</h1>{embedded(site, claims['plain'])}</main>{script(site)}",
    )
    page = shown(context, address)
    expect(page.locator("factcheck-claim a")).to_be_hidden()
    assert violations(page) == {}


def test_retraction_shows_at_once(
    site: str, host: HostSite, context: BrowserContext, publish: Callable[..., Claim], editor: Any
) -> None:
    claim = publish(make_claim("The ferry sank."))
    address = host.put(
        "/retracted",
        f'<factcheck-claim src="{site}/claims/{claim.pk}/">Fact check</factcheck-claim>{script(site)}',
    )
    page = shown(context, address)
    expect(frame_in(page, "factcheck-claim").locator(".badge")).to_have_text("False")
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    page.reload()
    expect(frame_in(page, "factcheck-claim").locator(".badge")).to_have_text("Retracted")
    expect(frame_in(page, "factcheck-claim").locator("article")).to_contain_text("The audit was forged.")


def test_a_returning_reader_sees_a_change_once(
    site: str, host: HostSite, context: BrowserContext, publish: Callable[..., Claim], editor: Any
) -> None:
    claim, unchanged, forgotten = (
        publish(make_claim(f"The {name} sank.")) for name in ("barge", "tug", "raft")
    )
    address = host.put(
        "/again",
        "<main><h1>News</h1>"
        + "".join(
            f'<factcheck-claim id="{name}" src="{site}/claims/{one.pk}/" {attribute}>Fact check</factcheck-claim>'
            for name, one, attribute in (
                ("changed", claim, ""),
                ("unchanged", unchanged, ""),
                ("forgotten", forgotten, 'remember="off"'),
            )
        )
        + f"</main>{script(site)}",
    )
    page = shown(context, address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def find_notices() -> list[bool]:
        """Whether each frame shows the note, once all have reported, and the answers have arrived."""
        notices = []
        for name in ("changed", "unchanged", "forgotten"):
            expect(page.locator(f"#{name} a")).to_have_count(0)
            frame = frame_in(page, f"#{name}")
            expect(frame.locator("h1")).to_be_visible()
            notices.append(frame.locator(".since").is_visible())
        return notices

    assert find_notices() == [False, False, False]
    page.wait_for_function("JSON.parse(localStorage.factcheck || '[]').length === 2")
    for one in (claim, forgotten):
        workflow.move(one.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    page.reload()
    notice = frame_in(page, "#changed").locator(".since")
    expect(notice).to_contain_text("Changed since you last read it: Retraction, ")
    expect(notice.get_by_role("link")).to_have_attribute(
        "href", re.compile(rf"/claims/{claim.pk}/.+/history/$")
    )
    assert violations(page) == {}
    assert find_notices() == [True, False, False]
    page.reload()
    assert find_notices() == [False, False, False]
    # The newsroom is not sent what the reader saw.
    frames = {url for url in asked if "/card/" in url}
    assert frames == {f"{site}/claims/{one.pk}/card/?report=height" for one in (claim, unchanged, forgotten)}


def test_it_remembers_no_more_than_the_latest_200(
    site: str, opened: Opened, claims: dict[str, Claim]
) -> None:
    page = opened("/bounded", "<p>Nothing yet</p>")
    page.evaluate(
        "localStorage.factcheck = JSON.stringify([...Array(200)].map((_, at) => [`/claims/${at}/`, 'x']))"
    )
    page = opened("/bounded", embedded(site, claims["plain"]) + script(site))
    own = f"/claims/{claims['plain'].pk}/card/"
    page.wait_for_function(f"JSON.parse(localStorage.factcheck).at(-1)[0] === '{own}'")
    assert page.evaluate("JSON.parse(localStorage.factcheck).map(([path]) => path)") == [
        *(f"/claims/{at}/" for at in range(1, 200)),
        own,
    ]


def test_pinned_script_is_checked_by_the_browser(site: str, opened: Opened, claims: dict[str, Claim]) -> None:
    digest = hashlib.sha256(served())
    integrity = "sha256-" + base64.b64encode(digest.digest()).decode()
    tag = f'<script async crossorigin integrity="{integrity}" src="{site}/widget.{digest.hexdigest()}.js"></script>'
    page = opened("/pinned", embedded(site, claims["plain"]) + tag)
    expect(frame_in(page, "factcheck-claim").locator("h1")).to_be_visible()
    assert page.evaluate("!!customElements.get('factcheck-list')")
