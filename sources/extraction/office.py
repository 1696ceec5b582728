"""Text documents from office suites: Word's .docx (ECMA-376) and OpenDocument's .odt (ISO 26300).

Both are ZIP archives of XML. They are not read with python-docx, which fails if parts other than the text are damaged.
There is no comparable library for OpenDocument.
"""

import io
import lzma
import zipfile
import zlib

from lxml import etree

from sources.extraction.clean_text import clean_line, clean_text

from .document import Document, ExtractionError, describe_extractor
from .language import choose_language

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"

#: The size limit of an unpacked part: a thousand pages are smaller, a zip bomb is larger.
MAX_PART_BYTES = 30_000_000

#: Exceptions of the archive and XML readers; RuntimeError means a password or an unsupported compression method.
_DAMAGE_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, etree.XMLSyntaxError),
    *(EOFError, OSError, ValueError, RuntimeError, KeyError),
)

_WORD_NS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_NS = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE_NS = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE_NS = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DUBLIN_CORE_NS = "{http://purl.org/dc/elements/1.1/}"

# Deletions, instructions, duplicate drawings and comments are not part of the text.
_SKIPPED_TAGS = frozenset(
    [
        f"{_WORD_NS}del", f"{_WORD_NS}moveFrom", f"{_WORD_NS}instrText", f"{_WORD_NS}delText", f"{_WORD_NS}pPr",
        f"{_WORD_NS}rPr", f"{_WORD_NS}sectPr",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        f"{_TEXT_NS}tracked-changes", f"{_TEXT_NS}note-citation", f"{_OFFICE_NS}annotation",
        f"{_OFFICE_NS}forms",
        f"{_TEXT_NS}sequence-decls", f"{_TEXT_NS}table-of-content", f"{_OFFICE_NS}annotation-end",
    ]
)  # fmt: skip
_PARAGRAPH_TAGS = frozenset({f"{_WORD_NS}p", f"{_TEXT_NS}p", f"{_TEXT_NS}h"})
_CELL_TAGS = frozenset({f"{_WORD_NS}tc", f"{_TABLE_NS}table-cell"})
_ROW_TAGS = frozenset({f"{_WORD_NS}tr", f"{_TABLE_NS}table-row"})
_TAG_TEXTS = {
    f"{_WORD_NS}tab": " ", f"{_WORD_NS}br": "\n", f"{_WORD_NS}cr": "\n", f"{_WORD_NS}noBreakHyphen": "-",
    f"{_TEXT_NS}s": " ",
    f"{_TEXT_NS}tab": " ", f"{_TEXT_NS}line-break": "\n",
}  # fmt: skip


def detect_office_kind(content: bytes) -> str:
    """Return the media type of the text document in a ZIP archive, or "" for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return DOCX
            if "content.xml" in names and "mimetype" in names:
                return ODT if _read_part(archive, "mimetype").decode("latin-1").startswith(ODT) else ""
    except _DAMAGE_ERRORS:
        pass
    return ""


def extract_office(content: bytes, kind: str) -> Document:
    """Extract a .docx or .odt file. Raises ExtractionError if the file is damaged, locked, too large or empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if kind == ODT and b"encryption-data" in _read_part(
                archive, "META-INF/manifest.xml", default=b""
            ):
                raise ExtractionError(
                    "locked",
                    "This document is locked with a password. Save a copy without the password and import that.",
                )
            names = archive.namelist()
            body = _parse_tree(_read_part(archive, "word/document.xml" if kind == DOCX else "content.xml"))
            notes = [
                _parse_tree(_read_part(archive, name))
                for name in ("word/footnotes.xml", "word/endnotes.xml")
                if name in names
            ]
            metadata_part = "docProps/core.xml" if kind == DOCX else "meta.xml"
            metadata = (
                _read_stated(_parse_tree(_read_part(archive, metadata_part)))
                if metadata_part in names
                else {}
            )
    except _DAMAGE_ERRORS:
        raise ExtractionError(
            "damaged", "This document is damaged and cannot be read. Open it, save it again, and import that."
        ) from None
    text = clean_text(
        "\n\n".join([*_read_paragraphs(body), *(line for note in notes for line in _read_paragraphs(note))])
    )
    if not any(map(str.isalnum, text)):
        raise ExtractionError(
            "no_text",
            "This document contains no text; it may contain pictures of pages. Run it through text "
            "recognition (OCR) and import the result.",
        )
    return Document(
        title=metadata.get("title", ""),
        byline=metadata.get("creator", ""),
        # The creation date of the file is not the publication date.
        published_on=None,
        language=choose_language(metadata.get("language", ""), text),
        publisher="",
        canonical_url="",
        text=text,
        media_type=kind,
        extractor=describe_extractor("lxml"),
    )


