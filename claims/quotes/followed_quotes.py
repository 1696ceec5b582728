"""Locate quotes in another version of their text.

Both versions are aligned as documents (`alignment`), and a quote follows only its own paragraph and sentence. If it is
uncertain where these are, the quote is orphaned, with the reason and possible places for a person to choose from. Pure.

"Held" and "moved" mean that the same speaker says the same words in the same paragraph; only white space and the form
of quotation marks and dashes may differ. Any other changed letter orphans the quote, even a corrected misprint: a
person must see if "not" became "now".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from claims.quotes.aligned_parts import Alignment
from claims.quotes.alignment import align
from claims.quotes.anchors import Anchor, is_whole, make_anchor
from claims.quotes.changed_words import find_rewording, has_only_misprints
from claims.quotes.duplicate_passages import OriginalityCheck
from claims.quotes.folded_text import FoldedText, fold
from claims.quotes.orphans import OrphanedQuote, OrphanReason
from claims.quotes.quoted_speech import QuotedSpeech
from claims.quotes.text_parts import TextPart, split_text

#: The maximum number of places to choose from.
MAX_CANDIDATES = 5


@dataclass(frozen=True)
class FollowedQuote:
    """The position of a quote in the new text.

    held: the quote is at the same place in its paragraph. moved: the quote moved with its paragraph. In both cases,
    `anchor` has the words of the new text. orphaned: `anchor` is None, `reason` gives the reason, `wording` is the
    current wording of the quote's sentence if it changed, and `candidates` are possible spans, most likely first.
    """

    state: Literal["held", "moved", "orphaned"]
    anchor: Anchor | None
    reason: OrphanReason | None = None
    wording: tuple[int, int] | None = None
    candidates: tuple[tuple[int, int], ...] = ()


def follow(old_text: str, new_text: str, anchors: Iterable[Anchor]) -> list[FollowedQuote]:
    """Locate quotes of one version of a text in another. Each anchor must match `old_text`."""
    return QuoteFollower(old_text, new_text).follow(anchors)


class QuoteFollower:
    """Two versions of a text, aligned once for all their quotes."""

    def __init__(self, old_text: str, new_text: str) -> None:
        self._old_text, self._new_text = old_text, new_text
        self._folded = FoldedText(new_text)
        self._alignment: Alignment = align(split_text(old_text), split_text(new_text))

    def follow(self, anchors: Iterable[Anchor]) -> list[FollowedQuote]:
        """Return the new position of each of these anchors."""
        return [self._follow_anchor(anchor) for anchor in anchors]

    def _follow_anchor(self, anchor: Anchor) -> FollowedQuote:
        if self._old_text[anchor.start : anchor.end] != anchor.exact or not anchor.exact.strip():
            raise ValueError("The anchor is not one of the old text.")
        if self._old_text == self._new_text:
            return FollowedQuote("held", anchor)
        part_indexes = self._find_touched_parts(anchor)
        if not part_indexes:
            # The quote consists of punctuation only, which belongs to no sentence.
            return FollowedQuote("orphaned", None, OrphanReason.NOT_FOUND)
        try:
            start, end = self._find_place(anchor, part_indexes)
        except OrphanedQuote as orphaned:
            candidates = self._find_candidates(anchor, part_indexes, orphaned.wording)
            return FollowedQuote("orphaned", None, orphaned.reason, orphaned.wording, candidates)
        new_anchor = make_anchor(
            self._new_text, start, end, context=max(len(anchor.prefix), len(anchor.suffix), 1)
        )
        is_unchanged = (start, end, new_anchor.exact) == (anchor.start, anchor.end, anchor.exact)
        return FollowedQuote("held" if is_unchanged else "moved", new_anchor)

    # The position in the new text ---------------------------------------------------------------------------------

    def _find_touched_parts(self, anchor: Anchor) -> range:
        """Return the numbers of the old parts that contain words of the quote."""
        old_parts = self._alignment.old_parts
        first_index = bisect_right(old_parts, anchor.start, key=lambda part: part.end)
        last_index = bisect_left(old_parts, anchor.end, key=lambda part: part.start)
        return range(first_index, last_index)

    def _find_place(self, anchor: Anchor, part_indexes: range) -> tuple[int, int]:
        alignment = self._alignment
        for number in part_indexes:
            if number not in alignment.new_by_old:
                raise OrphanedQuote(self._explain_loss(anchor))
        new_indexes = [alignment.new_by_old[number] for number in part_indexes]
        if new_indexes != list(range(new_indexes[0], new_indexes[0] + len(new_indexes))):
            raise OrphanedQuote(OrphanReason.CHANGED)
        start = self._find_edge(anchor, part_indexes[0])[0]
        end = self._find_edge(anchor, part_indexes[-1])[1]
        for number in part_indexes[1:-1]:
            self._find_edge(anchor, number)
        QuotedSpeech(alignment).require_same(part_indexes)
        OriginalityCheck(alignment).require(part_indexes)
        start, end = self._extend_edges(anchor, start, end)
        if fold(self._new_text[start:end]).strip() != fold(anchor.exact).strip():
            raise OrphanedQuote(OrphanReason.CHANGED, (start, end))
        return start, end

    def _explain_loss(self, anchor: Anchor) -> OrphanReason:
        return OrphanReason.ELSEWHERE if self._folded.contains(anchor.exact) else OrphanReason.NOT_FOUND

    def _find_edge(self, anchor: Anchor, number: int) -> tuple[int, int]:
        """Return the new span of the piece of the quote in this part: the beginning, end or all of the quote."""
        old_part, new_part = (
            self._alignment.old_parts[number],
            self._alignment.new_parts[self._alignment.new_by_old[number]],
        )
        piece_start, piece_end = max(anchor.start, old_part.start), min(anchor.end, old_part.end)
        piece = self._old_text[piece_start:piece_end]
        if old_part.key == new_part.key and (piece_start, piece_end) == (old_part.start, old_part.end):
            return new_part.start, new_part.end
        if old_part.key == new_part.key:
            return self._find_same_piece(old_part, new_part, piece_start, piece)
        old_places, new_places = (
            _find_places(old_part.folded_text, piece),
            _find_places(new_part.folded_text, piece),
        )
        wording = find_rewording(old_part, new_part, piece_start - old_part.start, piece_end - old_part.start)
        if not new_places:
            raise OrphanedQuote(OrphanReason.CHANGED, wording)
        if len(old_places) != 1 or len(new_places) != 1 or not has_only_misprints(old_part, new_part):
            raise OrphanedQuote(OrphanReason.AROUND, wording)
        return new_part.start + new_places[0][0], new_part.start + new_places[0][1]

    @staticmethod
    def _find_same_piece(
        old_part: TextPart, new_part: TextPart, piece_start: int, piece: str
    ) -> tuple[int, int]:
        """Return the new span of `piece`, a passage of a part whose words are unchanged; punctuation may differ."""
        if old_part.text == new_part.text:
            piece_start += new_part.start - old_part.start
            return piece_start, piece_start + len(piece)
        old_places, new_places = (
            _find_places(old_part.folded_text, piece, needs_whole_words=False),
            _find_places(new_part.folded_text, piece, needs_whole_words=False),
        )
        starts = [start for start, _ in old_places]
        piece_offset = piece_start + len(piece) - len(piece.lstrip()) - old_part.start
        if piece_offset not in starts or len(old_places) != len(new_places):
            raise OrphanedQuote(OrphanReason.TWICE)
        start, end = new_places[starts.index(piece_offset)]
        return new_part.start + start, new_part.start + end

    def _extend_edges(self, anchor: Anchor, start: int, end: int) -> tuple[int, int]:
        """Extend the span by the white space at the edges of the quote, if the text still has it."""
        leading_space = len(anchor.exact) - len(anchor.exact.lstrip())
        trailing_space = len(anchor.exact) - len(anchor.exact.rstrip())
        wide_span = max(start - leading_space, 0), end + trailing_space
        return wide_span if self._new_text[slice(*wide_span)] == anchor.exact else (start, end)

    # Candidates ---------------------------------------------------------------------------------------------------

    def _find_candidates(
        self, anchor: Anchor, part_indexes: range, wording: tuple[int, int] | None
    ) -> tuple[tuple[int, int], ...]:
        wordings = dict.fromkeys([wording] if wording else [])
        alignment = self._alignment
        for start, end in _find_places(self._folded, anchor.exact)[:MAX_CANDIDATES]:
            wordings.setdefault((start, end))
        likely_parts = sorted(
            (
                (similarity, new_index, old_index)
                for old_index in part_indexes
                for similarity, new_index in alignment.similar_parts.get(old_index, ())
            ),
            reverse=True,
        )
        for _, new_index, old_index in likely_parts[:MAX_CANDIDATES]:
            old_part, new_part = alignment.old_parts[old_index], alignment.new_parts[new_index]
            wordings.setdefault(
                find_rewording(
                    old_part,
                    new_part,
                    max(anchor.start - old_part.start, 0),
                    min(anchor.end, old_part.end) - old_part.start,
                )
            )
        return tuple(wordings)[:MAX_CANDIDATES]


def _find_places(text: FoldedText, words: str, *, needs_whole_words: bool = True) -> list[tuple[int, int]]:
    """Return the positions of words in a text, ignoring typography; `needs_whole_words` excludes parts of words."""
    folded_words = fold(words).strip()
    return [
        text.find_original_span(position, position + len(folded_words))
        for position in text.find_positions(folded_words)
        if not needs_whole_words or is_whole(text.text, position, position + len(folded_words))
    ]
