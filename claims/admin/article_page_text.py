"""A text as HTML paragraphs with marked places, so that a browser can compute every character's offset.

Each paragraph gives the code point at which it begins and the white space that follows it; its text content is the
text, to the character. So the offsets of a selection in the browser can be checked by the server. Knows no model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from claims.public.pages.annotated_text import TextPiece, split_paragraphs

#: Number of underline styles for overlapping places.
_LANE_LIMIT = 3
#: What most paragraphs are followed by.
_USUAL_GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class NotedPlace:
    """A stretch of the text, in code points with `end` excluded, and the note that it belongs to."""

    start: int
    end: int
    note: str
    state: str
    #: Whether the note's entry in the list leads here.
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it is shown."""

    start: int
    end: int
    html: SafeString


def build_marked_paragraphs(
    text: str, places: Sequence[NotedPlace], *, start: int = 0, end: int | None = None
) -> list[Paragraph]:
    """Return the paragraphs of a text from `start` to `end`, with its places marked."""
    end = len(text) if end is None else end
    inside = [
        NotedPlace(max(place.start, start) - start, min(place.end, end) - start, *_sort_by_note(place))
        for place in places
        if place.start < end and place.end > start
    ]
    cut = split_paragraphs(text[start:end], inside)
    lanes = _arrange_lanes(inside)
    spans = [(start + pieces[0].start, start + pieces[-1].start + len(pieces[-1].text)) for pieces in cut]
    following = [*(begin for begin, _ in spans[1:]), end][: len(spans)]
    return [
        Paragraph(first, last, _render_paragraph(pieces, first, text[last:next_one], lanes))
        for pieces, (first, last), next_one in zip(cut, spans, following, strict=True)
    ]


def find_window(text: str, start: int, end: int, around: int) -> tuple[int, int]:
    """Return the text around a position, about this many characters on each side, cut between paragraphs or words."""
    first, last = max(start - around, 0), min(end + around, len(text))
    if first:
        breaks = text.rfind("\n", max(first - around, 0), first), text.rfind(" ", max(first - 100, 0), first)
        first = next((found + 1 for found in breaks if found >= 0), first)
    if last < len(text):
        breaks = text.find("\n", last, last + around), text.find(" ", last, last + 100)
        last = next((found for found in breaks if found >= 0), last)
    return first, last


def _sort_by_note(place: NotedPlace) -> tuple[str, str, bool]:
    return place.note, place.state, place.is_first


def _arrange_lanes(places: Iterable[NotedPlace]) -> dict[NotedPlace, int]:
    """Arrange overlapping underlines in lanes: each takes the first free one."""
    lanes: dict[NotedPlace, int] = {}
    ends: list[int] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        free = next((lane for lane, taken in enumerate(ends) if taken <= place.start), len(ends))
        ends[free : free + 1] = [place.end]
        lanes[place] = min(free, _LANE_LIMIT - 1)
    return lanes


def _render_paragraph(
    pieces: Iterable[TextPiece[NotedPlace]], start: int, gap: str, lanes: Mapping[NotedPlace, int]
) -> SafeString:
    words = mark_safe("".join(part for piece in pieces for part in _render_piece(piece, lanes)))  # noqa: S308  escaped there
    if gap == _USUAL_GAP:
        return format_html('<p data-at="{}" dir="auto">{}</p>', start, words)
    return format_html('<p data-at="{}" data-gap="{}" dir="auto">{}</p>', start, escape_exactly(gap), words)


def _render_piece(piece: TextPiece[NotedPlace], lanes: Mapping[NotedPlace, int]) -> Iterator[str]:
    for place in piece.covering:
        beginning = place.is_first and any(place is other for other in piece.begins)
        name = f'id="at-{place.note}"' if beginning else f'data-note="{place.note}"'
        lane = f" l{lanes[place]}" if lanes[place] else ""
        yield f'<mark class="{place.state}{lane}" {name}>'
    yield escape_exactly(piece.text)
    yield "</mark>" * len(piece.covering)


def escape_exactly(text: str) -> SafeString:
    """Escape the text so that a browser reads exactly this text; a carriage return would become a line feed."""
    return mark_safe(escape(text).replace("\r", "&#13;"))  # noqa: S308  escaped here