def _read_part(archive: zipfile.ZipFile, name: str, default: bytes | None = None) -> bytes:
    if default is not None and name not in archive.namelist():
        return default
    with archive.open(name) as file:
        # The sizes stated in the archive may be false.
        content = file.read(MAX_PART_BYTES + 1)
    if len(content) > MAX_PART_BYTES:
        raise ExtractionError(
            "too_large",
            "This document unpacks to much more than its file states. Copy its text into a new one and import that.",
        )
    return content


def _parse_tree(content: bytes) -> etree._Element:
    """Parse XML without entities, which such documents do not use, and without loading external files."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    tree = etree.fromstring(content, parser)
    if tree.getroottree().docinfo.doctype:
        # Neither format defines entities, so their presence is deliberate.
        raise etree.XMLSyntaxError("a document type", 0, 0, 0)
    return tree


def _read_stated(tree: etree._Element) -> dict[str, str]:
    return {
        str(element.tag).removeprefix(_DUBLIN_CORE_NS): clean_line(element.text or "")
        for element in tree.iter(
            f"{_DUBLIN_CORE_NS}title",
            f"{_DUBLIN_CORE_NS}creator",
            f"{_DUBLIN_CORE_NS}language",
        )
    }


def _read_paragraphs(tree: etree._Element) -> list[str]:
    """Return the paragraphs in reading order; a table row counts as one paragraph."""
    state = _ReadingState()
    below_skipped: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = str(element.tag)
        if event == "start":
            if below_skipped is None and tag in _SKIPPED_TAGS:
                below_skipped = element
            if below_skipped is None:
                state.begin(tag, element.text or "")
            continue
        if below_skipped is None:
            state.end(tag)
        elif below_skipped is element:
            below_skipped = None
        if below_skipped is None and _may_precede_text(element):
            state.words.append(element.tail or "")
    return state.lines


class _ReadingState:
    """The state of the reader within a document. Notes and boxes follow the paragraph that contains them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self._interrupted: list[list[str]] = []
        self._cells: list[str] = []
        self._hanging: list[str] = []
        self._depth = self._row_depth = 0

    def begin(self, tag: str, text: str) -> None:
        if (tag in _ROW_TAGS or (tag in _PARAGRAPH_TAGS and self._depth)) and not self._row_depth:
            self._interrupted.append(self.words)
            self.words = []
        self._depth += tag in _PARAGRAPH_TAGS
        self._row_depth += tag in _ROW_TAGS
        if tag in _TAG_TEXTS:
            self.words.append(_TAG_TEXTS[tag])
        elif tag == f"{_WORD_NS}t" or tag.startswith(_TEXT_NS):
            self.words.append(text)

    def end(self, tag: str) -> None:
        self._depth -= tag in _PARAGRAPH_TAGS
        self._row_depth -= tag in _ROW_TAGS
        if tag in _CELL_TAGS:
            self._cells.append(" ".join("".join(self.words).split()))
            self.words = []
        elif tag in _ROW_TAGS and not self._row_depth:
            self._close(" | ".join(filter(None, self._cells)), self._interrupted.pop())
            self._cells = []
        elif tag in _PARAGRAPH_TAGS and self._row_depth:
            self.words.append(" ")
        elif tag in _PARAGRAPH_TAGS:
            self._close("".join(self.words), self._interrupted.pop() if self._depth else [])

    def _close(self, line: str, words: list[str]) -> None:
        """End the current paragraph, and continue the one that contains it."""
        self.words = words
        if self._depth:
            self._hanging.append(line)
        else:
            self.lines += [line, *self._hanging]
            self._hanging = []


def _may_precede_text(element: etree._Element) -> bool:
    """Return whether text may follow an element. In OpenDocument, it may in any paragraph; in Word, only in `w:t`."""
    parent = element.getparent()
    tag = "" if parent is None else str(parent.tag)
    return tag.startswith(_TEXT_NS)
