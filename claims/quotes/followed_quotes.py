"""What became of quotes in another version of their text.

Both versions are aligned as documents (`alignment`), and a quote follows only its own paragraph and sentence. Where
that is not certain it is orphaned, with the reason and with the places that a person may mean. Pure.

Held and moved mean that the same words, but for white space and the make of quotation marks and dashes, are said by the
same speaker in the same paragraph. So a quote is orphaned by any other letter that changes inside it, be it the mending
of a misprint: that "not" became "now" is for a person to see.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from claims.quotes.alignment import RIVAL, Alignment, align
from claims.quotes.anchors import Anchor, anchor_at, is_whole
from claims.quotes.changed_words import are_spellings, is_edited_around, rewording
from claims.quotes.folded_text import FoldedText, fold
from claims.quotes.lead_ins import (
    announces,
    asks,
    is_heading,
    is_time,
    opens_quotation,
    speaks_of_the_text,
    tells_all,
)
from claims.quotes.text_parts import TextPart, text_parts, words_of

#: So many places are named to choose from.
MOST_CANDIDATES = 5
#: So far back is looked for what introduces a passage.
_AS_FAR = 20


class OrphanReason(StrEnum):
    """Why a quote has no place in the new text."""

    NOT_FOUND = "quote not found"
    CHANGED = "the words were changed"
    ELSEWHERE = "the words stand in another place only"
    QUOTED = "the words are quoted there from somewhere"
    SPEAKER = "somebody else may say them"
    AROUND = "the sentence around the words was changed"
    REWRITTEN = "the paragraph around the words was rewritten"
    TWICE = "the text says it in two ways now"
    PLACE_TAKEN = "another appearance of the same claim is there"


@dataclass(frozen=True)
class FollowedQuote:
    """Where a quote is in the new text.

    held: at the same place, in its own paragraph; moved: elsewhere, as its paragraph is. `anchor` has the words as they
    stand in the new text. orphaned: `anchor` is None, `reason` says why, `wording` is what its sentence says now where
    that was changed, and `candidates` are the spans that it may be, the likeliest first.
    """

    state: Literal["held", "moved", "orphaned"]
    anchor: Anchor | None
    reason: OrphanReason | None = None
    wording: tuple[int, int] | None = None
    candidates: tuple[tuple[int, int], ...] = ()


def follow(old: str, new: str, anchors: Iterable[Anchor]) -> list[FollowedQuote]:
    """Find quotes of one version of a text in another. Each anchor must be true of `old`."""
    return Follower(old, new).follow(anchors)


def stands_in(text: str, words: str) -> bool:
    """Whether a text has these words anywhere, in whatever typography."""
    return fold(words).strip() in fold(text)


class _Orphaned(Exception):
    def __init__(self, reason: OrphanReason, wording: tuple[int, int] | None = None) -> None:
        super().__init__(reason)
        self.reason, self.wording = reason, wording


class Follower:
    """Two versions of a text, aligned once for all quotes."""

    def __init__(self, old: str, new: str) -> None:
        self._old_text, self._new_text = old, new
        self._aligned: Alignment = align(text_parts(old), text_parts(new))
        self._known = {part.key for part in self._aligned.old}

    def follow(self, anchors: Iterable[Anchor]) -> list[FollowedQuote]:
        """What became of each of these."""
        return [self._followed(anchor) for anchor in anchors]

    def _followed(self, anchor: Anchor) -> FollowedQuote:
        if self._old_text[anchor.start : anchor.end] != anchor.exact or not anchor.exact.strip():
            raise ValueError("The anchor is not one of the old text.")
        parts = self._touched(anchor)
        try:
            start, end = self._place(anchor, parts)
        except _Orphaned as lost:
            candidates = self._candidates(anchor, parts, lost.wording)
            return FollowedQuote("orphaned", None, lost.reason, lost.wording, candidates)
        found = anchor_at(self._new_text, start, end, context=max(len(anchor.prefix), len(anchor.suffix), 1))
        held = (start, end, found.exact) == (anchor.start, anchor.end, anchor.exact)
        return FollowedQuote("held" if held else "moved", found)

    # The place ----------------------------------------------------------------------------------------------------

    def _touched(self, anchor: Anchor) -> range:
        """The parts that have words of the quote."""
        parts = self._aligned.old
        first = bisect_right(parts, anchor.start, key=lambda part: part.end)
        last = bisect_left(parts, anchor.end, key=lambda part: part.start)
        return range(first, last)

    def _place(self, anchor: Anchor, parts: range) -> tuple[int, int]:
        aligned = self._aligned
        for number in parts:
            if number not in aligned.mates:
                raise _Orphaned(self._why_lost(anchor))
        places = [aligned.mates[number] for number in parts]
        if places != list(range(places[0], places[0] + len(places))):
            raise _Orphaned(OrphanReason.CHANGED)
        start = self._edge(anchor, parts[0])[0]
        end = self._edge(anchor, parts[-1])[1]
        for number in parts[1:-1]:
            self._edge(anchor, number)
        self._require_same_speech(parts)
        self._require_own_words(parts)
        self._require_own_paragraph(parts)
        self._require_no_rival(parts)
        start, end = self._with_edges(anchor, start, end)
        if fold(self._new_text[start:end]).strip() != fold(anchor.exact).strip():
            raise _Orphaned(OrphanReason.CHANGED, (start, end))
        return start, end

    def _why_lost(self, anchor: Anchor) -> OrphanReason:
        elsewhere = stands_in(self._new_text, anchor.exact)
        return OrphanReason.ELSEWHERE if elsewhere else OrphanReason.NOT_FOUND

    def _edge(self, anchor: Anchor, number: int) -> tuple[int, int]:
        """Where the quote's share of a part stands in its new form."""
        old, new = self._aligned.old[number], self._aligned.new[self._aligned.mates[number]]
        begins, ends = max(anchor.start, old.start), min(anchor.end, old.end)
        share = self._old_text[begins:ends]
        if old.key == new.key and (begins, ends) == (old.start, old.end):
            return new.start, new.end
        if old.key == new.key:
            return self._same_share(old, new, begins, share)
        was, now = _places(old.text, share), _places(new.text, share)
        wording = rewording(old, new, begins - old.start, ends - old.start)
        if not now:
            raise _Orphaned(OrphanReason.CHANGED, wording)
        if len(was) != 1 or len(now) != 1 or not is_edited_around(old, new):
            raise _Orphaned(OrphanReason.AROUND, wording)
        return new.start + now[0][0], new.start + now[0][1]

    @staticmethod
    def _same_share(old: TextPart, new: TextPart, begins: int, share: str) -> tuple[int, int]:
        """The share of a part whose words are the same; the make of its marks may not be."""
        if old.text == new.text:
            begins += new.start - old.start
            return begins, begins + len(share)
        was, now = _places(old.text, share, whole=False), _places(new.text, share, whole=False)
        starts = [start for start, _ in was]
        first = begins + len(share) - len(share.lstrip()) - old.start
        if first not in starts or len(was) != len(now):
            raise _Orphaned(OrphanReason.TWICE)
        start, end = now[starts.index(first)]
        return new.start + start, new.start + end

    def _with_edges(self, anchor: Anchor, start: int, end: int) -> tuple[int, int]:
        """With the white space that the quote has at its edges, where the text still has it."""
        lead = len(anchor.exact) - len(anchor.exact.lstrip())
        trail = len(anchor.exact) - len(anchor.exact.rstrip())
        wide = max(start - lead, 0), end + trail
        return wide if self._new_text[slice(*wide)] == anchor.exact else (start, end)

    # Its own words, and not a quotation of them -------------------------------------------------------------------

    def _require_same_speech(self, parts: range) -> None:
        """Refuse words that were nobody's direct speech before or are not any more, or are somebody else's."""
        aligned = self._aligned
        for number in parts:
            old, new = aligned.old[number], aligned.new[aligned.mates[number]]
            if old.opens_quoted != new.opens_quoted:
                raise _Orphaned(OrphanReason.QUOTED)
        speech = [number for number in parts if aligned.old[number].is_speech]
        for number in (*self._speech_around(speech), *self._before(parts[0], announces)):
            if not self._says_the_same(number):
                raise _Orphaned(OrphanReason.SPEAKER)
        # The time on top of a text belongs to all of it.
        entry = self._before(parts[0], is_time) if parts[0] > 1 else []
        for number in (*self._before(parts[0], asks), *entry):
            if not self._says_the_same(number):
                raise _Orphaned(OrphanReason.AROUND)

    def _speech_around(self, speech: list[int]) -> list[int]:
        """The parts beside that say who speaks."""
        if not speech:
            return []
        old = self._aligned.old
        first, last = speech[0], speech[-1]
        while first and old[first].opens_quoted:
            first -= 1
        while last + 1 < len(old) and old[last].ends_quoted and old[last + 1].opens_quoted:
            last += 1
        saying = [number for number in range(first, last + 1) if words_of(old[number].outside_speech)]
        if saying:
            return saying
        beside = [number for number in (first - 1, last + 1) if 0 <= number < len(old)]
        return [
            number
            for number in beside
            if old[number].paragraph == old[first].paragraph and number in self._aligned.mates
        ]

    def _before(self, first: int, matters: Callable[[str], bool]) -> list[int]:
        """The part before, if it is one that matters."""
        return [first - 1] if first and matters(self._aligned.old[first - 1].text) else []

    def _says_the_same(self, number: int) -> bool:
        """Whether what is not direct speech in a part has the same words, but for misprints."""
        if number not in self._aligned.mates:
            return False
        old, new = self._aligned.old[number], self._aligned.new[self._aligned.mates[number]]
        if old.key == new.key:
            return True
        if old.is_speech:
            return are_spellings(words_of(old.outside_speech), words_of(new.outside_speech))
        return is_edited_around(old, new)

    def _require_own_words(self, parts: range) -> None:
        """Refuse a passage that new words introduce as quoted."""
        aligned = self._aligned
        place = aligned.mates[parts[0]]
        own = aligned.new[place].paragraph
        paragraphs = {own}
        for before in range(place - 1, max(place - _AS_FAR, 0) - 1, -1):
            part = aligned.new[before]
            if part.paragraph != own:
                paragraphs.add(part.paragraph)
                if before not in aligned.origins and announces(part.text):
                    raise _Orphaned(OrphanReason.QUOTED)
                break
            added = self._added(before)
            if added and (announces(added) or speaks_of_the_text(added) or opens_quotation(added)):
                raise _Orphaned(OrphanReason.QUOTED)
        self._require_place(place)

    def _added(self, number: int) -> str:
        """The words of a new part that its old form did not have."""
        new = self._aligned.new[number]
        if number not in self._aligned.origins:
            return new.text
        old = self._aligned.old[self._aligned.origins[number]]
        if old.key == new.key:
            return ""
        at = new.key.find(old.key[:20])
        return new.key[:at] if at > 0 else ""

    def _require_place(self, place: int) -> None:
        """Refuse a paragraph among new words on both sides, where they present it as a copy."""
        aligned = self._aligned
        here = self._paragraph(aligned.new, place)
        first, last = here[0], here[-1]
        if not first or first - 1 in aligned.origins or last + 1 in aligned.origins:
            return
        if all(first <= number <= last for number in aligned.origins):
            return
        before = aligned.new[first - 1].text
        if aligned.new[first - 1].key in self._known:
            return
        # A headline stands on top of everything.
        presents = is_heading(before) and any(number in aligned.origins for number in range(first))
        if presents or (speaks_of_the_text(before) and not tells_all(before)):
            raise _Orphaned(OrphanReason.QUOTED)

    def _require_own_paragraph(self, parts: range) -> None:
        """Refuse words that alone are left of a paragraph, or that stand in quite another one."""
        aligned = self._aligned
        places = range(aligned.mates[parts[0]], aligned.mates[parts[-1]] + 1)
        was, now = self._paragraph(aligned.old, parts[0]), self._paragraph(aligned.new, places[0])
        rest = [number for number in was if number not in parts]
        around = [number for number in now if number not in places]
        if any(number in aligned.mates for number in rest) or any(
            number in aligned.origins for number in around
        ):
            return
        in_place = (
            aligned.mates.get(was[0] - 1) == now[0] - 1 or aligned.mates.get(was[-1] + 1) == now[-1] + 1
        )
        inserted = now[0] < places[0] and (bool(rest) or now[-1] > places[-1])
        if (around and len(rest) > 1) or inserted or ((around or rest) and not in_place):
            raise _Orphaned(OrphanReason.REWRITTEN)

    def _require_no_rival(self, parts: range) -> None:
        """Refuse an exact copy beside which stands an edited one: which of them is the original cannot be told."""
        aligned = self._aligned
        if self._is_torn_out(parts):
            raise _Orphaned(OrphanReason.TWICE)
        own = self._paragraph(aligned.old, parts[0])
        keys = {aligned.old[number].key for number in parts}
        for number in own:
            rivals = {
                new
                for like, new in aligned.similar.get(number, ())
                if like >= RIVAL and not _is_anothers(aligned.old[number], aligned.new[new])
            }
            if not rivals or not aligned.is_exact(number):
                continue
            unpaired = self._unpaired_beside(aligned.mates[number])
            if rivals & unpaired and (number in parts or keys & {aligned.new[new].key for new in unpaired}):
                raise _Orphaned(OrphanReason.TWICE)

    def _is_torn_out(self, parts: range) -> bool:
        """Whether the words stand there without what stood beside them, and as new words somewhere else, too."""
        aligned = self._aligned
        first, last = aligned.mates[parts[0]], aligned.mates[parts[-1]]
        own = self._paragraph(aligned.old, parts[0])
        siblings = {
            aligned.mates[number] for number in own if number in aligned.mates and number not in parts
        }
        if siblings & {first - 1, last + 1, *self._paragraph(aligned.new, first)}:
            return False
        if self._is_beside(parts[0] - 1, first - 1) and self._is_beside(parts[-1] + 1, last + 1):
            return False
        key = aligned.old[parts[0]].key
        twins = {first - 1, last + 1}
        return any(
            part.key == key and number not in aligned.origins and number not in twins
            for number, part in enumerate(aligned.new)
        )

    def _is_beside(self, old: int, new: int) -> bool:
        """Whether a neighbour is the same as before; where a text ends, too."""
        aligned = self._aligned
        ends = old in (-1, len(aligned.old)) and new in (-1, len(aligned.new))
        return ends or aligned.mates.get(old) == new

    def _unpaired_beside(self, place: int) -> set[int]:
        """The new parts around one's paragraph that no old part became."""
        aligned = self._aligned
        here = self._paragraph(aligned.new, place)
        found = set()
        for beside, step in ((here[0] - 1, -1), (here[-1] + 1, 1)):
            while 0 <= beside < len(aligned.new) and beside not in aligned.origins:
                found.add(beside)
                beside += step
        return found | {number for number in here if number not in aligned.origins}

    @staticmethod
    def _paragraph(parts: Sequence[TextPart], number: int) -> range:
        first = last = number
        while first and number - first < _AS_FAR and parts[first - 1].paragraph == parts[number].paragraph:
            first -= 1
        while (
            last + 1 < len(parts)
            and last - number < _AS_FAR
            and parts[last + 1].paragraph == parts[number].paragraph
        ):
            last += 1
        return range(first, last + 1)

    # Candidates ---------------------------------------------------------------------------------------------------

    def _candidates(
        self, anchor: Anchor, parts: range, wording: tuple[int, int] | None
    ) -> tuple[tuple[int, int], ...]:
        found = dict.fromkeys([wording] if wording else [])
        aligned = self._aligned
        for start, end in _places(self._new_text, anchor.exact)[:MOST_CANDIDATES]:
            found.setdefault((start, end))
        likely = sorted(
            ((likeness, new, old) for old in parts for likeness, new in aligned.similar.get(old, ())),
            reverse=True,
        )
        for _, new, old in likely[:MOST_CANDIDATES]:
            was, part = aligned.old[old], aligned.new[new]
            found.setdefault(
                rewording(was, part, max(anchor.start - was.start, 0), min(anchor.end, was.end) - was.start)
            )
        return tuple(found)[:MOST_CANDIDATES]


def _places(text: str, words: str, *, whole: bool = True) -> list[tuple[int, int]]:
    """Where words stand in a text, in whatever typography; `whole`, not as part of longer ones."""
    folded, wanted = FoldedText(text), fold(words).strip()
    return [
        folded.original(at, at + len(wanted))
        for at in folded.places(wanted)
        if not whole or is_whole(folded.text, at, at + len(wanted))
    ]


def _is_anothers(old: TextPart, new: TextPart) -> bool:
    """Whether somebody else is said to have said the same."""
    said = words_of(old.outside_speech), words_of(new.outside_speech)
    return bool(old.is_speech and all(said)) and not are_spellings(*said)
