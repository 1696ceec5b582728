"""Convert editors' Markdown to safe HTML."""

from collections.abc import Collection
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sources.public_media import FOLDER, parse_file_name

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable(["table", "strikethrough"])

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "blockquote", "code", "pre", "a"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td", "img"),
}


def to_html(text: str, *, pictures: Collection[str] = ()) -> str:
    """Render CommonMark with tables. HTML in the text is shown as text; links are marked as not endorsed.

    Args:
        pictures: the URLs on this site of the pictures that the text may contain, with alternative text. All others are
            left out, because loading a picture from another site would reveal the reader to that site.
    """
    return render_parts(parse_markdown(text), pictures=pictures) if text else ""


def parse_markdown(text: str) -> list[Token]:
    """Parse Markdown into tokens, for code that searches or changes its text."""
    return _MARKDOWN.parse(text)


def render_parts(tokens: list[Token], *, pictures: Collection[str] = ()) -> str:
    """Render tokens of `parse_markdown` as HTML, sanitised as in `to_html`."""
    for token in tokens:
        if token.children:
            token.children = [child for child in token.children if _is_allowed(child, pictures)]
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return _clean(html)


def _is_allowed(token: Token, pictures: Collection[str]) -> bool:
    return token.type != "image" or (token.attrs.get("src") in pictures and bool(token.content.strip()))


def make_links_absolute(html: str, page_url: str) -> str:
    """Make relative links in the output of `to_html` absolute, for use outside the page at `page_url`."""
    return _clean(html, ("rewrite_with_base", page_url))


def is_safe(html: str) -> bool:
    """Return whether the HTML contains only tags, attributes and URLs that `to_html` can produce."""
    return _clean(html) == html


def _clean(html: str, relative: tuple[Literal["rewrite_with_base"], str] | None = None) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}, "img": {"src", "alt"}},
        attribute_filter=None if relative else _filter_picture_urls,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
        url_relative=relative,
    )


def _filter_picture_urls(tag: str, attribute: str, value: str) -> str | None:
    is_own_picture = value.startswith(FOLDER) and parse_file_name(value.removeprefix(FOLDER))
    return None if (tag, attribute) == ("img", "src") and not is_own_picture else value
