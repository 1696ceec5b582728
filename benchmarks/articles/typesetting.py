"""Stories set as print: columns of justified lines, divided words, indented paragraphs, running heads, page numbers."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.articles.stories import Story
from tests.helpers.pdf_files import Placed, pdf

WIDTH, TOP, BOTTOM, MARGIN, GUTTER = 595.0, 770.0, 60.0, 50.0, 18.0
#: Widths of Helvetica's letters, in thousandths of their size; accents change nothing.
_WIDTHS = {
    191: "'", 222: "ijl‘’", 278: " ft.,:;!/I", 333: "r-()“”„`", 355: '"', 500: "ckszvxyJ",
    556: "abdeghnopqu0123456789?–L", 611: "FTZ", 667: "ABEKPSVXY", 722: "wCDHNRU", 778: "GOQ", 833: "mM",
    889: "%", 944: "W", 1000: "—",
}  # fmt: skip
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


@dataclass(frozen=True, slots=True)
class Style:
    """How a page is set."""

    columns: int = 1
    size: float = 10.0
    is_indented: bool = False
    """Paragraphs begin with an indent; else with a gap before them."""
    by_row: bool = False
    """The file has the lines in the order of the page, across the columns, as some programs write them."""
    head: str = "The Tidings"


def set_story(story: Story, style: Style, *, times: int = 3) -> bytes:
    """The PDF of a story, its paragraphs several times over so that it takes pages."""
    pages: list[list[Placed]] = [[]]
    width = (WIDTH - 2 * MARGIN - (style.columns - 1) * GUTTER) / style.columns
    pages[0].append((MARGIN, TOP + 10, _escaped(story.title[:60]), 16.0))
    column, height = 0, TOP - 25
    leading = 1.25 * style.size
    for paragraph in list(story.paragraphs) * times:
        lines = list(_lines(paragraph, width, style))
        for number, (words, is_last) in enumerate(lines):
            if height < BOTTOM:
                column, height = column + 1, TOP - 25
                if column == style.columns:
                    pages.append([])
                    column = 0
            left = MARGIN + column * (width + GUTTER)
            indent = 1.5 * style.size if style.is_indented and not number else 0.0
            pages[-1] += _justified(words, left + indent, height, width - indent, style.size, is_last=is_last)
            height -= leading
        height -= 0 if style.is_indented else 0.7 * leading
    for number, page in enumerate(pages, 1):
        if style.by_row:
            page.sort(key=lambda placed: (-placed[1], placed[0]))
        page.append(
            (MARGIN, 810.0, f"{style.head} {number}" if number % 2 else f"{number} Harbours and ports", 8.0)
        )
        page.append((WIDTH / 2, 35.0, str(number), 8.0))
    return pdf(*pages)


def _lines(paragraph: str, width: float, style: Style) -> Iterator[tuple[list[str], bool]]:
    """Words of each line, and whether it is the last one. A word that does not fit is divided where it can be."""
    room = width - (1.5 * style.size if style.is_indented else 0.0)
    line: list[str] = []
    waiting = paragraph.split()
    while waiting:
        word = waiting.pop(0)
        taken = sum(_width(one, style.size) + 0.28 * style.size for one in line)
        if taken + _width(word, style.size) <= room:
            line.append(word)
            continue
        half = len(word) // 2
        begun = word[:half] + "-"
        if len(word) >= 8 and word.isalpha() and word.islower() and taken + _width(begun, style.size) <= room:
            line.append(begun)
            waiting.insert(0, word[half:])
        else:
            waiting.insert(0, word)
        yield line, False
        line, room = [], width
    yield line, True


def _justified(
    words: list[str], left: float, bottom: float, width: float, size: float, *, is_last: bool
) -> Iterator[Placed]:
    """Each word at its place, as programs write lines that fill their column."""
    taken = sum(_width(word, size) for word in words)
    space = 0.28 * size if is_last or len(words) < 2 else (width - taken) / (len(words) - 1)
    for word in words:
        yield left, bottom, _escaped(word), size
        left += _width(word, size) + space


def _width(word: str, size: float) -> float:
    return size * sum(_WIDTH_OF.get(unicodedata.normalize("NFD", letter)[0], 556) for letter in word) / 1000


def _escaped(text: str) -> str:
    plain = text.encode("cp1252", "replace").decode("cp1252")
    return plain.replace("\\", "").replace("(", "\\(").replace(")", "\\)")
