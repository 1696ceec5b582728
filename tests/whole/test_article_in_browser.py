"""An article worked on in a real browser: by mouse, by keyboard and by touch, in several scripts."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from claims.admin.article_page import build_article_path
from claims.admin.article_page_text import NoteSpan, build_marked_paragraphs
from claims.models import Appearance, Claim
from claims.quotes.selected_words import widen_to_characters
from claims.review import workflow
from sources.models import Source
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source
from tests.helpers.seat import seat

__all__ = ["seat"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAMILY = "👩🏽‍👩🏻‍👧"
TEXT = "\n\n".join(
    [
        "The mayor spoke for an hour. It rained. The tunnel cost 240 million euros, she said. It rained.",
        "市长说，隧道耗资两亿四千万欧元。一百万人参加了活动。",
        "قال العمدة إن النفق كلف 240 million يورو. وأضاف أن المدينة باعت الميناء.",
        "महापौर ने कहा कि सुरंग की लागत 240 मिलियन यूरो थी।",
        f"The {FAMILY} family paid 5\u00a0000 euros.\r\nCafe\u0301 noir costs 3 euros.",
        "Donau\u00addampf\u00adschiff\u00adfahrts\u00adgesell\u00adschaft.",
    ]
)


@pytest.fixture
def source(db: None) -> Source:
    return make_source(TEXT, title="Minutes of the council", language="en")


def opened(desk: Any, source: Source) -> Page:
    page: Page = desk.open(build_article_path(source.pk))
    page.evaluate("window.clicks = 0; addEventListener('click', () => (window.clicks += 1), true)")
    return page


def select(page: Page, words: str, *, of: str = TEXT, last: bool = False) -> None:
    """Select words of the article as a mouse does: pressed before the first character, let go behind the last."""
    start = of.rindex(words) if last else of.index(words)
    ends = page.evaluate(
        """([start, end]) => {
            const article = document.getElementById("article");
            const point = (offset, at) => {
                const range = deskSelection.getRange(article, offset - at, offset + 1 - at);
                const box = range.getClientRects()[0];
                return [at ? box.right - 0.5 : box.left + 0.5, box.top + box.height / 2];
            };
            deskSelection.getRange(article, start, end).startContainer.parentElement.scrollIntoView({block: "center"});
            return [point(start, 0), point(end, 1)];
        }""",
        [start, start + len(words)],
    )
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=4)
    page.mouse.up()


def choose(page: Page, words: str, *, last: bool = False) -> None:
    """Select words of any script at their position, with the browser's own interface."""
    start = TEXT.rindex(words) if last else TEXT.index(words)
    page.evaluate(
        """([start, end]) => {
            const { endContainer, endOffset, startContainer, startOffset } = deskSelection.getRange(
                document.getElementById("article"), start, end);
            getSelection().setBaseAndExtent(endContainer, endOffset, startContainer, startOffset);
        }""",
        [start, start + len(words)],
    )


def places() -> list[tuple[str, int | None]]:
    return list(Appearance.objects.order_by("pk").values_list("exact", "start"))


def test_selected_words_become_a_claim_in_three_clicks_at_most(
    seat: Any, source: Source, checker: User
) -> None:
    desk = seat(checker, viewport={"width": 1440, "height": 900})
    page = opened(desk, source)
    select(page, "It rained.", last=False)
    clicks = page.evaluate("clicks")  # letting the mouse go is one for the browser
    page.locator("#bar-words").get_by_role("button", name="Create a claim").click()
    expect(page.locator("#words-statement")).to_have_value("It rained.")
    page.get_by_role("button", name="Propose the claim").dblclick()
    expect(page.locator("#notes li")).to_have_count(1)
    assert page.evaluate("clicks") - clicks <= 3
    assert places() == [("It rained.", TEXT.index("It rained."))]
    # The same words once more, further down; and in every script, selected backwards.
    for words in (
        "It rained.",
        "隧道耗资两亿四千万欧元。",
        "كلف 240 million يورو",
        "सुरंग की लागत",
        FAMILY,
        "Cafe\u0301 noir costs 3 euros.\n\nDonau",
        "dampf\u00adschiff\u00ad",
    ):
        choose(page, words, last=True)
        page.keyboard.press("c")
        expect(page.locator("#words-exact")).to_have_text(words.strip(), use_inner_text=False)
        page.get_by_role("button", name="Propose the claim").click()
        expect(page.locator("#words")).to_be_hidden()
        assert places()[-1] == (words, TEXT.rindex(words))
    assert desk.trouble == []
    assert page.locator("#notes li").count() == Claim.objects.count() == 8
    marked = page.evaluate(
        "[...document.querySelectorAll('#article mark')].filter(one => one.id).map(one => one.id.slice(3))"
    )
    in_order = Appearance.objects.order_by("start", "pk").values_list("claim_id", flat=True)
    assert marked == [f"c{claim}" for claim in in_order]


