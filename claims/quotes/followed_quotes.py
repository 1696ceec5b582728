"""Locate quotes in another version of their text.

Both versions are aligned as documents (`alignment`), and a quote follows only its own paragraph and sentence. If
these are uncertain, the quote is orphaned, with the reason and possible places for a person to choose from. Pure.

Held and moved mean that the same speaker says the same words in the same paragraph; only white space and the form of
quotation marks and dashes may differ. Any other changed letter orphans the quote, even a corrected misprint: a person
must see if "not" became "now".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from claims.quotes.aligned_parts import Alignment
from claims.quotes.alignment import align
from claims.quotes.anchors import Anchor, is_whole, make_anchor
from claims.quotes.changed_words import describe_rewording, is_edited_around
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
    current wording of its sentence if that changed, and `candidates` are possible spans, most likely first.
    """

    state: Literal["held", "moved", "orphaned"]
    anchor: Anchor | None
    reason: OrphanReason | None = None
    wording: tuple[int, int] | None = None
    candidates: tuple[tuple[int, int], ...] = ()


def follow(old: str, new: str, anchors: Iterable[Anchor]) -> list[FollowedQuote]:
    """Locate quotes of one version of a text in another. Each anchor must match `old`."""
    return QuoteFollower(old, new).follow(anchors)


