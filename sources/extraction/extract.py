"""Detect the kind of a document, and read it."""

import re
from dataclasses import replace
from pathlib import PurePath

from sources.extraction.encodings import decode, detect_signature
from sources.extraction.plain_text import extract_plain
from sources.extraction.web_pages.markup import parse
from sources.extraction.web_pages.page import extract_page

from .document import MAX_BYTES, MAX_LENGTH, Document, ExtractionError
from .language import choose_language
from .metadata import read_metadata
from .office import DOCX, ODT, detect_office_kind, extract_office
from .pdf import extract_pdf
from .transcripts import PLAIN, SUBRIP, VTT, extract_transcript

_MEDIA_TYPES = {
    "text/html": "text/html",
    "application/xhtml+xml": "application/xhtml+xml",
    "text/plain": PLAIN,
    "text/markdown": PLAIN,
    "text/vtt": VTT,
    "text/srt": SUBRIP,
    "application/x-subrip": SUBRIP,
    "application/pdf": "application/pdf",
    DOCX: DOCX,
    ODT: ODT,
}
# Media types that servers and disks state for unknown content.
_UNKNOWN_TYPES = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/download", "application/zip"}
)
_SUFFIX_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": PLAIN,
    ".text": PLAIN,
    ".md": PLAIN,
    ".vtt": VTT,
    ".srt": SUBRIP,
}
_MARKUP_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_TRANSCRIPT_TYPES = frozenset({VTT, SUBRIP})
_TAG_PATTERN = re.compile(r"<[A-Za-z!/]")
_MARKUP_PREAMBLE = r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*"
_HTML_DOCUMENT = re.compile(rf"{_MARKUP_PREAMBLE}<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_HTML_FRAGMENT = re.compile(
    rf"{_MARKUP_PREAMBLE}<(?:head|body|article|main|section|meta|title|div|p|h1)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


def extract(
    content: bytes,
    *,
    content_type: str = "",
    charset: str | None = None,
    url: str = "",
    filename: str = "",
) -> Document:
    """Extract the document from `content`.

    Args:
        content_type: the media type a server declared, without parameters.
        charset: the character encoding a server declared.
        url: the document's URL, for resolving relative URLs. A URL that the page itself states takes precedence.
        filename: the document's name on disk, as a hint at its kind.

    Raises:
        ExtractionError: the content is empty, too large, binary or undecodable, or has no text.
    """
    return _read(content, content_type, charset, url, filename)


def extract_recording(
    page: bytes, transcript: bytes, *, charset: str | None = None, url: str = "", filename: str = ""
) -> Document:
    """Extract the transcript of a recording and the metadata of its page, even if scripts render the page's text.

    Args:
        charset: the character encoding a server declared for the page.
        url: the URL of the page.
        filename: the name of the transcript on disk.

    Raises:
        ExtractionError: the file is not a transcript.
    """
    spoken_document = _read(transcript, "", None, "", filename, is_transcript=True)
    if page[:1024].lstrip().startswith(b"%PDF-") or detect_signature(page) or not page.strip():
        return spoken_document
    try:
        metadata = read_metadata(parse(decode(page, charset=charset, markup=True)), url)
    except ExtractionError:
        return spoken_document
    return replace(
        spoken_document,
        title=metadata.title or spoken_document.title,
        byline=metadata.byline,
        published_on=metadata.published_on,
        language=spoken_document.language or choose_language(metadata.language, spoken_document.text),
        publisher=metadata.publisher,
        canonical_url=metadata.canonical_url,
    )


def _read(
    content: bytes,
    content_type: str,
    charset: str | None,
    url: str,
    filename: str,
    *,
    is_transcript: bool = False,
) -> Document:
    document = _extract_by_kind(content, content_type, charset, url, filename, is_transcript)
    if len(document.text) > MAX_LENGTH:
        raise ExtractionError(
            "too_long",
            "This document contains %(text)s characters of text; the limit is %(longest)s. Import the part you need.",
            text=f"{len(document.text):,}",
            longest=f"{MAX_LENGTH:,}",
        )
    return document


def _extract_by_kind(
    content: bytes, content_type: str, charset: str | None, url: str, filename: str, is_transcript: bool
) -> Document:
    if len(content) > MAX_BYTES:
        raise ExtractionError(
            "too_large",
            "This document is %(content)s MB; the limit is %(largest)s MB. Import the part you need.",
            content=f"{len(content) / 1000000:.1f}",
            largest=MAX_BYTES // 1000000,
        )
    if not content.strip():
        raise ExtractionError(
            "empty", "This document is empty. Check that the file was saved or downloaded completely."
        )
    # Some servers send a blank line or a byte order mark before the document.
    if content[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return extract_pdf(content)
    if content.startswith(b"PK\x03\x04") and (office := detect_office_kind(content)):
        return extract_office(content, office)
    if looks_like := detect_signature(content):
        raise ExtractionError(
            "binary",
            "This is %(looks_like)s, not an article. Import a web page, a PDF, .docx or .odt "
            "document, a transcript or a plain text file.",
            looks_like=looks_like,
        )
    return _extract_text(content, content_type, charset, url, filename, is_transcript)


def _extract_text(
    content: bytes, content_type: str, charset: str | None, url: str, filename: str, is_transcript: bool
) -> Document:
    """Extract the document from a text format: a page, a transcript, or plain text."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES and media_type not in _UNKNOWN_TYPES:
        raise ExtractionError(
            "not_accepted",
            "This document has the type %(declared)s. Only web pages, PDF, .docx and .odt documents, "
            "transcripts and plain text can be read.",
            declared=media_type,
        )
    suffix = _SUFFIX_TYPES.get(PurePath(filename).suffix.lower(), "")
    kind = _MEDIA_TYPES.get(media_type) or suffix
    if kind in ("application/pdf", DOCX, ODT):
        name = {"application/pdf": "PDF", DOCX: ".docx", ODT: ".odt"}[kind]
        raise ExtractionError(
            "damaged",
            "This should be a %(name)s document, but its content is different. Download it again.",
            name=name,
        )
    text = decode(content, charset=charset, markup=kind not in (PLAIN, VTT, SUBRIP))
    if not is_transcript and _is_markup(text, kind):
        return extract_page(text, url=url, media_type=kind if kind in _MARKUP_TYPES else "text/html")
    is_transcript |= bool({kind, suffix} & _TRANSCRIPT_TYPES)
    if document := extract_transcript(text, is_known_transcript=is_transcript):
        return document
    if is_transcript:
        raise ExtractionError(
            "no_times",
            "This transcript has no times. Save it as WebVTT or SRT, or write the time before each part "
            "(1:05), in chronological order.",
        )
    return extract_plain(text)


def _is_markup(text: str, kind: str) -> bool:
    """Return whether a document is HTML by its content; declared types and file names are unreliable."""
    if kind in _TRANSCRIPT_TYPES:
        return False
    if kind in _MARKUP_TYPES:
        return _TAG_PATTERN.search(text) is not None
    beginning = text[:4096]
    return bool(_HTML_DOCUMENT.match(beginning) or (not kind and _HTML_FRAGMENT.match(beginning)))
