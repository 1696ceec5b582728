"""PDF documents: extract the text layer in reading order, in paragraphs."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from statistics import median

import pypdfium2
from pypdfium2 import PdfiumError

from sources.extraction.broken_lines import HYPHENS, find_compounds, join_lines
from sources.extraction.clean_text import clean_line, clean_text

from .document import MAX_LENGTH, Caveat, Document, ExtractionError, describe_extractor
from .language import detect_language
from .pdf_layout import Line, PageText, read_page

MAX_PAGES = 1000
# Fewer letters are a scanner's stamp, not a text.
MIN_LETTERS_PER_PAGE = 15
#: A running head is on at least this share of the pages: some are on every second page, and some pages have none.
RUNNING_HEAD_SHARE = 0.3
#: The maximum number of characters in a line with the page number.
MAX_HEAD_LENGTH = 80
#: A line ends a paragraph if it is shorter than its column by this share of the width. A line begins one if the gap
#: above it is this many times the usual one.
SHORT_LINE_SHARE, WIDE_GAP_RATIO = 0.12, 1.35

_FILE_NAME = re.compile(
    r"^(?:microsoft \w+ - .*|untitled.*|document\d*|.*\.(?:docx?|pdf|indd|odt|rtf|pages|qxd|tex|xlsx?|pptx?))$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:。！？।؟][\"'”’“‘»«」』)\]]*$")
_PAGE_NUMBER = re.compile(
    r"(?:page |seite |página |pagina |strona |стр\. ?|p\. ?|[-–—] ?)?(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?: ?(?:/|\||of|von|de|sur|di|z|из) ?\d{1,4})?(?: ?[-–—])?",
    re.IGNORECASE,
)


def extract_pdf(content: bytes) -> Document:
    """Extract the document from a PDF.

    Raises:
        ExtractionError: the PDF is locked, damaged, or scanned without text.
    """
    try:
        pdf = pypdfium2.PdfDocument(content)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise ExtractionError(
                "locked",
                "This PDF document is locked with a password. Save a copy without the password and import that.",
            ) from None
        raise ExtractionError(
            "damaged", "This PDF document is damaged and cannot be read. Download it again."
        ) from None
    try:
        if len(pdf) > MAX_PAGES:
            raise ExtractionError(
                "too_large",
                "This PDF document has %(pdf)s pages; the limit is %(most_pages)s. Import a part.",
                pdf=len(pdf),
                most_pages=MAX_PAGES,
            )
        pages = list(_read_pages(pdf))
        metadata = pdf.get_metadata_dict()
    finally:
        pdf.close()
    text = clean_text("\n\n".join(_join_paragraphs(_remove_running_heads(pages))))
    letter_count = sum(map(str.isalpha, text))
    if letter_count < MIN_LETTERS_PER_PAGE * max(len(pages), 1) and letter_count < 500:
        raise ExtractionError(
            "no_text",
            "This PDF document was scanned: it contains pictures of pages and no text. Run it through "
            "text recognition (OCR) and import the result.",
        )
    title, author = clean_line(metadata.get("Title", "")), clean_line(metadata.get("Author", ""))
    return Document(
        title="" if _FILE_NAME.match(title) else title,
        byline=author,
        # The creation date of the file is not the publication date.
        published_on=None,
        language=detect_language(text),
        publisher="",
        canonical_url="",
        text=text,
        media_type="application/pdf",
        extractor=describe_extractor("pypdfium2"),
        caveats=_warn_about_scanned_pages(pages),
    )


def _read_pages(pdf: pypdfium2.PdfDocument) -> Iterator[PageText]:
    letters = 0
    for page_index in range(len(pdf)):
        page = read_page(pdf, page_index)
        letters += sum(len(line.text) for line in page.lines)
        if letters > 2 * MAX_LENGTH:
            raise ExtractionError(
                "too_long",
                "This PDF document contains more than %(longest)s characters of text. Import the part you need.",
                longest=f"{MAX_LENGTH:,}",
            )
        yield page


def _warn_about_scanned_pages(pages: list[PageText]) -> tuple[Caveat, ...]:
    numbers = [str(number) for number, page in enumerate(pages, 1) if page.has_picture]
    if not numbers:
        return ()
    page_phrase = f"page {numbers[0]} holds" if len(numbers) == 1 else f"{len(numbers)} pages hold"
    return (
        Caveat(
            "partly_read",
            f"Of {len(pages)} pages, {page_phrase} a picture and no text, and could not be read. "
            "Run the document through text recognition (OCR) if they matter.",
        ),
    )


def _remove_running_heads(pages: list[PageText]) -> list[list[Line]]:
    """Remove page numbers and running heads."""
    edges_of_pages = [_select_edge_lines(page) for page in pages]
    counts = Counter(text for edge in edges_of_pages for text in {_strip_numbers(line) for line in edge})
    min_count = max(2, RUNNING_HEAD_SHARE * len(pages))
    offset = _find_page_number_offset(edges_of_pages)
    pages_without_heads = []
    for number, (page, edge) in enumerate(zip(pages, edges_of_pages, strict=True)):
        running_heads = {
            id(line)
            for line in edge
            if counts[_strip_numbers(line)] >= min_count
            or _PAGE_NUMBER.fullmatch(line.text.strip())
            or (offset is not None and number + offset in _find_outer_numbers(line))
        }
        pages_without_heads.append([line for line in page.lines if id(line) not in running_heads])
    return pages_without_heads


def _find_page_number_offset(edges: list[list[Line]]) -> int | None:
    """Return the offset from page index to printed page number; None if most pages have no number."""
    offsets = Counter(
        offset
        for page_index, edge in enumerate(edges)
        for offset in {number - page_index for line in edge for number in _find_outer_numbers(line)}
    )
    offset, count = max(offsets.items(), key=lambda entry: entry[1], default=(0, 0))
    return offset if count >= max(2, 0.6 * len(edges)) else None


def _find_outer_numbers(line: Line) -> set[int]:
    """Return the numbers that a short line begins or ends with."""
    numbers = re.match(r"(\d{1,4})\b", line.text), re.search(r"\b(\d{1,4})$", line.text)
    return {int(match[1]) for match in numbers if match} if len(line.text) <= MAX_HEAD_LENGTH else set()


def _select_edge_lines(page: PageText) -> list[Line]:
    """Return the two topmost and two lowest lines."""
    by_height = sorted(page.lines, key=lambda line: -line.top)
    return by_height[:2] + by_height[-2:]


def _strip_numbers(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _join_paragraphs(pages: list[list[Line]]) -> Iterator[str]:
    """Join lines into paragraphs, which may continue in the next column or on the next page."""
    columns = [list(group) for page in pages for _, group in groupby(page, key=lambda line: line.column)]
    compounds = find_compounds(line.text for column in columns for line in column)
    usual_height = median([line.height for column in columns for line in column] or [1.0])
    paragraph: list[str] = []
    last_line: Line | None = None
    is_ended = False
    for column in columns:
        edges = _Edges(column)
        for number, line in enumerate(column):
            previous_line = column[number - 1] if number else None
            if (
                paragraph
                and last_line
                and (is_ended or edges.begins_paragraph(line, previous_line, last_line, usual_height))
            ):
                yield join_lines(paragraph, compounds)
                paragraph = []
            paragraph.append(line.text)
            last_line = line
            # A short line that ends a sentence ends its paragraph; alone it is a heading.
            is_ended = edges.is_short(line) and (bool(_SENTENCE_END.search(line.text)) or len(paragraph) == 1)
            is_ended &= line.text[-1:] not in HYPHENS
    if paragraph:
        yield join_lines(paragraph, compounds)


class _Edges:
    """The usual edges of lines in a column."""

    def __init__(self, column: list[Line]) -> None:
        edges = sorted(line.right for line in column)
        # If there are many short paragraphs, most lines may be first lines.
        self.left = sorted(line.left for line in column)[len(column) // 5]
        # The longest lines, except one that extends beyond the column.
        self.right = edges[max(0, len(edges) * 9 // 10 - 1)] if len(edges) > 3 else edges[-1]
        gaps = [upper.bottom - lower.bottom for upper, lower in pairwise(column)]
        self.leading = sorted(gaps)[len(gaps) // 4] if gaps else 0.0

    def is_short(self, line: Line) -> bool:
        return line.right < self.right - SHORT_LINE_SHARE * (self.right - self.left)

    def begins_paragraph(
        self, line: Line, previous_line: Line | None, last_line: Line, usual_height: float
    ) -> bool:
        """Return whether a line begins a paragraph, by its position and letter size.

        Args:
            previous_line: the line above in the same column; None for the first.
            last_line: the line before in reading order, which may be in another column or on another page.
        """
        if line.height > 1.2 * usual_height or last_line.height > 1.2 * usual_height:
            return abs(line.height - last_line.height) > 0.1 * usual_height
        if previous_line is None:
            return False
        gap = previous_line.bottom - line.bottom
        if self.leading and gap > WIDE_GAP_RATIO * self.leading and last_line.text[-1:] not in HYPHENS:
            return True
        is_indented = line.left - self.left > 0.6 * line.height
        return is_indented and bool(_SENTENCE_END.search(last_line.text))
