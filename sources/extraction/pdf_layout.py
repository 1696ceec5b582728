"""The positions of words on a PDF page, and their reading order."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfiumError

from sources.extraction.broken_lines import choose_separator

#: In letter heights: a gap in a line that is wider than one between words, and the minimum gap between columns.
MIN_GAP, MIN_GUTTER = 1.3, 0.7
#: A newspaper page has fewer fragments. More are a drawing, and searching it for columns takes quadratic time.
MAX_FRAGMENTS = 2_500
#: For two columns: the minimum number of lines, their length in letter heights, the maximum share that cross the gap.
MIN_COLUMN_LINES, MIN_LINE_LENGTH, MAX_CROSSING_SHARE = 4, 7.0, 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """A line's words and its position on the page in points, from the bottom left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    column: int = 0
    """A number shared by the lines that follow each other in one column."""

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page in reading order."""

    lines: list[Line]
    height: float
    has_picture: bool
    """Whether the page has a picture and no text."""


def read_page(pdf: pypdfium2.PdfDocument, number: int) -> PageText:
    try:
        page = pdf[number]
        textpage = page.get_textpage()
        fragments = list(_read_fragments(textpage))
        height = float(page.get_height())
        has_picture = not fragments and any(
            True for _ in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        )
        textpage.close()
        page.close()
    except PdfiumError:
        return PageText([], 0.0, has_picture=False)
    return PageText(list(_number_columns(_order_lines(fragments))), height, has_picture)


# Letters to fragments of lines


def _read_fragments(textpage: pypdfium2.PdfTextPage) -> Iterator[Line]:
    """Yield runs of letters on one line without a wide gap, in their order in the file."""
    box = pdfium.FS_RECTF()
    handle = textpage.raw
    run: list[str] = []
    line: Line | None = None
    is_spaced = False
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        character = chr(code) if code < 0x110000 else "\ufffd"
        if character in "\r\n":
            # pdfium marks it at the end of a line; the following text shows whether it was one.
            is_spaced = True
            continue
        if character.isspace():
            is_spaced = True
            continue
        if not pdfium.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(box)):
            continue
        fragment = Line(character, box.left, box.right, box.bottom, box.top)
        if fragment.height <= 0 and line is not None:
            fragment = replace(fragment, bottom=line.bottom, top=line.top, left=line.right, right=line.right)
        if line is not None and not _continues_line(line, fragment):
            yield replace(line, text="".join(run))
            run, line, is_spaced = [], None, False
        if is_spaced and run:
            run.append(" ")
        is_spaced = False
        run.append(character)
        line = fragment if line is None else _merge_bounds(line, fragment)
    if line is not None:
        yield replace(line, text="".join(run))


def _continues_line(line: Line, fragment: Line) -> bool:
    """Return whether `fragment` continues `line`, in either writing direction."""
    lowest = min(line.height, fragment.height) or 1.0
    if min(line.top, fragment.top) - max(line.bottom, fragment.bottom) < 0.3 * lowest:
        return False
    return max(fragment.left - line.right, line.left - fragment.right) <= MIN_GAP * max(
        line.height, fragment.height
    )


def _merge_bounds(bounds: Line, other_bounds: Line) -> Line:
    return replace(
        bounds,
        left=min(bounds.left, other_bounds.left),
        right=max(bounds.right, other_bounds.right),
        bottom=min(bounds.bottom, other_bounds.bottom),
        top=max(bounds.top, other_bounds.top),
    )


# Fragments to lines in order


def _order_lines(fragments: list[Line], depth: int = 0) -> Iterator[list[Line]]:
    """Yield the lines of each column in reading order. A line across both columns follows the columns above it."""
    gutter = _find_gutter(fragments) if depth < 4 else None
    if gutter is None:
        yield list(_join_rows(fragments))
        return
    column_lines: list[Line] = []
    crossing_lines: list[Line] = []
    for fragment in sorted(fragments, key=lambda line: -line.top):
        if fragment.left < gutter < fragment.right:
            yield from _order_columns(column_lines, gutter, depth)
            column_lines = []
            crossing_lines.append(fragment)
            continue
        if crossing_lines:
            yield list(_join_rows(crossing_lines))
            crossing_lines = []
        column_lines.append(fragment)
    yield from _order_columns(column_lines, gutter, depth)
    if crossing_lines:
        yield list(_join_rows(crossing_lines))


def _order_columns(fragments: list[Line], gutter: float, depth: int) -> Iterator[list[Line]]:
    columns = [
        [fragment for fragment in fragments if fragment.right <= gutter],
        [fragment for fragment in fragments if fragment.right > gutter],
    ]
    if _is_right_to_left(fragments):
        columns.reverse()
    for column in filter(None, columns):
        yield from _order_lines(column, depth + 1)


def _find_gutter(fragments: list[Line]) -> float | None:
    """Return the horizontal position of the gap between two columns, which few lines cross; None if there is no gap."""
    if not 2 * MIN_COLUMN_LINES <= len(fragments) <= MAX_FRAGMENTS:
        return None
    height = median(line.height for line in fragments) or 1.0
    left, right = min(line.left for line in fragments), max(line.right for line in fragments)
    limit = MAX_CROSSING_SHARE * len(fragments)
    best: tuple[int, float, float] | None = None
    min_width = MIN_GUTTER * height
    # Every gap begins where a fragment ends.
    for edge in sorted({round(line.right, 1) for line in fragments}):
        if not left + 0.12 * (right - left) < edge < right - 0.12 * (right - left):
            continue
        left_lines = [line for line in fragments if line.right <= edge + 0.1]
        right_lines = [line for line in fragments if line.left >= edge + min_width]
        crossings = len(fragments) - len(left_lines) - len(right_lines)
        if crossings > limit or not _is_column(left_lines, height) or not _is_column(right_lines, height):
            continue
        if _are_side_by_side(left_lines, right_lines):
            # The gap crossed by the fewest lines; among those, the widest.
            gap = median(line.left for line in right_lines) - edge
            if best is None or (crossings, -gap) < best[:2]:
                best = (crossings, -gap, edge + min_width / 2)
    return best[2] if best else None


def _is_column(lines: list[Line], height: float) -> bool:
    """Return whether the lines are running text; table cells are shorter."""
    return (
        len(lines) >= MIN_COLUMN_LINES
        and median(line.right - line.left for line in lines) >= MIN_LINE_LENGTH * height
    )


def _are_side_by_side(left_lines: list[Line], right_lines: list[Line]) -> bool:
    tops = [max(line.top for line in lines) for lines in (left_lines, right_lines)]
    bottoms = [min(line.bottom for line in lines) for lines in (left_lines, right_lines)]
    overlap = min(tops) - max(bottoms)
    return overlap > 0.4 * min(top - bottom for top, bottom in zip(tops, bottoms, strict=True))


def _join_rows(fragments: list[Line]) -> Iterator[Line]:
    """Join fragments on the same line, from top to bottom."""
    row: list[Line] = []
    for fragment in sorted(fragments, key=lambda line: -(line.top + line.bottom)):
        if row and (row[0].top + row[0].bottom - fragment.top - fragment.bottom) / 2 > 0.5 * max(
            min(row[0].height, fragment.height), 1.0
        ):
            yield _join_row(row)
            row = []
        row.append(fragment)
    if row:
        yield _join_row(row)


def _join_row(fragments: list[Line]) -> Line:
    is_right_to_left = _is_right_to_left(fragments)
    ordered_fragments = sorted(fragments, key=lambda line: -line.right if is_right_to_left else line.left)
    joined_line = ordered_fragments[0]
    for fragment in ordered_fragments[1:]:
        joined_line = replace(
            _merge_bounds(joined_line, fragment),
            text=joined_line.text + choose_separator(joined_line.text, fragment.text) + fragment.text,
        )
    return joined_line


def _number_columns(columns: Iterator[list[Line]]) -> Iterator[Line]:
    for number, column in enumerate(columns):
        for line in column:
            yield replace(line, column=number)


def _is_right_to_left(lines: list[Line]) -> bool:
    letters = [letter for line in lines for letter in line.text if letter.isalpha()]
    return sum(
        "\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc" for letter in letters
    ) * 2 > len(letters)