def test_triple_clicks_edges_and_half_characters(seat: Any, source: Source, checker: User) -> None:
    page = opened(seat(checker), source)
    taken = page.evaluate(
        """() => {
            const article = document.getElementById("article");
            const [first, second, , , fifth] = article.querySelectorAll("p");
            const taken = (start, at, end, until) => {
                const range = document.createRange();
                range.setStart(start, at);
                range.setEnd(end, until);
                return deskSelection.getQuote(article, range);
            };
            const family = fifth.firstChild;
            return [
                taken(first, 0, second, 0),
                taken(document.body, 0, second.firstChild, 3),
                taken(family, 5, family, 6),
                taken(first.firstChild, 4, first.firstChild, 4),
                taken(article.parentElement, 3, article.parentElement, 4),
            ];
        }"""
    )
    paragraph, two = TEXT.partition("\n\n")[0], TEXT.index("市长说") + 3
    family = TEXT.index(FAMILY)
    assert taken == [
        {"start": 0, "end": len(paragraph), "exact": paragraph},
        {"start": 0, "end": two, "exact": TEXT[:two]},
        {"start": family, "end": family + len(FAMILY), "exact": FAMILY},
        None,
        None,
    ]


def test_words_are_attached_and_cited(seat: Any, source: Source, checker: User) -> None:
    known = make_claim("The tunnel cost 240 million euros.")
    other = make_claim("The harbour was sold.", created_by=checker)
    draft = make_draft(other, checker)
    desk = seat(checker)
    page = opened(desk, source)
    choose(page, "The tunnel cost 240 million euros")
    page.locator("#bar-words").get_by_role("button", name="Attach to a claim").click()
    page.locator(".desk-offers button", has_text=known.statement).click()
    expect(page.locator(f"#note-c{known.pk}")).to_be_visible()
    assert page.evaluate("clicks") == 2
    choose(page, "باعت الميناء")
    page.keyboard.press("t")
    page.locator("#words-find-claim").fill("harbour sold")
    page.locator(".desk-offers button", has_text=other.statement).click()
    expect(page.locator(f"#note-c{other.pk}")).to_be_visible()
    choose(page, "an hour")
    page.keyboard.press("e")
    expect(page.locator(".desk-offers input[type=radio]")).to_be_checked()
    page.locator("#words-note").fill("For an hour.")
    page.get_by_role("button", name="Refutes the claim").click()
    expect(page.locator("#notes li.evidence")).to_have_count(1)
    item = draft.evidence.latest("pk")
    assert (item.exact, item.stance, item.note) == ("an hour", "refutes", "For an hour.")
    assert places() == [
        ("The tunnel cost 240 million euros", TEXT.index("The tunnel")),
        ("باعت الميناء", TEXT.index("باعت")),
    ]
    assert desk.trouble == []


