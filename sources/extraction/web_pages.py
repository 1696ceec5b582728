"""Web pages: the article's own words, without navigation, teasers and comments."""

import logging
import re
from collections.abc import Iterator

import lxml.html
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document as TrafilaturaDocument

from sources.extraction.clean_text import clean_text

from .document import Document, ExtractionError, made_by
from .language import settle_language
from .metadata import read_metadata

# trafilatura takes time that grows with the square of the inline elements in one parent (70,000 spans: minutes) and
# about 0.1 ms for any element. A page beyond these numbers is read block by block instead, in linear time.
MOST_ELEMENTS = 30_000
MOST_SIBLINGS = 3_000

# Less is what stands on a login button, not an article.
LEAST_LETTERS = 20

# libxml2 compares every attribute of an element with every other (400,000 in one tag: minutes).
LONG_TAG = 20_000
MOST_ATTRIBUTES = 5_000

# It reports pages without text, which we report ourselves and better.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

FURNITURE = frozenset(
    [
        "script", "style", "noscript", "template", "svg", "math", "nav", "aside", "footer", "header", "form",
        "button", "select", "textarea", "iframe", "object", "embed", "audio", "video", "canvas", "map",
        "menu", "dialog", "head",
    ]
)  # fmt: skip
BLOCKS = frozenset(
    [
        "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main",
        "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
        # the names of trafilatura's own output
        "head", "item", "list", "quote", "row",
    ]
)  # fmt: skip
CELLS = frozenset({"td", "th", "cell"})
BREAKS = frozenset({"br", "lb"})


def extract_page(markup: str, *, url: str, media_type: str) -> Document:
    """The document in a web page. Raises ExtractionError when it has no readable text."""
    tree = parse(markup)
    metadata = read_metadata(tree, url)
    text, extractor = "", made_by("trafilatura")
    if _is_tractable(tree):
        _keep_inline_facts(tree)
        text = _by_trafilatura(tree)
    if not text:
        text, extractor = clean_text(_joined(_blocks(_article(tree), FURNITURE))), "blocks 1"
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        raise ExtractionError(
            "no_text",
            "This page has no readable text: it may be drawn by a script, or be a login page. "
            "Open it in a browser, save it complete, or copy its text into a file, and import that.",
        )
    return Document(
        title=metadata.title,
        byline=metadata.byline,
        published_on=metadata.published_on,
        language=settle_language(metadata.language, text),
        publisher=metadata.publisher,
        canonical_url=metadata.canonical_url,
        text=text,
        media_type=media_type,
        extractor=extractor,
    )


def parse(markup: str) -> HtmlElement:
    """The tree of a page. Raises ExtractionError for what is none."""
    if _has_monstrous_tag(markup):
        raise ExtractionError(
            "damaged",
            "This web page is damaged: one of its tags has thousands of attributes. Download it again.",
        )
    # Bytes with their encoding told, because a declaration inside the markup is obsolete once it is decoded.
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(
            markup.encode("utf-8", "replace"), parser=parser, ensure_head_body=True
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ExtractionError("no_text", "This web page is empty or too damaged to be read.") from None
    return tree


def _has_monstrous_tag(markup: str) -> bool:
    for piece in markup.split("<"):
        if len(piece) > LONG_TAG and (piece[0].isalpha() or piece[0] in "\"'"):
            names = re.sub(r"\"[^\"]*\"|'[^']*'", " ", piece).partition(">")[0]
            if len(re.split(r"[\s/=]+", names)) > MOST_ATTRIBUTES:
                return True
    return False


def _keep_inline_facts(tree: HtmlElement) -> None:
    """Rescue what the extractor drops although it belongs to the article: dates inside sentences, captions."""
    for element in list(tree.iter("time")):
        # Alone it is the dateline; inside a sentence it is a fact.
        parent = element.getparent()
        if parent is not None and (parent.text or element.tail or "").strip():
            element.drop_tag()
    for element in list(tree.iter("figcaption")):
        figure = element.getparent()
        while figure is not None and figure.tag != "figure":
            figure = figure.getparent()
        if figure is None or figure.getparent() is None or figure.find(".//table") is not None:
            continue
        # A caption inside a link belongs to a teaser.
        if any(ancestor.tag in ("a", "nav", "aside", "footer") for ancestor in figure.iterancestors()):
            continue
        if element.find(".//a") is not None and len(_line(element)) <= len(_line(element.find(".//a"))) + 2:
            continue
        element.tag = "p"
        element.attrib.clear()
        element.tail = None
        figure.addnext(element)


def _line(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _is_tractable(tree: HtmlElement) -> bool:
    for number, element in enumerate(tree.iter(etree.Element)):
        if number > MOST_ELEMENTS:
            return False
        if len(element) > MOST_SIBLINGS:
            inline = sum(1 for child in element if child.tag not in BLOCKS)
            if inline > MOST_SIBLINGS:
                return False
    return True


def _by_trafilatura(tree: HtmlElement) -> str:
    found = bare_extraction(tree, include_comments=False, include_tables=True)
    if not isinstance(found, TrafilaturaDocument):
        return ""
    return clean_text(_joined(_blocks(found.body, frozenset())))


def _article(tree: HtmlElement) -> HtmlElement:
    """The part of the page that is marked up as the article, when there is one such part."""
    for path in (".//article", ".//main", ".//*[@role='main']", ".//*[@itemprop='articleBody']"):
        found = tree.findall(path)
        if len(found) == 1:
            return found[0]
    body = tree.find(".//body")
    return tree if body is None else body


def _blocks(root: HtmlElement, skipped: frozenset[str]) -> Iterator[str]:
    """The text of each block in reading order. One pass over the tree, whatever its shape."""
    words: list[str] = []
    below_skipped: HtmlElement | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if below_skipped is None and (not tag or tag in skipped):
                below_skipped = element
            if below_skipped is None:
                if tag in BLOCKS:
                    yield "".join(words)
                    words.clear()
                if tag in CELLS and any(map(str.strip, words)):
                    words.append(" | ")
                words.append("\n" if tag in BREAKS else _flowed(element.text))
            continue
        if below_skipped is None and tag in BLOCKS:
            yield "".join(words)
            words.clear()
        if below_skipped is element:
            below_skipped = None
        if below_skipped is None and element is not root:
            words.append(_flowed(element.tail))
    yield "".join(words)


def _flowed(text: str | None) -> str:
    """White space in markup is a space; only elements make lines."""
    if not text:
        return ""
    start = " " if text[0].isspace() else ""
    end = " " if text[-1].isspace() else ""
    return f"{start}{' '.join(text.split(None))}{end}" if not text.isspace() else " "


def _joined(blocks: Iterator[str]) -> str:
    return "\n\n".join(stripped for block in blocks if (stripped := block.strip()))
