"""Split a text into paragraphs and pieces, each with the spans that cover it. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

#: One or more empty lines, which may contain spaces.
_PARAGRAPH_BREAK = re.compile(r"\n(?:[^\S\n]*\n)+")


class TextRange(Protocol):
    """A span of a text in code points, without the character at `end`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


AnySpan = TypeVar("AnySpan", bound=TextRange)


@dataclass(slots=True)
class TextPiece(Generic[AnySpan]):
    """A span of one paragraph over which the set of covering spans does not change."""

    text: str
    #: The piece's offset in the whole text.
    start: int
    covering_spans: list[AnySpan]
    beginning_spans: list[AnySpan] = field(default_factory=list)
    ending_spans: list[AnySpan] = field(default_factory=list)

    @property
    def innermost_span(self) -> AnySpan | None:
        """Return the span that a click opens: the span that begins last or, of several, the shortest."""
        return max(self.covering_spans, key=lambda span: (span.start, -span.end), default=None)

    @property
    def other_ending_spans(self) -> list[AnySpan]:
        """Return the spans that end with this piece, except the span that a click opens."""
        return [span for span in self.ending_spans if span is not self.innermost_span]

    @property
    def is_innermost_end(self) -> bool:
        return any(span is self.innermost_span for span in self.ending_spans)


def split_paragraphs(text: str, spans: Iterable[AnySpan]) -> list[list[TextPiece[AnySpan]]]:
    """Split `text` at empty lines and wherever a span begins or ends. Spans may nest, overlap, touch or cross
    paragraphs.

    Spans that extend beyond the text, or contain only a paragraph break, are left out.
    """
    usable_spans = sorted(
        (span for span in spans if 0 <= span.start < span.end <= len(text)),
        key=lambda span: (span.start, -span.end),
    )
    edges = sorted({position for span in usable_spans for position in (span.start, span.end)})
    pieces: list[list[TextPiece[AnySpan]]] = []
    for start, end in _find_paragraph_spans(text):
        inner_edges = edges[bisect_left(edges, start + 1) : bisect_left(edges, end)]
        boundaries = [start, *inner_edges, end]
        pieces.append(
            [
                TextPiece(
                    text[left_edge:right_edge],
                    left_edge,
                    [span for span in usable_spans if span.start < right_edge and span.end > left_edge],
                )
                for left_edge, right_edge in pairwise(boundaries)
            ]
        )
    _mark_ends(pieces)
    return pieces


def _mark_ends(paragraphs: list[list[TextPiece[AnySpan]]]) -> None:
    """Mark the first and last piece of each span, even across paragraphs."""
    pieces = [piece for paragraph in paragraphs for piece in paragraph]
    begun_ids: set[int] = set()
    for piece in pieces:
        piece.beginning_spans = [span for span in piece.covering_spans if id(span) not in begun_ids]
        begun_ids.update(id(span) for span in piece.beginning_spans)
    ended_ids: set[int] = set()
    for piece in reversed(pieces):
        piece.ending_spans = [span for span in piece.covering_spans if id(span) not in ended_ids]
        ended_ids.update(id(span) for span in piece.ending_spans)


def _find_paragraph_spans(text: str) -> Iterable[tuple[int, int]]:
    start = 0
    for match in _PARAGRAPH_BREAK.finditer(text):
        if text[start : match.start()].strip():
            yield start, match.start()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)
