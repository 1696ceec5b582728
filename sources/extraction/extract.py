"""Which kind of document this is, and who reads it."""

import re
from pathlib import PurePath

from sources.extraction.encodings import decode, signature
from sources.extraction.plain_text import extract_plain
from sources.extraction.web_pages import extract_page

from .document import Document, ExtractionError
from .pdf import extract_pdf

LARGEST = 10_000_000

_KINDS = {
    "text/html": "text/html",
    "application/xhtml+xml": "application/xhtml+xml",
    "text/plain": "text/plain",
    "text/markdown": "text/plain",
    "application/pdf": "application/pdf",
}
# What servers and disks say when they do not know.
_UNKNOWN = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/download"})
_SUFFIXES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/plain",
}
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
_TAG = re.compile(r"<[A-Za-z!/]")
_BEFORE_MARKUP = r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*"
_HTML_DOCUMENT = re.compile(rf"{_BEFORE_MARKUP}<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_HTML_FRAGMENT = re.compile(
    rf"{_BEFORE_MARKUP}<(?:head|body|article|main|section|meta|title|div|p|h1)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


def extract(
    content: bytes, *, content_type: str = "", charset: str | None = None, url: str = "", filename: str = ""
) -> Document:
    """The document in `content`.

    Args:
        content_type: the media type a server declared, without parameters.
        charset: the character encoding a server declared.
        url: where it was found, to complete relative addresses; for what the page says otherwise it says so itself.
        filename: its name on disk, for a hint at the kind.

    Raises:
        ExtractionError: it is empty, too large, binary, undecodable, or holds no text.
    """
    if len(content) > LARGEST:
        raise ExtractionError(
            "too_large",
            f"This document has {len(content) / 1_000_000:.1f} MB; at most {LARGEST // 1_000_000} MB are read. "
            "Import the part you need.",
        )
    if not content.strip():
        raise ExtractionError(
            "empty", "This document is empty. Check that the file was saved or downloaded completely."
        )
    # Some servers send a blank line or a mark before the document.
    if content[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return extract_pdf(content)
    if looks_like := signature(content):
        raise ExtractionError(
            "binary",
            f"This is {looks_like}, not an article. Import an HTML page, a PDF document or a plain text file.",
        )
    declared = content_type.partition(";")[0].strip().lower()
    if declared not in _KINDS and declared not in _UNKNOWN:
        raise ExtractionError(
            "not_accepted",
            f"This document is of the type {declared}. Only web pages, plain text and PDF documents can be read.",
        )
    kind = _KINDS.get(declared) or _SUFFIXES.get(PurePath(filename).suffix.lower(), "")
    if kind == "application/pdf":
        raise ExtractionError(
            "damaged", "This should be a PDF document, but it does not begin like one. Download it again."
        )
    text = decode(content, charset=charset, markup=kind != "text/plain")
    if _is_markup(text, kind):
        return extract_page(text, url=url, media_type=kind if kind in _MARKUP else "text/html")
    return extract_plain(text)


def _is_markup(text: str, kind: str) -> bool:
    """Servers send plain text as HTML, and people save HTML as text; then the document itself decides."""
    if kind in _MARKUP:
        return _TAG.search(text) is not None
    beginning = text[:4096]
    return bool(_HTML_DOCUMENT.match(beginning) or (not kind and _HTML_FRAGMENT.match(beginning)))