def test_by_keyboard_alone(seat: Any, source: Source, checker: User, editor: User) -> None:
    proposals = [make_claim(f"Proposal {number}.", state="proposed") for number in range(3)]
    for claim, words in zip(proposals, ("an hour", "两亿四千万欧元", "5\u00a0000 euros"), strict=True):
        make_appearance(claim, source, words)
    desk = seat(checker)
    page = opened(desk, source)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    assert (
        page.evaluate("getSelection().toString()")
        == "It rained. The tunnel cost 240 million euros, she said."
    )
    page.keyboard.press("o")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_visible()
    exact = page.locator("#words-exact").inner_text()
    page.locator("#words-statement").press("Control+Enter")
    expect(page.locator("#notes li")).to_have_count(4)
    assert exact.endswith("The tunnel cost 240 million euros, she said.")
    assert places()[-1] == (exact, TEXT.index(exact))
    made = Claim.objects.latest("pk")
    # Accepted, declined by a reason's number, and undone: one key each.
    page.evaluate("getSelection().removeAllRanges()")
    page.keyboard.press("p")
    expect(page.locator("#notes [aria-current]")).to_contain_text("Proposal 0")
    page.keyboard.press("a")
    expect(page.locator(f"#note-c{proposals[0].pk}")).to_have_class("accepted")
    expect(page.locator("#notes [aria-current]")).to_contain_text(made.statement)
    page.keyboard.press("d")
    page.keyboard.press("2")
    expect(page.locator(f"#note-c{made.pk}")).to_have_class("declined")
    expect(page.locator("#notes [aria-current]")).to_contain_text("Proposal 1")
    page.keyboard.press("u")
    expect(page.locator(f"#note-c{made.pk}")).to_have_class("proposed")
    moves = made.transitions.order_by("pk").values_list("action", "note")
    assert list(moves) == [("decline", "Too vague to check."), ("reconsider", "")]
    # Decisions of another person made meanwhile are reported and shown.
    workflow.move(proposals[1], "decline", by=editor, note="Not ours.")
    page.keyboard.press("n")
    expect(page.locator("#notes [aria-current]")).to_contain_text("Proposal 1")
    page.keyboard.press("a")
    expect(page.locator("#status")).to_have_text(
        "Edith has just taken this step: “Decline”. Nothing was changed. Reload the page and check."
    )
    expect(page.locator(f"#note-c{proposals[1].pk}")).to_have_class("declined")
    assert proposals[1].transitions.count() == 1
    page.keyboard.press("?")
    expect(page.locator(".desk-keys")).to_contain_text("Decline the proposal")
    refused = "Failed to load resource: the server responded with a status of 409 (Conflict)"
    assert desk.trouble == [refused]


def test_nothing_typed_is_lost(seat: Any, source: Source, checker: User) -> None:
    """Neither by closing the dialog, nor by a browser that dies, nor by an article that was captured again."""
    desk = seat(checker)
    page = opened(desk, source)
    choose(page, "It rained", last=True)
    page.keyboard.press("c")
    page.locator("#words-statement").fill("It rained in the evening.")
    page.keyboard.press("Escape")
    expect(page.locator("#article")).to_be_focused()  # a moment after the dialog is gone
    choose(page, "It rained", last=True)
    page.keyboard.press("c")
    expect(page.locator("#words-statement")).to_have_value("It rained in the evening.")
    # The answer about these words: that about the closed dialog may come later than the dialog is opened again.
    with page.expect_response(lambda answer: "Twice." in (answer.request.post_data or "")):
        page.locator("#words-statement").press_sequentially(" Twice.")
    page.close()
    desk.page = desk.page.context.new_page()
    page = opened(desk, source)
    expect(page.locator("#words-statement")).to_have_value("It rained in the evening. Twice.")
    expect(page.locator("#words-exact")).to_have_text("It rained")
    make_snapshot(source, TEXT + " Then it stopped.")
    page.get_by_role("button", name="Propose the claim").click()
    expect(page.locator("#words-problem")).to_contain_text("The article was captured again")
    assert page.input_value("#words-statement") == "It rained in the evening. Twice."
    assert Claim.objects.count() == 0


def test_unchanged_forms_are_not_stored(seat: Any, source: Source, checker: User) -> None:
    make_draft(make_claim(created_by=checker), checker)
    page = opened(seat(checker), source)
    choose(page, "It rained", last=True)
    page.keyboard.press("c")
    page.locator("#words [data-use=evidence]").click()
    expect(page.locator(".desk-offers input[type=radio]")).to_be_checked()
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)  # as long as the keeping of words waits for more of them
    page = opened(seat(checker), source)
    page.wait_for_load_state("networkidle")
    assert page.locator(".desk-autosave").count() == 0
    expect(page.locator("#words")).to_be_hidden()


