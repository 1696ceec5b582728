"""PDF documents: the text layer, put back into paragraphs."""

import re
from collections import Counter

import pypdfium2
from pypdfium2 import PdfiumError

from sources.extraction.clean_text import clean_line, clean_text

from .document import Document, ExtractionError, made_by
from .language import detect_language

MOST_PAGES = 1000
# Less than this is the stamp of a scanner, not a text.
LEAST_LETTERS_PER_PAGE = 15

_FILE_NAME = re.compile(
    r"^(?:microsoft \w+ - .*|untitled.*|document\d*|.*\.(?:docx?|pdf|indd|odt|rtf|pages|qxd|tex|xlsx?|pptx?))$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:。！？।؟][\"'”’»)\]]*$")
_PAGE_NUMBER = re.compile(
    r"(?:page |seite |p\. ?|- ?)?\d{1,4}(?: ?(?:/|of|von|de|sur) ?\d{1,4})?(?: ?-)?", re.IGNORECASE
)


def extract_pdf(content: bytes) -> Document:
    """The document in a PDF. Raises ExtractionError when it is locked, damaged, or pictures of pages only."""
    try:
        pdf = pypdfium2.PdfDocument(content)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise ExtractionError(
                "locked",
                "This PDF document is locked with a password. Save a copy without it and import that.",
            ) from None
        raise ExtractionError(
            "damaged", "This PDF document is damaged and cannot be read. Download it again."
        ) from None
    try:
        if len(pdf) > MOST_PAGES:
            raise ExtractionError(
                "too_large",
                f"This PDF document has {len(pdf)} pages; at most {MOST_PAGES} are read. Import a part.",
            )
        pages = [_page_lines(pdf, number) for number in range(len(pdf))]
        stated = pdf.get_metadata_dict()
    finally:
        pdf.close()
    text = clean_text("\n\n".join(_paragraphs(_without_running_heads(pages))))
    letters = sum(map(str.isalpha, text))
    if letters < LEAST_LETTERS_PER_PAGE * max(len(pages), 1) and letters < 500:
        raise ExtractionError(
            "no_text",
            "This PDF document holds pictures of pages and no text: it was scanned. Run it through text recognition "
            "(OCR) and import the result.",
        )
    title, author = clean_line(stated.get("Title", "")), clean_line(stated.get("Author", ""))
    return Document(
        title="" if _FILE_NAME.match(title) else title,
        byline=author,
        # The file's creation date is not the day of publication.
        published_on=None,
        language=detect_language(text),
        publisher="",
        canonical_url="",
        text=text,
        media_type="application/pdf",
        extractor=made_by("pypdfium2"),
    )


def _page_lines(pdf: pypdfium2.PdfDocument, number: int) -> list[str]:
    try:
        page = pdf[number]
        # U+FFFE and U+0002 mark a hyphen that only breaks a line.
        text: str = re.sub("[\ufffe\x02]\\s*", "", page.get_textpage().get_text_bounded())
        page.close()
    except PdfiumError:
        return []
    return [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Pages without their numbers and the lines that stand at the top or foot of most of them."""
    edges = Counter(
        re.sub(r"\d+", "#", line) for page in pages for line in {*_filled(page)[:2], *_filled(page)[-2:]}
    )
    running = {line for line, count in edges.items() if count >= 3 and count > len(pages) / 2}
    kept = []
    for page in pages:
        lines = _filled(page)
        body = [
            line
            for at, line in enumerate(lines)
            if not (
                (at < 2 or at >= len(lines) - 2)
                and (re.sub(r"\d+", "#", line) in running or _PAGE_NUMBER.fullmatch(line))
            )
        ]
        kept.append(body)
    return kept


def _filled(page: list[str]) -> list[str]:
    return [line for line in page if line]


def _paragraphs(pages: list[list[str]]) -> list[str]:
    """Lines joined into paragraphs: a line that ends a sentence well before the margin ends its paragraph.

    Paragraphs run on over page ends, as sentences do.
    """
    lines = [line for page in pages for line in page]
    if not lines:
        return []
    width = sorted(map(len, lines))[len(lines) * 3 // 4]
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        paragraphs[-1].append(line)
        short = len(line) < 0.85 * width
        if short and (_SENTENCE_END.search(line) or len(paragraphs[-1]) == 1):
            # A short line alone is a heading.
            paragraphs.append([])
    return [" ".join(paragraph) for paragraph in paragraphs if paragraph]
