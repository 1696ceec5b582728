"""Parse a page into a tree, and list its runs of text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from sources.extraction.document import ExtractionError

# trafilatura takes time that grows with the square of the inline elements in one parent (70,000 spans: minutes) and
# about 0.1 ms for any element. A page beyond these numbers is read block by block instead, in linear time.
MAX_ELEMENTS = 30_000
MAX_SIBLINGS = 3_000

# libxml2 compares every attribute of an element with every other (400,000 in one tag: minutes).
MAX_TAG_LENGTH = 20_000
MAX_ATTRIBUTES = 5_000

# Elements without text for readers, and those around an article.
TEXTLESS_TAGS = frozenset(
    [
        "script", "style", "noscript", "template", "svg", "math", "button", "select", "textarea", "iframe", "object",
        "embed", "audio", "video", "canvas", "map", "head",
    ]
)  # fmt: skip
BOILERPLATE_TAGS = TEXTLESS_TAGS | {"nav", "aside", "footer", "header", "form", "menu", "dialog"}
BLOCK_TAGS = frozenset(
    [
        "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main",
        "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
        # the names of trafilatura's own output
        "head", "item", "list", "quote", "row",
    ]
)  # fmt: skip
_WORDLIKE_PATTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
CELL_TAGS = frozenset({"td", "th", "cell"})
BREAK_TAGS = frozenset({"br", "lb"})


def parse(markup: str) -> HtmlElement:
    """Parse a page. Raises ExtractionError if the content cannot be a page."""
    if _has_monstrous_tag(markup):
        raise ExtractionError(
            "damaged",
            "This web page is damaged: one of its tags has thousands of attributes. Download it again.",
        )
    # Bytes with their encoding declared, because a declaration inside the markup is outdated once it is decoded.
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
        if len(piece) > MAX_TAG_LENGTH and (piece[0].isalpha() or piece[0] in "\"'"):
            names = re.sub(r"\"[^\"]*\"|'[^']*'", " ", piece).partition(">")[0]
            if len(re.split(r"[\s/=]+", names)) > MAX_ATTRIBUTES:
                return True
    return False


def is_tractable(tree: HtmlElement) -> bool:
    for number, element in enumerate(tree.iter(etree.Element)):
        if number > MAX_ELEMENTS:
            return False
        if len(element) > MAX_SIBLINGS:
            inline_count = sum(1 for child in element if child.tag not in BLOCK_TAGS)
            if inline_count > MAX_SIBLINGS:
                return False
    return True


def _collapse_space(text: str | None) -> str:
    """Collapse white space to one space; only elements start new lines."""
    if not text:
        return ""
    start = " " if text[0].isspace() else ""
    end = " " if text[-1].isspace() else ""
    return f"{start}{' '.join(text.split(None))}{end}" if not text.isspace() else " "


@dataclass(frozen=True, slots=True, eq=False)
class TextRun:
    """The text of one line or paragraph of a page."""

    element: HtmlElement
    """The block element that contains it."""
    text: str
    key: str
    """Its letters and digits, for comparing it with other texts."""
    linked: float
    """The share of the text that is inside links."""
    letters: int
    """The amount of text: its number of letters. In scripts with one character per word, each counts as several."""


def build_key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def iterate_runs(root: HtmlElement, skipped: frozenset[str]) -> Iterator[TextRun]:
    """Yield the runs of text below `root` in reading order, in one pass over the tree."""
    open_run = _OpenTextRun(root)
    below_skipped: HtmlElement | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if below_skipped is None and (not tag or tag in skipped):
                below_skipped = element
            if below_skipped is None:
                yield from open_run.begin(element, tag)
            continue
        if below_skipped is None:
            yield from open_run.end(tag)
        elif below_skipped is element:
            below_skipped = None
        if below_skipped is None and element is not root:
            open_run.add(_collapse_space(element.tail))
    yield from open_run.close()


class _OpenTextRun:
    """The run being collected while walking the tree."""

    def __init__(self, root: HtmlElement) -> None:
        self._words: list[str] = []
        self._linked = self._link_depth = 0
        self._blocks = [root]

    def begin(self, element: HtmlElement, tag: str) -> Iterator[TextRun]:
        if tag in BLOCK_TAGS:
            yield from self.close()
            self._blocks.append(element)
        if tag in CELL_TAGS and any(map(str.strip, self._words)):
            self._words.append(" | ")
        self._link_depth += tag == "a"
        self.add("\n" if tag in BREAK_TAGS else _collapse_space(element.text))

    def end(self, tag: str) -> Iterator[TextRun]:
        if tag in BLOCK_TAGS:
            yield from self.close()
            self._blocks.pop()
        self._link_depth -= tag == "a"

    def add(self, text: str) -> None:
        self._words.append(text)
        if self._link_depth:
            self._linked += len(build_key(text))

    def close(self) -> Iterator[TextRun]:
        text, linked_length = "".join(self._words).strip(), self._linked
        self._words, self._linked = [], 0
        if text:
            key = build_key(text)
            letters = len(key) + len(_WORDLIKE_PATTERN.findall(key))
            yield TextRun(self._blocks[-1], text, key, linked_length / max(len(key), 1), letters)


def join_paragraphs(texts: Iterator[str]) -> str:
    return "\n\n".join(filter(None, texts))