def test_an_older_text_is_decided_about_after_signing_in_again(
    seat: Any, source: Source, checker: User
) -> None:
    claim = make_claim(state="proposed")
    make_appearance(claim, source, "an hour")
    make_snapshot(source, "Another text.")
    desk = seat(checker)
    page = desk.open(build_article_path(source.pk, source.snapshots.get(number=1)))
    expect(page.locator("#article mark")).to_have_count(1)
    choose(page, "It rained")
    expect(page.locator("#bar-words")).to_be_hidden()
    page.keyboard.press("n")
    context = page.context
    before = context.cookies()
    context.clear_cookies()
    page.keyboard.press("a")
    expect(page.locator("#status")).to_contain_text("You are no longer signed in.")
    context.add_cookies(before)
    page.evaluate(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(one => (one.value = 'x'.repeat(64)))"
    )
    page.keyboard.press("a")
    expect(page.locator(f"#note-c{claim.pk}")).to_have_class("accepted")
    assert claim.transitions.count() == 1


def test_on_a_phone_and_accessible(seat: Any, source: Source, checker: User) -> None:
    make_appearance(make_claim("Donaudampfschifffahrtsgesellschaft " * 3, state="proposed"), source, "Donau")
    make_appearance(make_claim(state="accepted"), source, "الميناء")
    make_draft(make_claim("قال العمدة إن النفق كلف كثيرا."), checker)
    desk = seat(checker, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = opened(desk, source)
    found = {}
    for scheme in in_each_scheme(page):
        assert page.locator("#content").evaluate("one => one.scrollWidth") <= 390, scheme
        choose(page, "सुरंग")
        expect(page.locator("#bar-words")).to_be_visible()
        found[scheme, "page"] = violations(page, scheme)
        # The tap takes the selection away, as it does on some phones.
        page.evaluate(
            "document.querySelector('#bar').addEventListener('pointerdown', () => getSelection().empty())"
        )
        page.locator("[data-use=claim]").first.tap()
        for use in ("claim", "appearance", "evidence"):
            page.locator(f"#words [data-use={use}]").tap()
            expect(page.locator(f"#words-{use}")).to_be_visible()
            found[scheme, use] = violations(page, scheme)
        assert page.evaluate("document.getElementById('words').getBoundingClientRect().right") <= 390
        page.locator("#words [data-close]:visible").tap()
        page.locator("mark", has_text="Donau").tap()
        page.locator("[data-decide=decline]").tap()
        found[scheme, "decline"] = violations(page, scheme)
        page.locator("#decline [data-close]").tap()
    assert found == {place: {} for place in found}
    assert desk.trouble == []


_HOSTILE = (
    "a",
    "b ",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "e\u0301",
    FAMILY,
    "🇩🇪🇫🇷",
    "नि",
    "ش",
    "שׁ",
    "。",
    "\u00ad",
    "\u00a0",
    "𝒳",
)


def hostile_texts() -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Texts with characters that break offsets, each with all spans that are not only white space, or a few dozen."""
    chance = random.Random(15)  # noqa: S311  nothing to protect here
    for _text in range(60):
        text = "x" + "".join(chance.choices(_HOSTILE, k=chance.randint(1, 14)))
        spans = [(start, end) for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
        spans = [span for span in spans if text[slice(*span)].strip()]
        yield text, chance.sample(spans, min(len(spans), 40))


def test_the_browser_counts_as_the_server_does(chromium: Browser) -> None:
    """Every span of generated texts, marked at random: the browser says the same offsets and words as the server."""
    chance = random.Random(51)  # noqa: S311  nothing to protect here
    context = new_context(chromium)
    page = context.new_page()
    page.add_script_tag(path=Path("static/desk/annotate_selection.js"))
    for text, spans in hostile_texts():
        noted = []
        for number in range(chance.randint(0, 4)):
            start, end = sorted(chance.sample(range(len(text) + 1), 2))
            noted.append(NoteSpan(start, end, f"c{number}", "proposed"))
        html = "".join(paragraph.html for paragraph in build_marked_paragraphs(text, noted))
        found = page.evaluate(
            """([html, spans]) => {
                document.body.innerHTML = `<h1>Before</h1><div id="article">${html}</div><p>After</p>`;
                const article = document.getElementById("article");
                const { getQuote, getRange } = deskSelection;
                return spans.map(([start, end]) => getQuote(article, getRange(article, start, end)));
            }""",
            [html, spans],
        )
        expected = [widen_to_characters(text, *span) for span in spans]
        assert found == [{"start": start, "end": end, "exact": text[start:end]} for start, end in expected], (
            text
        )
    context.close()
