"""A text with its quoted passages marked and linked."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage of a text (offsets in code points, `end` exclusive), and the URL that it links to."""

    start: int
    end: int
    page: str
    title: str


def render_marked_passages(text: str, marks: Iterable[Mark]) -> SafeString:
    """Render the text as HTML. If passages overlap, the later one begins where the earlier one ends."""
    parts: list[SafeString | str] = []
    position = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        start, end = max(mark.start, position), min(mark.end, len(text))
        if start >= end:
            continue
        parts.append(text[position:start])
        parts.append(
            format_html('<a href="{}" title="{}"><mark>{}</mark></a>', mark.page, mark.title, text[start:end])
        )
        position = end
    parts.append(text[position:])
    return format_html(
        '<div class="desk-text" dir="auto">{}</div>', format_html_join("", "{}", ((part,) for part in parts))
    )
