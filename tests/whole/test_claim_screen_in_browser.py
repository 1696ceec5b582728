"""The one screen of a claim in a real browser: clicks counted, the preview follows, keys press, a phone is enough."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, Claimant, Publication, Verdict
from claims.review import workflow
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import FETCHED, new_context
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The mayor spoke for an hour. The tunnel cost 240 million euros, she said. Then it rained."
#: Counts what a hand does: each press of a button of the mouse.
COUNT = """addEventListener('pointerdown', () => {
  sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks') || 0) + 1);
}, true)"""
#: Whether such an element, with these words, has focus.
HAS_FOCUS = """([wanted, words]) => {
  const {activeElement} = document;
  return activeElement.matches(wanted) && activeElement.textContent.includes(words);
}"""
#: Types faster than any machine could notice.
TYPE_AT_ONCE = """(field, words) => {
  for (const letter of words) {
    field.value += letter;
    field.dispatchEvent(new Event('input', {bubbles: true}));
  }
}"""
#: Whether what has focus is above the bar.
IN_SIGHT = """() => {
  const at = document.activeElement.getBoundingClientRect();
  return at.top >= 0 && at.bottom <= document.querySelector('.desk-savebar').getBoundingClientRect().top;
}"""


class Seat:
    """A browser of one person, which counts clicks and notes what goes wrong."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def claim(self, claim: Claim) -> Page:
        return self.open(f"/admin/claims/claim/{claim.pk}/change/")

    def tab_to(self, selector: str, words: str = "") -> None:
        """Press Tab until the focus is on an element that has these words."""
        for _ in range(160):
            if self.page.evaluate(HAS_FOCUS, [selector, words]):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector} {words}.")

    def press(self, words: str) -> None:
        """Press a button by keyboard, which leads to another page."""
        self.tab_to("button", words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def clicks(self) -> int:
        return int(self.page.evaluate("sessionStorage.getItem('clicks') || 0"))


@pytest.fixture
def seat(chromium: Browser, live_server: LiveServer) -> Iterator[Any]:
    contexts = []

    def sit(person: User, width: int = 1440) -> Seat:
        context = new_context(chromium, viewport={"width": width, "height": 900})
        context.add_init_script(COUNT)
        contexts.append(context)
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        return Seat(context.new_page(), live_server.url)

    yield sit
    for context in contexts:
        context.close()


def tunnel() -> Claim:
    claim = make_claim("The tunnel cost 240 million euros.")
    make_appearance(
        claim, make_source(TEXT, title="City council minutes"), "The tunnel cost 240 million euros"
    )
    return claim


def test_a_verdict_with_evidence_takes_six_clicks(
    seat: Any, checker: User, claimant: Claimant, settings: Any
) -> None:
    settings.REQUIRE_RIGHT_OF_REPLY = True
    claimant.kind = Claimant.Kind.PERSON
    claimant.save()
    claim = tunnel()
    claim.claimant = claimant
    claim.save()
    desk = seat(checker)
    page = desk.claim(claim)
    with page.expect_navigation():
        page.get_by_role("button", name="Draft a verdict").click()
    page.locator("label.desk-rating", has_text="Mostly true").click()
    page.locator("[name=verdicts-0-summary]").focus()
    page.keyboard.type("It cost 238 million.")
    page.locator("#evidence-data .select2-selection").first.click()
    page.keyboard.type("minutes")
    page.locator(".select2-results__option", has_text="City council minutes").click()
    page.locator("[name=evidence-0-exact]").focus()
    page.keyboard.type("cost 240 million euros")
    page.get_by_role("radio", name="The public record speaks for itself").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_text("Saved and submitted for review.")).to_be_visible()
    verdict = Verdict.objects.get()
    assert (verdict.state, verdict.reviewed_on) == ("in_review", localdate())
    item = verdict.evidence.get()
    assert (item.exact, item.stance) == ("cost 240 million euros", "supports")
    assert [row.not_asked for row in verdict.reply_requests.all()] == ["public_record"]
    assert desk.clicks() <= 6
    assert desk.trouble == []