class QuoteFollower:
    """Two versions of a text, aligned once for all their quotes."""

    def __init__(self, old: str, new: str) -> None:
        self._old_text, self._new_text = old, new
        self._folded = FoldedText(new)
        self._aligned: Alignment = align(split_text(old), split_text(new))

    def follow(self, anchors: Iterable[Anchor]) -> list[FollowedQuote]:
        """Return the new position of each of these anchors."""
        return [self._follow_anchor(anchor) for anchor in anchors]

    def _follow_anchor(self, anchor: Anchor) -> FollowedQuote:
        if self._old_text[anchor.start : anchor.end] != anchor.exact or not anchor.exact.strip():
            raise ValueError("The anchor is not one of the old text.")
        if self._old_text == self._new_text:
            return FollowedQuote("held", anchor)
        parts = self._find_touched_parts(anchor)
        if not parts:
            # Marks without words, which belong to no sentence.
            return FollowedQuote("orphaned", None, OrphanReason.NOT_FOUND)
        try:
            start, end = self._find_place(anchor, parts)
        except OrphanedQuote as orphaned:
            candidates = self._find_candidates(anchor, parts, orphaned.wording)
            return FollowedQuote("orphaned", None, orphaned.reason, orphaned.wording, candidates)
        new_anchor = make_anchor(
            self._new_text, start, end, context=max(len(anchor.prefix), len(anchor.suffix), 1)
        )
        is_unchanged = (start, end, new_anchor.exact) == (anchor.start, anchor.end, anchor.exact)
        return FollowedQuote("held" if is_unchanged else "moved", new_anchor)

    # The place ----------------------------------------------------------------------------------------------------

    def _find_touched_parts(self, anchor: Anchor) -> range:
        """Return the parts that contain words of the quote."""
        parts = self._aligned.old
        first = bisect_right(parts, anchor.start, key=lambda part: part.end)
        last = bisect_left(parts, anchor.end, key=lambda part: part.start)
        return range(first, last)

    def _find_place(self, anchor: Anchor, parts: range) -> tuple[int, int]:
        aligned = self._aligned
        for number in parts:
            if number not in aligned.mates:
                raise OrphanedQuote(self._explain_loss(anchor))
        places = [aligned.mates[number] for number in parts]
        if places != list(range(places[0], places[0] + len(places))):
            raise OrphanedQuote(OrphanReason.CHANGED)
        start = self._find_edge(anchor, parts[0])[0]
        end = self._find_edge(anchor, parts[-1])[1]
        for number in parts[1:-1]:
            self._find_edge(anchor, number)
        QuotedSpeech(aligned).require_same(parts)
        OriginalityCheck(aligned).require(parts)
        start, end = self._extend_edges(anchor, start, end)
        if fold(self._new_text[start:end]).strip() != fold(anchor.exact).strip():
            raise OrphanedQuote(OrphanReason.CHANGED, (start, end))
        return start, end

    def _explain_loss(self, anchor: Anchor) -> OrphanReason:
        return OrphanReason.ELSEWHERE if self._folded.has(anchor.exact) else OrphanReason.NOT_FOUND

    def _find_edge(self, anchor: Anchor, number: int) -> tuple[int, int]:
        """Return the position of the quote's beginning or end inside a changed part."""
        old, new = self._aligned.old[number], self._aligned.new[self._aligned.mates[number]]
        begins, ends = max(anchor.start, old.start), min(anchor.end, old.end)
        share = self._old_text[begins:ends]
        if old.key == new.key and (begins, ends) == (old.start, old.end):
            return new.start, new.end
        if old.key == new.key:
            return self._find_same_share(old, new, begins, share)
        old_places, now = _find_places(old.folded, share), _find_places(new.folded, share)
        wording = describe_rewording(old, new, begins - old.start, ends - old.start)
        if not now:
            raise OrphanedQuote(OrphanReason.CHANGED, wording)
        if len(old_places) != 1 or len(now) != 1 or not is_edited_around(old, new):
            raise OrphanedQuote(OrphanReason.AROUND, wording)
        return new.start + now[0][0], new.start + now[0][1]

    @staticmethod
    def _find_same_share(old: TextPart, new: TextPart, begins: int, share: str) -> tuple[int, int]:
        """Return the position of a piece of a part whose words are unchanged, ignoring punctuation."""
        if old.text == new.text:
            begins += new.start - old.start
            return begins, begins + len(share)
        old_places, now = (
            _find_places(old.folded, share, whole_words=False),
            _find_places(new.folded, share, whole_words=False),
        )
        starts = [start for start, _ in old_places]
        first = begins + len(share) - len(share.lstrip()) - old.start
        if first not in starts or len(old_places) != len(now):
            raise OrphanedQuote(OrphanReason.TWICE)
        start, end = now[starts.index(first)]
        return new.start + start, new.start + end

    def _extend_edges(self, anchor: Anchor, start: int, end: int) -> tuple[int, int]:
        """Extend the span by the white space at the edges of the quote, if the text still has it."""
        lead = len(anchor.exact) - len(anchor.exact.lstrip())
        trail = len(anchor.exact) - len(anchor.exact.rstrip())
        wide = max(start - lead, 0), end + trail
        return wide if self._new_text[slice(*wide)] == anchor.exact else (start, end)

    # Candidates ---------------------------------------------------------------------------------------------------

    def _find_candidates(
        self, anchor: Anchor, parts: range, wording: tuple[int, int] | None
    ) -> tuple[tuple[int, int], ...]:
        wordings = dict.fromkeys([wording] if wording else [])
        aligned = self._aligned
        for start, end in _find_places(self._folded, anchor.exact)[:MAX_CANDIDATES]:
            wordings.setdefault((start, end))
        likely_parts = sorted(
            ((likeness, new, old) for old in parts for likeness, new in aligned.similar.get(old, ())),
            reverse=True,
        )
        for _, new, old in likely_parts[:MAX_CANDIDATES]:
            old_part, part = aligned.old[old], aligned.new[new]
            wordings.setdefault(
                describe_rewording(
                    old_part,
                    part,
                    max(anchor.start - old_part.start, 0),
                    min(anchor.end, old_part.end) - old_part.start,
                )
            )
        return tuple(wordings)[:MAX_CANDIDATES]


def _find_places(text: FoldedText, words: str, *, whole_words: bool = True) -> list[tuple[int, int]]:
    """Return the positions of words in a text, ignoring typography; `whole_words` excludes parts of longer words."""
    folded_words = fold(words).strip()
    return [
        text.original(at, at + len(folded_words))
        for at in text.places(folded_words)
        if not whole_words or is_whole(text.text, at, at + len(folded_words))
    ]
