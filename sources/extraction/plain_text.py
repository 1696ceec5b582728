"""Plain text: its body, and the metadata clearly stated in its first lines."""

import re
from datetime import date
from itertools import pairwise

from sources.extraction.clean_text import clean_line, clean_text

from .dates import read_date
from .document import Document, ExtractionError
from .language import detect_language

MAX_TITLE_LENGTH = 160
# Title, byline, date and source are above the text or missing.
HEAD_LINES = 8

_NAME = r"[^\W\d_][\w.'’-]*"
_BYLINE_PATTERN = re.compile(
    rf"(?:By|BY|Von|Par|Por|Di|Door|Autor(?:in|a)?:|Author:|Byline:)\s+(?P<names>{_NAME}(?:,?\s+{_NAME}){{1,9}})"
)
_LABELLED_LINE = re.compile(r"(?P<label>[^\W\d_]+(?: [^\W\d_]+){0,2}):\s+(?P<value>\S.{0,150})")
_PUBLISHED_LABELS = frozenset(
    [
        "published", "publication date", "published on", "date", "datum", "veröffentlicht", "veröffentlicht am",
        "publié le", "date de publication", "fecha", "publicado", "fecha de publicación", "data", "pubblicato",
        "дата", "опубликовано", "تاريخ النشر", "التاريخ", "게시일", "발행일", "입력", "日期", "发布日期", "公開日",
    ]
)  # fmt: skip
_PUBLISHER_LABELS = frozenset(
    [
        "publisher", "published by", "source", "quelle", "éditeur", "fuente", "fonte", "источник", "المصدر",
        "출처", "来源",
    ]
)  # fmt: skip
# A line that contains only a date, with or without a weekday and a time of day.
_DATE_WORDS = re.compile(
    r"(?:[^\W\d_]+[.,]?\s+){0,4}\d{1,4}(?:[\s.,/年년월月日일ºthsndr-]|\b[^\W\d_]+\b){0,12}\d{0,4}.{0,25}"
)


def extract_plain(text: str) -> Document:
    """Extract the document from a plain text."""
    clean = _restore_paragraphs(clean_text(text))
    if not clean:
        raise ExtractionError(
            "empty", "This text is empty. Check that the file was saved or downloaded completely."
        )
    language = detect_language(clean)
    head = [line for line in clean[:4000].split("\n") if line][:HEAD_LINES]
    return Document(
        title=_find_title(clean),
        byline=_find_byline(head),
        published_on=_find_publication_date(head, language),
        language=language,
        publisher=next((value for label, value in _find_labelled(head) if label in _PUBLISHER_LABELS), ""),
        canonical_url="",
        text=clean,
        media_type="text/plain",
        extractor="plain 1",
    )


def _restore_paragraphs(text: str) -> str:
    """Restore paragraphs from either kind of plain text: one line per paragraph, or lines broken at a fixed width."""
    if "\n" not in text:
        return text
    if "\n\n" not in text and sum(map(len, lines := text.split("\n"))) > 80 * len(lines):
        return "\n\n".join(lines)
    return "\n\n".join(_unwrap_lines(paragraph) for paragraph in text.split("\n\n"))


def _unwrap_lines(paragraph: str) -> str:
    """Join lines broken at a fixed width. Verse and lists, whose lines are shorter, stay unchanged."""
    lines = paragraph.split("\n")
    if len(lines) < 3 and not (len(lines) == 2 and len(lines[0]) >= 60):
        return paragraph
    width = max(map(len, lines))
    if not 50 <= width <= 100:
        return paragraph
    for line, next_line in pairwise(lines):
        if len(line) + 1 + len(next_line.split(" ", 1)[0]) <= width - 2 or re.match(
            r"[-*•–]\s|\d+[.)]\s", next_line
        ):
            return paragraph
    return " ".join(lines)


def _find_title(text: str) -> str:
    """Return the first line if it reads like a headline: short, followed by text, and not a sentence or label."""
    first_line, line_end, following_text = text.partition("\n")
    if not line_end or not following_text.strip() or len(first_line) > MAX_TITLE_LENGTH:
        return ""
    ends_like_a_sentence = first_line.endswith(
        (".", "।", "。", ":", ";", ",", "…")
    ) and not first_line.endswith("...")
    if (
        ends_like_a_sentence
        or _BYLINE_PATTERN.fullmatch(first_line)
        or (_LABELLED_LINE.fullmatch(first_line) and first_line.partition(":")[0].lower() in _ALL_LABELS)
    ):
        return ""
    # "#" is Markdown's mark of a headline.
    return clean_line(first_line.lstrip("# ")) if any(map(str.isalpha, first_line)) else ""


def _find_byline(head: list[str]) -> str:
    for line in head:
        if len(line) <= 120 and (match := _BYLINE_PATTERN.fullmatch(line)):
            names = match["names"]
            # "By Monday the river had risen" matches the pattern too, but unlike names it has words in lower case.
            if all(word[0].isupper() or word in _PARTICLES for word in re.split(r",?\s+", names)):
                return names
    return ""


def _find_publication_date(head: list[str], language: str) -> date | None:
    for label, value in _find_labelled(head):
        if label in _PUBLISHED_LABELS:
            return read_date(value, language=language)
    for line in head[:5]:
        if len(line) <= 60 and _DATE_WORDS.fullmatch(line) and (day := read_date(line, language=language)):
            return day
    return None


def _find_labelled(head: list[str]) -> list[tuple[str, str]]:
    return [
        (match["label"].lower(), match["value"].strip())
        for line in head
        if (match := _LABELLED_LINE.fullmatch(line))
    ]


_ALL_LABELS = _PUBLISHED_LABELS | _PUBLISHER_LABELS
_PARTICLES = frozenset(
    [
        "and", "und", "et", "y", "e", "en", "i", "och", "og", "de", "da", "do", "dos", "del", "della", "der",
        "den", "di", "du", "la", "le", "van", "von", "bin", "al", "el", "ibn", "ter", "zu",
    ]
)  # fmt: skip