def test_a_verdict_is_written_and_submitted_by_keyboard_alone(seat: Any, checker: User) -> None:
    claim = tunnel()
    desk = seat(checker)
    page = desk.claim(claim)
    tab_to = desk.tab_to
    tab_to("#verdict .desk-button-main")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to("[name=verdicts-0-rating]")
    page.keyboard.press("ArrowDown")
    tab_to("[name=verdicts-0-summary]")
    page.keyboard.type("It cost 238 million.")
    tab_to("[name=verdicts-0-explanation]")
    page.keyboard.type("It was less.")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+b")
    tab_to("[name=evidence-0-source] + .select2-container .select2-selection")
    page.keyboard.type("minutes")
    page.keyboard.press("Enter")
    expect(page.locator("[name=evidence-0-source] + .select2-container")).to_contain_text("minutes")
    tab_to(".desk-savebar [name=_submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    verdict = Verdict.objects.get()
    assert (verdict.state, verdict.explanation) == ("in_review", "**It was less.**")
    assert desk.clicks() == 0
    assert desk.trouble == []


def test_a_correction_is_published_by_keyboard_alone(
    seat: Any, checker: User, colleague: User, editor: User, publish: Any
) -> None:
    claim = publish(tunnel())
    writer, reviewer, chief = seat(checker), seat(colleague), seat(editor)
    page = writer.claim(claim)
    writer.press("Correct or update")
    writer.tab_to("[name=verdicts-0-correction_kind]")
    page.keyboard.press("ArrowDown")
    writer.tab_to("[name=verdicts-0-correction_note]")
    page.keyboard.type("The sum was in dollars.")
    writer.tab_to("[name=verdicts-0-rating]")
    page.keyboard.press("ArrowUp")
    writer.press("Save and submit for review")
    reviewer.claim(claim)
    reviewer.press("Sign off")
    chief.claim(claim)
    chief.press("Publish…")
    chief.press("Publish now")
    entry = Publication.objects.current().get(claim=claim)
    assert (entry.version, entry.kind) == (2, "correction")
    assert writer.clicks() + reviewer.clicks() + chief.clicks() == 0
    assert writer.trouble + reviewer.trouble + chief.trouble == []


#: What Google Docs and Word put on the clipboard, shortened.
PASTED = {
    """<b style="font-weight:normal"><p><span style="font-weight:700">Bold</span> and
    <span style="font-style:italic">slanted</span>, <a href="https://paper.example.com/1"><span
    style="color:#15c">a link</span></a></p><ul><li><p>One</p></li><li>Two <ol><li>Deeper</li></ol></li></ul>
    <img src="x"><script>alert(1)</script></b>""": (
        "**Bold** and *slanted*, [a link](https://paper.example.com/1)\n\n- One\n- Two\n    1. Deeper"
    ),
    """<p class=MsoNormal><b>Bold</b> <i>slanted</i> 2*3</p><p class=MsoListParagraph
    style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>One</p><p
    style='mso-list:l0 level2 lfo1'>Deeper</p><p>End <a href="javascript:x()">here</a></p>""": (
        "**Bold** *slanted* 2\\*3\n\n- One\n    - Deeper\n\nEnd here"
    ),
}


def test_text_of_word_processors_keeps_links_lists_and_emphasis(seat: Any, checker: User) -> None:
    claim = tunnel()
    make_draft(claim, checker)
    desk = seat(checker)
    page = desk.claim(claim)
    field = page.locator("[name=verdicts-0-explanation]")
    found = {}
    for html in PASTED:
        field.fill("")
        field.evaluate(
            """(field, html) => {
                const data = new DataTransfer();
                data.setData('text/html', html);
                const pasted = {clipboardData: data, bubbles: true, cancelable: true};
                field.dispatchEvent(new ClipboardEvent('paste', pasted));
            }""",
            html,
        )
        found[html] = field.input_value()
    assert found == PASTED
    assert desk.trouble == []


#: The results of the toolbar's tools for "one two", with "two" selected, and their shortcuts.
TOOLS = {
    "Bold": ("one **two**", "Control+b"),
    "Italic": ("one *two*", "Control+i"),
    "Link": ("one [two](https://)", "Control+k"),
    "List": ("- one two", ""),
    "Quotation": ("> one two", ""),
}


def test_each_tool_marks_the_selected_words_by_mouse_and_by_key(seat: Any, checker: User) -> None:
    claim = tunnel()
    make_draft(claim, checker)
    desk = seat(checker)
    page = desk.claim(claim)
    field = page.locator("[name=verdicts-0-explanation]")
    toolbar = page.get_by_role("toolbar", name="Format the text")
    found = {}
    for tool, (_marked, key) in TOOLS.items():
        for pressed in {"", key}:
            field.fill("one two")
            field.evaluate("field => field.setSelectionRange(4, 7)")
            if pressed:
                field.press(pressed)
            else:
                toolbar.get_by_role("button", name=tool).click()
            found[tool, pressed] = field.input_value()
            field.press("Control+z")
            assert field.input_value() == "one two", tool
    assert found == {(tool, by): marked for tool, (marked, key) in TOOLS.items() for by in {"", key}}
    # Tab reaches one of the tools, arrow keys the others.
    desk.tab_to(".desk-markdown button")
    page.keyboard.press("ArrowLeft")
    expect(toolbar.get_by_role("button", name="Picture")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(toolbar.get_by_role("button", name="Bold")).to_be_focused()
    assert desk.trouble == []


def test_pictures_of_the_claim_are_in_the_explanation(
    seat: Any, checker: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    claim = tunnel()
    make_draft(claim, checker)
    desk = seat(checker)
    page = desk.claim(claim)
    tool = page.get_by_role("toolbar", name="Format the text").get_by_role("button", name="Picture")
    tool.click()
    expect(page.get_by_role("link", name="Add a picture with an alternative text")).to_be_focused()
    shown = make_claim_media(claim, make_media(1, alternative_text="A [new] tunnel.")).media
    make_claim_media(claim, make_media(2, alternative_text=""))
    page.reload()
    field = page.locator("[name=verdicts-0-explanation]")
    field.fill("It is new.")
    tool.click()
    expect(page.locator(".desk-markdown-pictures button")).to_have_text(["A [new] tunnel."])
    assert violations(page) == {}
    page.get_by_role("button", name="A [new] tunnel.").click()
    address = f"/media/{shown.public_sha256}.jpg"
    assert field.input_value() == f"It is new.\n\n![A \\[new\\] tunnel.]({address})\n\n"
    picture = page.frame_locator("[data-preview-frame]").locator(".prose img")
    expect(picture).to_have_attribute("alt", "A [new] tunnel.")
    expect(picture).to_have_attribute("src", reverse("admin:sources_mediaobject_file", args=[shown.pk]))
    assert desk.trouble == []


def test_a_sign_off_takes_two_clicks_and_a_correction_seven(
    seat: Any, checker: User, colleague: User, editor: User, publish: Any
) -> None:
    claim = publish(tunnel())
    writer = seat(checker)
    page = writer.claim(claim)
    with page.expect_navigation():
        page.get_by_role("button", name="Correct or update").click()
    page.get_by_role("radio", name="Correction").click()
    expect(page.locator("[name=verdicts-0-correction_note]")).to_be_focused()
    page.keyboard.type("The sum was in dollars.")
    page.locator("label.desk-rating", has_text="Mostly true").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_text("Saved and submitted for review.")).to_be_visible()
    reviewer = seat(colleague)
    reviewer.open("/admin/claims/verdict/?queue=review")
    with reviewer.page.expect_navigation():
        reviewer.page.locator("#result_list tbody a").first.click()
    with reviewer.page.expect_navigation():
        reviewer.page.get_by_role("button", name="Sign off").click()
    assert reviewer.clicks() <= 2
    chief = seat(editor)
    page = chief.claim(claim)
    for button in ("Publish…", "Publish now"):
        # A button that moves while its page is loading is pressed twice, and both presses are counted.
        page.wait_for_load_state("networkidle")
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
    public = page.get_by_role("link", name="See the public page")
    assert public.get_attribute("href") == f"/claims/{claim.pk}/{claim.slug}/"
    assert Publication.objects.current().get(claim=claim).kind == "correction"
    # As for the others, from the claim's page on.
    assert writer.clicks() + reviewer.clicks() - 1 + chief.clicks() <= 7
    assert writer.trouble + reviewer.trouble + chief.trouble == []


def test_the_preview_follows_typing(seat: Any, checker: User) -> None:
    claim = tunnel()
    make_draft(claim, checker)
    desk = seat(checker)
    desk.page.add_init_script(FETCHED)
    page = desk.claim(claim)
    asked = "fetched.filter(each => each.endsWith('/preview/')).length"
    shown = page.frame_locator("[data-preview-frame]")
    expect(shown.locator(".verdict .summary")).to_have_text("The accounts show a different sum.")
    page.locator("[name=verdicts-0-summary]").fill("")
    expect(page.locator("[data-missing] a")).to_have_text(["a summary"])
    before = page.evaluate(asked)
    page.locator("[name=verdicts-0-summary]").evaluate(TYPE_AT_ONCE, "It cost <b>less</b> by far.")
    expect(shown.locator(".verdict .summary")).to_have_text("It cost <b>less</b> by far.")
    assert page.evaluate(asked) == before + 1  # not for each letter
    expect(page.locator("[data-missing]")).to_be_hidden()
    page.locator("[name=verdicts-0-explanation]").fill(
        "<script>parent.hacked = 1</script><img src=x onerror=alert(1)>"
    )
    expect(shown.locator(".verdict .prose")).to_contain_text("parent.hacked")
    assert page.evaluate("window.hacked") is None
    widths = []
    for name in ("Desktop", "Phone"):
        page.get_by_role("button", name=name).click()
        widths.append(shown.locator("html").evaluate("page => page.clientWidth"))
    assert widths == [1080, 390]
    assert Verdict.objects.get().summary == "The accounts show a different sum."
    assert Publication.objects.count() == 0
    assert desk.trouble == []


def test_one_button_saves_the_text_of_both_parts(seat: Any, checker: User) -> None:
    claim = tunnel()
    draft = make_draft(claim, checker)
    desk = seat(checker)
    page = desk.claim(claim)
    page.locator("[name=verdicts-0-summary]").fill("It cost 238 million.")
    page.keyboard.press("Escape")
    page.locator("#claim-fields > summary").click()
    page.locator("[name=context]").fill("Opened in 2024.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    draft.refresh_from_db()
    claim.refresh_from_db()
    assert (draft.summary, claim.context) == ("It cost 238 million.", "Opened in 2024.")
    assert desk.trouble == []


def test_shortcuts_press_their_buttons_and_pause_while_typing(
    seat: Any, checker: User, colleague: User
) -> None:
    claim = tunnel()
    make_draft(claim, checker)
    desk = seat(checker)
    page = desk.claim(claim)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Keyboard shortcuts on this page")
    listed = dialog.locator("kbd").all_inner_texts()
    assert {"s", "S", "v", "f", "m", "p", "q", "t", "b", "?"} <= set(listed)
    assert len(listed) == len(set(listed))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("t")
    expect(page.locator("#timeline")).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator("#claim-fields")).to_have_attribute("open", "")
    page.locator("[name=context]").press_sequentially("s t ?")
    assert page.input_value("[name=context]") == "s t ?"
    expect(dialog).to_have_count(0)
    page.locator("#claim-fields > summary").focus()
    with page.expect_navigation():
        page.keyboard.press("s")
    claim.refresh_from_db()
    assert claim.context == "s t ?"
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use keyboard shortcuts on this device").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)
    assert desk.trouble == []


def test_the_timeline_turns_its_pages_in_place(seat: Any, checker: User) -> None:
    claim = tunnel()
    for number in range(25):
        Claim.objects.filter(pk=claim.pk).update(context=f"Context {number}.")
    desk = seat(checker)
    page = desk.claim(claim)
    page.locator("[name=context]").fill("Half a thought")
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()
    expect(page.locator("#timeline li.desk-event")).to_have_count(6)
    page.locator("#timeline").get_by_role("link", name="State changes").click()
    expect(page.locator("#timeline li.desk-event")).to_have_text([re.compile("added the claim")])
    assert page.input_value("[name=context]") == "Half a thought"
    assert desk.trouble == []


def test_the_last_chosen_page_of_the_timeline_is_shown(seat: Any, checker: User) -> None:
    claim = tunnel()
    for number in range(25):
        Claim.objects.filter(pk=claim.pk).update(context=f"Context {number}.")
    desk = seat(checker)
    desk.page.add_init_script(FETCHED)
    page = desk.claim(claim)
    older = page.get_by_role("link", name="Older")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(desk.address + str(older.get_attribute("href")), hold)
    older.click()
    page.locator("#timeline").get_by_role("link", name="State changes").click()
    moves = page.locator("#timeline li.desk-event")
    expect(moves).to_have_text([re.compile("added the claim")])
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    page.wait_for_function("awaited === 0")
    page.evaluate("() => new Promise(go => setTimeout(go, 100))")  # so that it could show the response
    expect(moves).to_have_text([re.compile("added the claim")])
    assert desk.trouble == []


@pytest.mark.parametrize("width", [390, 1440])
def test_it_is_accessible(width: int, seat: Any, checker: User, colleague: User, editor: User) -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    claim = make_claim(f"{long} كلفت الترام لا شيء", context="الترام مجاني")
    make_appearance(claim, make_source(TEXT, title=long), "Then it rained")
    verdict = make_draft(claim, checker, summary=long)
    desk = seat(editor, width)

    def is_fine(page: Page) -> None:
        for scheme in in_each_scheme(page):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, scheme)
            assert violations(page, scheme) == {}, (page.url, scheme)

    page = desk.claim(claim)
    preview = page.locator("[data-preview-status]")
    expect(preview).to_have_text("Not saved, not public")
    is_fine(page)
    is_fine(desk.open(f"/admin/claims/verdict/{verdict.pk}/change/"))
    desk.claim(claim)
    expect(preview).to_have_text("Not saved, not public")
    # What has focus is never behind the bar.
    for name in ("verdicts-0-title", "evidence-0-exact"):
        page.locator(f"[name={name}]").focus()
        assert page.evaluate(IN_SIGHT), name
    verdict = workflow.move(verdict, "submit", by=checker)
    workflow.move(verdict, "sign_off", by=colleague)
    is_fine(desk.claim(claim))
    if width == 390:
        page.locator(".desk-savebar-moves[href='#comments']").click()
        expect(page.locator("#comments")).to_be_in_viewport()
        page.locator(".desk-savebar-moves[href='#moves']").click()
        expect(page.locator("#moves")).to_be_in_viewport()
    page.get_by_role("button", name="Publish…").click()
    page.get_by_text("The pages themselves, side by side").click()
    is_fine(page)
    assert desk.trouble == []
