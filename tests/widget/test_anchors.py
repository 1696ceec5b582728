"""The positions of quotes in another site's page: certain ones only."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from claims.features.embeds.widget_script import WIDGET_FOLDER
from tests.helpers.browser import new_context

pytestmark = pytest.mark.browser

QUOTE = {
    "prefix": "She spoke on Monday. ",
    "exact": "The bridge cost nine million euros.",
    "suffix": " It was done early.",
}
TEXT = "".join(QUOTE.values())


@pytest.fixture(scope="module")
def kept_page(chromium: Browser) -> Iterator[Page]:
    with new_context(chromium) as context:
        page = context.new_page()
        page.add_script_tag(content=(WIDGET_FOLDER / "anchors.js").read_text())
        yield page


@pytest.fixture
def found(kept_page: Page) -> Any:
    """Find quotes in a body, and return the text of each range."""

    def in_body(body: str, *quotes: dict[str, str]) -> list[str]:
        kept_page.evaluate("html => { document.body.innerHTML = html }", body)
        texts: list[str] = kept_page.evaluate(
            "async quotes => (await anchorQuotes(document.body, quotes)).map(each => `${each.range}`)",
            list(quotes or (QUOTE,)),
        )
        return texts

    return in_body


FOUND = {
    "as it stands": f"<p>{TEXT}</p>",
    "inline markup": TEXT.replace("bridge", "<a href=#>br<b>id</b>ge</a>").replace("nine", "<i>nine</i>"),
    "white space": TEXT.replace(" ", "\n  \t"),
    "white space of its own elements": TEXT.replace(" ", " <span> </span>"),
    "blanks that do not break": TEXT.replace(" cost ", "\xa0cost\xa0"),
    "soft hyphens": TEXT.replace("million", "mil&shy;li<wbr>on"),
    "nothing before it": f"<p>{QUOTE['exact']}{QUOTE['suffix']}</p>",
    "nothing after it": f"<p>{QUOTE['prefix']}{QUOTE['exact']}</p>",
    "another paragraph before it": f"<p>Advertisement</p><p>{QUOTE['exact']}{QUOTE['suffix']}</p>",
    "a script between paragraphs": (
        f"<p>{QUOTE['prefix']}</p><script>1</script><p>{QUOTE['exact']}{QUOTE['suffix']}</p>"
    ),
    "a comment": TEXT.replace("nine", "<!-- ten -->nine"),
    "contents": f'<div style="display: contents">{TEXT}</div>',
    "also in a script": f"<script type=text/plain>{TEXT}</script><p>{TEXT}</p>",
    "also hidden": f"<p hidden>{TEXT}</p><p>{TEXT}</p>",
    "also elsewhere with other words": f"<p>{TEXT}</p><p>He said: The bridge cost nine million euros. Yes.</p>",
    "a list": f"<ul><li>One<li>{TEXT}<li>Two</ul>",
    "between line breaks": f"One<br>{TEXT}<br>Two",
}


@pytest.mark.parametrize("name", FOUND)
def test_found(found: Any, name: str) -> None:
    texts = found(FOUND[name])
    assert [" ".join(text.replace("\xad", "").split()) for text in texts] == [QUOTE["exact"]]


NOT_FOUND = {
    "another number": TEXT.replace("nine", "ten"),
    "another word": TEXT.replace("cost", "never cost"),
    "part of a word": TEXT.replace("bridge", "bridges"),
    "the opposite before it": TEXT.replace("The bridge", "It is untrue that The bridge"),
    "the opposite before it, with a colon": TEXT.replace("The bridge", "Not so: The bridge"),
    "everything around it differs": "<p>Rumours. The bridge cost nine million euros. Nobody believes it.</p>",
    "twice the same": f"<p>{TEXT}</p><p>{TEXT}</p>",
    "across something hidden": TEXT.replace("cost", "<span hidden>never</span> cost"),
    "across something without display": TEXT.replace("cost", "<span style='display:none'>never</span>cost"),
    "across something invisible": TEXT.replace("cost", "<span style='visibility:hidden'>never</span> cost"),
    "across a script": TEXT.replace("cost", "<script>1</script>cost"),
    "across a style": TEXT.replace("cost", "<style></style>cost"),
    "across a field": TEXT.replace("cost", "<input>cost"),
    "across paragraphs": TEXT.replace("cost", "</p><p>cost"),
    "across a line break": TEXT.replace("cost", "<br>cost"),
    "across cells": f"<table><tr><td>{TEXT.replace(' cost', '</td><td> cost')}</td></table>",
    "in what somebody types": f"<div contenteditable>{TEXT}</div><textarea>{TEXT}</textarea>",
    "in what is hidden": f"<div hidden>{TEXT}</div><template>{TEXT}</template><noscript>{TEXT}</noscript>",
    "in another case": TEXT.upper(),
    "nothing at all": "",
}


@pytest.mark.parametrize("name", NOT_FOUND)
def test_not_found(found: Any, name: str) -> None:
    assert found(NOT_FOUND[name]) == []


def test_quotation_marks_may_be_of_another_make_but_not_of_another_kind(found: Any) -> None:
    quote = {"prefix": "", "exact": 'It\'s "nine million", she said.', "suffix": ""}
    assert found("<p>It’s “nine million”, she said.</p>", quote) == ["It’s “nine million”, she said."]
    assert found("<p>It's ‘nine million’, she said.</p>", quote) == []
    assert found("<p>It's nine million, she said.</p>", quote) == []
    assert found("<p>It's «nine million», she said.</p>", quote) == []


def test_half_a_sentence_needs_the_rest_of_it(found: Any) -> None:
    quote = {
        "prefix": "According to the minister ",
        "exact": "the bridge cost nine million",
        "suffix": " euros. It is",
    }
    assert found("<p>According to the minister the bridge cost nine million euros. Yes.</p>", quote) == [
        quote["exact"]
    ]
    assert found("<p>According to the minister the bridge cost nine million pounds. Yes.</p>", quote) == []
    assert found("<p>According to nobody the bridge cost nine million euros. It is</p>", quote) == []


def test_where_a_text_begins_and_ends_a_paragraph_does(found: Any) -> None:
    first = {"prefix": "", "exact": "The bridge is closed today.", "suffix": " He left at noon. It was cold."}
    assert found("<p>The bridge is closed today. Nobody knows why.</p>", first) == [first["exact"]]
    assert found("<p>Rumours say so. The bridge is closed today. Nobody knows why.</p>", first) == []
    assert found(
        "<p>Rumours say so. The bridge is closed today. He left at noon. It was cold.</p>", first
    ) == [first["exact"]]
    last = {"prefix": "She spoke on Monday at the port. ", "exact": "The bridge", "suffix": " is closed"}
    assert found("<p>She spoke on Monday at the port. The bridge is closed</p>", last) == ["The bridge"]
    assert found("<p>She spoke on Monday at the port. The bridge is closed by nobody.</p>", last) == []


def test_end_of_another_word_is_no_word_of_the_sentence(found: Any) -> None:
    quote = {
        "prefix": "He spoke at the old harbour. a ",
        "exact": "bridge is closed",
        "suffix": " today, he said.",
    }
    assert found("<p>He spoke at the old harbour. a bridge is closed today, he said.</p>", quote) == [
        quote["exact"]
    ]
    assert found("<p>Never was an extra bridge is closed today, he said.</p>", quote) == []


def test_a_quote_over_paragraphs_is_marked_so(found: Any) -> None:
    quote = {"prefix": "Monday.\n\n", "exact": "It was cold.\n\nThe bridge froze.", "suffix": "\n\nThen"}
    body = "<h2>Monday.</h2><p>It was cold.</p>\n<p>The bridge froze.</p><p>Then</p>"
    assert found(body, quote) == ["It was cold.\nThe bridge froze."]
    assert found(body.replace("froze", "burnt"), quote) == []


def test_words_without_context_must_be_a_paragraph_and_long_enough(found: Any) -> None:
    bare = {"prefix": "", "exact": "The bridge cost nine million euros", "suffix": ""}
    assert found("<h2>The bridge cost nine million euros</h2>", bare) == [bare["exact"]]
    assert found("<p>The bridge cost nine million euros more.</p>", bare) == []
    assert found("<p>He lied when he said The bridge cost nine million euros</p>", bare) == []
    assert found("<h2>It is so.</h2>", {"prefix": "", "exact": "It is so.", "suffix": ""}) == []


@pytest.mark.parametrize(
    "prefix, exact, suffix",
    [
        ("قال الوزير أمس. ", "إن الجسر كلف تسعة ملايين دينار.", " ثم غادر."),
        ("어제 말했다. ", "새 다리에 구백만 유로가 들었다.", " 그리고 떠났다."),
        ("昨日话。", "新桥花了九百万欧元。", "然后他走了。"),
        ("Sie sprach. ", "Die Brücke kostete „neun Millionen“ Euro 😀.", " Dann ging sie."),
        ("", "a.b*c+d?e^f$g{h}(i)|[j]\\k and so on.", " More."),
    ],
)
def test_every_script(found: Any, prefix: str, exact: str, suffix: str) -> None:
    assert found(f"<p>{prefix}{exact}{suffix}</p>", {"prefix": prefix, "exact": exact, "suffix": suffix}) == [
        exact
    ]


def test_quotes_come_in_the_order_of_the_page_and_may_overlap(found: Any) -> None:
    first = {"prefix": "", "exact": "One two three four", "suffix": " five six seven. "}
    inner = {"prefix": "One two ", "exact": "three four five six", "suffix": " seven."}
    assert found("<p>One two three four five six seven.</p>", inner, first) == [
        first["exact"],
        inner["exact"],
    ]


def test_a_huge_page_is_read_in_short_pieces(kept_page: Page) -> None:
    """200,000 words in 20,000 paragraphs, and fifty quotes; then all of them in one text node.

    How long a piece takes depends on the machine. What does not: it looks at the clock after each paragraph and each
    quote, and pauses once 16 ms are over.
    """
    marked, longest, looks = kept_page.evaluate(
        """async quote => {
          const words = "The quick brown fox jumps over the lazy dog again. ";
          document.body.innerHTML = `<p>${words}</p>`.repeat(20000) + `<p>${Object.values(quote).join("")}</p>`;
          const quotes = Array.from({length: 49}, (_, n) => ({...quote, exact: `${n} ${quote.exact}`}));
          // Each look at the clock takes a millisecond, and pauses take none.
          let [looks, longest, paused] = [0, 0, 0];
          const later = setTimeout;
          performance.now = () => (looks += 1);
          window.setTimeout = (go) => {
            longest = Math.max(longest, looks - paused);
            paused = looks;
            queueMicrotask(go);
          };
          const found = await anchorQuotes(document.body, [...quotes, quote]);
          delete performance.now;
          window.setTimeout = later;
          return [found.length, longest, looks];
        }""",
        QUOTE,
    )
    assert marked == 1
    assert longest <= 17
    assert looks > 20_000 + 50
    assert kept_page.evaluate(
        """async quote => {
          const words = "The quick brown fox jumps over the lazy dog again. ";
          document.body.textContent = words.repeat(20000) + Object.values(quote).join("");
          return (await anchorQuotes(document.body, [quote])).map((each) => `${each.range}`);
        }""",
        QUOTE,
    ) == [QUOTE["exact"]]


def test_page_that_changes_meanwhile_breaks_nothing(kept_page: Page) -> None:
    assert (
        kept_page.evaluate(
            """async quote => {
          document.body.innerHTML = "<p>Words of a page.</p>".repeat(30000) + `<p>${Object.values(quote).join("")}</p>`;
          const found = anchorQuotes(document.body, [quote]);
          document.body.lastChild.remove();
          document.body.textContent = "Gone.";
          return (await found).length;
        }""",
            QUOTE,
        )
        == 0
    )
