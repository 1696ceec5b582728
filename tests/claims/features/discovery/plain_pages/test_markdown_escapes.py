"""Others' words in Markdown: they cannot become HTML or pictures, and invisible characters are shown."""

from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt

from claims.features.discovery.plain_pages.markdown_escapes import (
    escape_line,
    quote_markdown,
    quote_plain_text,
)
from tests.helpers.sweeps import sweep

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@sweep("slashes", range(5))
def test_backslashes_of_authors_do_not_bring_html_and_pictures_back(slashes: int) -> None:
    before = "\\" * slashes
    shown = quote_markdown(
        f"a {before}<script>alert(1)</script> {before}![x](https://evil.example/x.png) {before}<!-- y -->"
    )
    html = MARKDOWN.render(shown)
    assert "<script" not in html
    assert "<img" not in html
    assert "<!--" not in html


@sweep(
    "hidden",
    [
        "\U000e0041\U000e0042",
        "\ufe00\ufe01",
        "\U000e0100\U000e0180",
        "\u200b\u2060",
        "\ufeff",
        "\u3164",
        "\u202e",
        "\ue000",
    ],
)
@sweep("form", [escape_line, quote_plain_text, quote_markdown])
def test_invisible_characters_are_left_out(form: Callable[[str], str], hidden: str) -> None:
    assert form(f"The bridge{hidden} cost 90 million.") == form("The bridge cost 90 million.")


@pytest.mark.parametrize("words", ["می\u200cخواهم", "👩\u200d🔬", "❤\ufe0f"])
def test_joiners_of_letters_and_pictographs_stay(words: str) -> None:
    assert escape_line(words) == quote_markdown(words).removeprefix("> ") == words
