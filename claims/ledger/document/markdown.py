"""Editors' Markdown → safe HTML."""

from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable(["table", "strikethrough"])

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "blockquote", "code", "pre", "a"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def to_html(text: str) -> str:
    """Render CommonMark with tables. HTML in the text is shown as text; links are marked as not endorsed."""
    return render_parts(parse_markdown(text)) if text else ""


def parse_markdown(text: str) -> list[Token]:
    """Parse the text, for searches in its words."""
    return _MARKDOWN.parse(text)


def render_parts(parts: list[Token]) -> str:
    """The HTML of such parts, as safe as that of any text."""
    rendered: str = _MARKDOWN.renderer.render(parts, _MARKDOWN.options, {})
    return _clean(rendered)


def make_links_absolute(html: str, base: str) -> str:
    """Make relative links in the output of `to_html` absolute, for use outside the page at `base`."""
    return _clean(html, ("rewrite_with_base", base))


def is_safe(html: str) -> bool:
    """Whether there is nothing in the HTML but what `to_html` leaves in it."""
    return _clean(html) == html


def _clean(html: str, relative: tuple[Literal["rewrite_with_base"], str] | None = None) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
        url_relative=relative,
    )
