"""Split a text into blocks (paragraphs, headings, captions, labels) with their offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

# Everything that str.splitlines() calls a line end, NUL-safe and linear.
_LINE_PATTERN = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LIST_MARK = re.compile(r"\s*+(?:[-–—*•·‣▪◦●■►]|\(?\d{1,2}\)|\d{1,2}\.(?=\s+\D))\s+")

# A plain-text mail or wire copy is wrapped at 60 to 100 columns; a longer line is a paragraph of its own.
_WIDEST_WRAPPED_LINE = 110
_NARROWEST_WRAPPED_LINE = 50
_COMMAS = frozenset(",،，、")
_MAX_JOINED_LENGTH = 900


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, heading or other part of the text, bounded by blank lines or line ends."""

    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """Return the text with its white space folded, which is equal for repeated blocks."""
        return " ".join(self.text.split()).casefold()


def split_blocks(text: str) -> list[TextBlock]:
    """Return the blocks of `text` in order, without surrounding white space and list marks.

    Extractors write a paragraph per line; typed copy wraps its lines. Wrapped text is recognised by its line lengths:
    on nearly every line, the first word of the next line would not have fitted.
    """
    blocks = []
    for start, end in (
        _iterate_wrapped_paragraphs(text) if _is_wrapped(text) else _iterate_paragraph_lines(text)
    ):
        list_mark = _LIST_MARK.match(text, start, end)
        if list_mark:
            start = list_mark.end()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            blocks.append(TextBlock(start, end, text[start:end]))
    return blocks


def _iterate_lines(text: str) -> Iterator[tuple[int, int]]:
    return (line.span() for line in _LINE_PATTERN.finditer(text))


def _iterate_paragraph_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each paragraph: a line, or several lines if no sentence can end between them."""
    start = end = None
    for line_start, line_end in _iterate_lines(text):
        if start is not None and end is not None:
            is_separate = len(text[end:line_start].replace("\r\n", "\n")) > 1
            if (
                not is_separate
                and line_end - start < _MAX_JOINED_LENGTH
                and _is_continued(text, end, line_start)
            ):
                end = line_end
                continue
            yield start, end
        start, end = line_start, line_end
    if start is not None and end is not None:
        yield start, end


def _is_continued(text: str, end: int, line_start: int) -> bool:
    """Return whether a line continues on the next one."""
    text_above, text_below = (
        text[max(0, end - 80) : end].rstrip(),
        text[line_start : line_start + 80].lstrip(),
    )
    if text_above[-1:] in _COMMAS:
        return True
    first_word, _, remainder = text_below.partition(" ")
    return (
        text_above[-1:].isalnum()
        and " " in text_above
        and text_below[:1].islower()
        and " " in remainder
        and "/" not in first_word
    )


def _iterate_wrapped_paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each paragraph between blank lines; a list mark also begins a new paragraph."""
    start = end = None
    for line_start, line_end in _iterate_lines(text):
        is_blank = not text[line_start:line_end].strip()
        is_separate = end is not None and len(text[end:line_start].replace("\r\n", "\n")) > 1
        if (
            start is not None
            and end is not None
            and (is_blank or is_separate or _LIST_MARK.match(text, line_start, line_end))
        ):
            yield start, end
            start = None
        if not is_blank:
            start, end = (line_start if start is None else start), line_end
    if start is not None and end is not None:
        yield start, end


def _is_wrapped(text: str) -> bool:
    lines = [line.strip() for line in text[:20_000].splitlines()]
    width = max(map(len, lines), default=0)
    if not _NARROWEST_WRAPPED_LINE <= width <= _WIDEST_WRAPPED_LINE:
        return False
    line_breaks = [
        (line_above, line_below) for line_above, line_below in pairwise(lines) if line_above and line_below
    ]
    forced_count = sum(
        len(line_above) + 1 + len(line_below.split()[0]) > width - 3 for line_above, line_below in line_breaks
    )
    return len(line_breaks) >= 3 and forced_count >= 0.8 * len(line_breaks)
