"""The example of a browser extension, in Chromium, against a running site."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from claims.features.embeds.widget_script import WIDGET_FOLDER
from claims.models import Claim
from claims.review import workflow
from tests.helpers.accessibility import violations
from tests.helpers.accessible_names import accessible_names, wait_for_names
from tests.helpers.extension_popup import Extension, extension_in
from tests.helpers.host_site import HostSite, host_site
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.shared_newsroom import checker, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "editor", "publish", "shared_rows", "site"]  # fixtures

EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "browser-extension"
BRIDGE = "The bridge cost nine million euros."
TEXT = f"She spoke on Monday. {BRIDGE} It was done early."
NOTHING = "Nothing here has been checked. It may be true or false."
HURT = "<img src=x onerror='window.hurt=1'>"


@pytest.mark.parametrize("name", ["anchors.js", "marks.js"])
def test_it_shares_the_files_that_anchor_and_mark(name: str) -> None:
    assert (EXAMPLE / name).read_bytes() == (WIDGET_FOLDER / name).read_bytes()


def test_it_asks_for_no_more_than_its_readme_says() -> None:
    manifest = json.loads((EXAMPLE / "manifest.json").read_text())
    assert manifest["permissions"] == ["activeTab", "scripting", "storage"]
    asked = {
        "host_permissions",
        "optional_host_permissions",
        "optional_permissions",
        "content_scripts",
        "background",
    }
    assert asked & manifest.keys() == set()
    readme = (EXAMPLE / "README.md").read_text()
    for permission in manifest["permissions"]:
        assert f"- `{permission}`: " in readme
    assert {path.name for path in EXAMPLE.iterdir()} - set(re.findall(r"`([\w.-]+\.\w+)`", readme)) == {
        "README.md",
        "style.css",
    }


@pytest.fixture(scope="module")
def host() -> Iterator[HostSite]:
    with host_site() as somewhere:
        yield somewhere


@pytest.fixture(scope="module")
def claim(publish: Callable[..., Claim], host: HostSite) -> Claim:
    made = make_claim(BRIDGE)
    make_appearance(made, make_source(TEXT, url=f"{host.url}/bridge"), BRIDGE)
    return publish(made, summary=f"The accounts show more. {HURT}")


@pytest.fixture(scope="module")
def extension(
    chromium: Browser, site: str, claim: Claim, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Extension]:
    with extension_in(chromium, EXAMPLE, tmp_path_factory.mktemp("profile")) as loaded:
        choose(loaded, site)
        yield loaded


def choose(extension: Extension, *sites: str) -> None:
    """Have these newsrooms asked."""
    options = extension.open("options.html")
    options.fill("#sites", "\n".join(sites))
    options.click("button")
    expect(options.locator("#saved")).to_have_text("Saved.")
    options.close()


@pytest.fixture
def page(extension: Extension) -> Iterator[Page]:
    opened = extension.context.new_page()
    yield opened
    opened.close()


@pytest.fixture
def asked(extension: Extension, page: Page) -> Callable[[str, str], str]:
    """What the window says after one of its buttons was pressed on the page at an address."""

    def pressed(address: str, button: str) -> str:
        if page.url != address:
            page.goto(address)
        popup = extension.press(page)
        popup.click(button)
        words = popup.said()
        popup.close()
        return words

    return pressed


BODY = (
    "<main><p>She spoke on Monday. The <b>bridge</b> cost nine million euros. It was done early.</p></main>"
)


@pytest.mark.browser
def test_checked_passages_of_the_page_are_highlighted(
    host: HostSite, page: Page, asked: Callable[[str, str], str]
) -> None:
    # Even where the page allows nothing to itself.
    words = asked(host.put("/bridge", BODY, policy="default-src 'none'"), "#page")
    assert words.split("\n\n")[0].startswith("One passage is highlighted.")
    assert f"Factcheck Newsroom: False\n{BRIDGE}" in words
    name = f"Fact check: False: {BRIDGE}"
    wait_for_names(page, "button", [name])
    page.locator("factcheck-mark").click()
    wait_for_names(page, "dialog", [name])
    wait_for_names(page, "link", ["Read the full fact check"])
    assert f"The accounts show more. {HURT}" in accessible_names(page, "StaticText")
    page.keyboard.press("Escape")
    wait_for_names(page, "dialog", [])
    # Asked again, it is marked once.
    asked(page.url, "#page")
    expect(page.locator("factcheck-mark")).to_have_count(1)


@pytest.mark.browser
def test_a_hostile_page_can_neither_read_nor_change_the_overlay(
    host: HostSite, page: Page, asked: Callable[[str, str], str]
) -> None:
    hostile = """<script>
      window.seen = [];
      const real = Element.prototype.attachShadow;
      Element.prototype.attachShadow = function () { seen.push("attached"); return real.call(this, {mode: "open"}); };
      new MutationObserver((changes) => {
        for (const host of changes.flatMap((change) => [...change.addedNodes]))
          if (host.localName === "factcheck-mark") {
            seen.push(host.shadowRoot && host.shadowRoot.textContent, host.textContent);
            for (const badge of host.shadowRoot?.querySelectorAll("mark") || []) badge.textContent = "True";
          }
      }).observe(document, {subtree: true, childList: true});
    </script>"""
    words = asked(host.put("/bridge", BODY + hostile), "#page")
    assert words.startswith("One passage is highlighted.")
    assert page.evaluate("seen") == [None, ""]
    page.locator("factcheck-mark").click()
    wait_for_names(page, "dialog", [f"Fact check: False: {BRIDGE}"])
    said = accessible_names(page, "StaticText")
    assert ("False" in said, "True" in said) == (True, False)


@pytest.mark.browser
def test_page_of_which_nothing_was_checked(
    host: HostSite, page: Page, asked: Callable[[str, str], str]
) -> None:
    assert asked(host.put("/ferry", BODY), "#page") == NOTHING
    assert page.locator("factcheck-mark").count() == 0


@pytest.mark.browser
def test_words_that_were_changed_since_are_not_highlighted(
    host: HostSite, page: Page, asked: Callable[[str, str], str]
) -> None:
    words = asked(host.put("/bridge", BODY.replace("nine", "ninety")), "#page")
    assert words.startswith("0 passages are highlighted.")
    assert "the page does not contain their wording" in words
    assert page.locator("factcheck-mark").count() == 0


@pytest.mark.browser
def test_selected_text_is_checked(host: HostSite, page: Page, asked: Callable[[str, str], str]) -> None:
    page.goto(
        host.put("/elsewhere", f"<p id=a>{BRIDGE}</p><p id=b>Zeppelins will land on every lighthouse.</p>")
    )
    assert asked(page.url, "#selection") == "Select a text in the page first."
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#a'))")
    words = asked(page.url, "#selection")
    assert words.startswith(f"“{BRIDGE}”\n\nThis was checked.")
    assert "Factcheck Newsroom: False" in words
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#b'))")
    assert asked(page.url, "#selection") == NOTHING


@pytest.mark.browser
def test_only_documented_data_are_sent(extension: Extension, host: HostSite, page: Page, site: str) -> None:
    page.goto(host.put("/secret", "<title>A title</title><p>Words of a page.</p>") + "?article=7#part")
    popup = extension.press(page)
    popup.evaluate(
        """(() => {
          window.sent = [];
          const real = fetch;
          window.fetch = (url, options) => {
            const {method = "GET", body = "", credentials, referrerPolicy} = options;
            sent.push([`${url}`, method, body, credentials, referrerPolicy]);
            return real(url, options);
          };
        })()"""
    )
    assert popup.evaluate("sent") == []
    popup.click("#page")
    popup.said()
    address = (
        f"{host.url}/secret?article=7".replace(":", "%3A")
        .replace("/", "%2F")
        .replace("?", "%3F")
        .replace("=", "%3D")
    )
    assert popup.evaluate("sent") == [
        [f"{site}/api/v1/lookup/?url={address}", "GET", "", "omit", "no-referrer"],
        [f"{site}/api/v1/corrections/?page_size=100", "GET", "", "omit", "no-referrer"],
    ]
    assert popup.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    popup.close()
    assert extension.context.cookies() == []


@pytest.mark.browser
def test_changed_claims_are_named_once_to_readers_who_saw_them(
    extension: Extension,
    host: HostSite,
    site: str,
    publish: Callable[..., Claim],
    editor: User,
    asked: Callable[[str, str], str],
) -> None:
    seen, unseen = (make_claim(f"The {name} was sold for one euro.") for name in ("theatre", "museum"))
    make_appearance(seen, make_source(seen.statement, url=f"{host.url}/theatre"), seen.statement)
    for made in (seen, unseen):
        publish(made)
    pages = [host.put("/theatre", f"<p>{seen.statement}</p>"), host.put("/ferry", BODY)]
    for address in pages:
        assert "Changed since" not in asked(address, "#page")
    for made in (seen, unseen):
        workflow.move(made.verdicts.get(), "retract", by=editor, note="The contract was forged.")
    words = [asked(address, "#page") for address in reversed(pages)]
    assert re.findall(r"Changed since you last read it \(retraction, .+\): .+", words[0]) == [
        words[0].split("\n\n")[0]
    ]
    assert seen.statement in words[0]
    assert unseen.statement not in words[0]
    assert "Changed since" not in words[1]
    options = extension.open("options.html")
    kept = options.evaluate("site => chrome.storage.local.get(site)", f"{site}/")
    options.close()
    assert kept[f"{site}/"][-1][0] == seen.pk


@pytest.mark.browser
def test_newsroom_that_is_away_is_named_and_checked_nothing(
    extension: Extension, host: HostSite, site: str, asked: Callable[[str, str], str]
) -> None:
    away = "http://127.0.0.1:9/"
    try:
        choose(extension, away)
        words = asked(host.put("/bridge", BODY), "#page")
        assert words.startswith("127.0.0.1:9 could not be reached: ")
        assert NOTHING not in words
        choose(extension, away, site)
        words = asked(f"{host.url}/bridge", "#page")
        assert "127.0.0.1:9 could not be reached: " in words
        assert "One passage is highlighted." in words
    finally:
        choose(extension, site)


@pytest.mark.browser
def test_the_options_page_refuses_invalid_addresses(extension: Extension) -> None:
    options = extension.open("options.html")
    for wrong in ("facts", "http://facts.example.org/", "javascript:alert(1)", "ftp://facts.example.org/"):
        options.fill("#sites", wrong)
        options.click("button")
        expect(options.locator("#saved")).to_have_text(
            f"“{wrong}” is not an address that begins with https://."
        )
    options.reload()
    expect(options.locator("#sites")).not_to_have_value(re.compile("facts"))
    assert violations(options) == {}
    options.close()


@pytest.mark.browser
def test_its_window_is_accessible(extension: Extension) -> None:
    window = extension.open("popup.html")
    expect(window.locator("#newsrooms")).to_contain_text("Newsrooms: localhost")
    assert violations(window) == {}
    window.close()
