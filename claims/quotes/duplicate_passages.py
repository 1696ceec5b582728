"""Distinguish a moved passage from a copy of it that is quoted, retold or repeated."""

from dataclasses import dataclass

from claims.quotes.aligned_parts import RIVAL_LIKENESS, Alignment
from claims.quotes.changed_words import are_spellings, find_beginning
from claims.quotes.introductions import (
    is_closed,
    is_complete_introduction,
    is_heading,
    is_item,
    is_quotation_opening,
    is_quote_announcement,
    mentions_text,
)
from claims.quotes.orphans import OrphanedQuote, OrphanReason
from claims.quotes.text_parts import TextPart, find_paragraph, split_words

#: How far back an introduction of a passage is searched.
_MAX_DISTANCE = 20


@dataclass(frozen=True)
class OriginalityCheck:
    """A check that a passage of the new text is the original and not a copy."""

    aligned: Alignment

    def require(self, parts: range) -> None:
        """Reject a position at which parts of the old text may be mere copies."""
        self._require_own_words(parts)
        self._require_own_paragraph(parts)
        self._require_no_rival(parts)

    def _require_own_words(self, parts: range) -> None:
        """Reject a passage that new words introduce as a quotation."""
        aligned = self.aligned
        place = aligned.mates[parts[0]]
        own = aligned.new[place].paragraph
        for before in range(place - 1, max(place - _MAX_DISTANCE, 0) - 1, -1):
            part = aligned.new[before]
            if part.paragraph != own:
                if before not in aligned.origins and is_quote_announcement(part.text):
                    raise OrphanedQuote(OrphanReason.QUOTED)
                break
            added = self._get_added_words(before)
            is_complete = is_closed(added) and not part.ends_quoted
            if is_quote_announcement(added) or (
                (mentions_text(added) or is_quotation_opening(added)) and not is_complete
            ):
                raise OrphanedQuote(OrphanReason.QUOTED)
        self._require_place(place)

    def _get_added_words(self, number: int) -> str:
        """Return the words that a new part has in addition to its old wording."""
        new = self.aligned.new[number]
        if number not in self.aligned.origins:
            return new.text
        old = self.aligned.old[self.aligned.origins[number]]
        if old.key == new.key:
            return ""
        return new.key[: find_beginning(old.key, new.key)]

    def _require_place(self, place: int) -> None:
        """Reject a paragraph if the new words directly before it present it as a copy."""
        aligned = self.aligned
        paragraph = find_paragraph(aligned.new, place)
        first, last = paragraph[0], paragraph[-1]
        if not first or first - 1 in aligned.origins:
            return
        before = aligned.new[first - 1]
        if is_item(before.text):
            return
        follows = any(number in aligned.origins for number in range(first))
        announces = mentions_text(before.text) and not is_complete_introduction(before.text)
        if announces and follows and not is_heading(before.text):
            raise OrphanedQuote(OrphanReason.QUOTED)
        # If the next words are those that followed before, a heading was added; at the top, a headline.
        alone = last + 1 not in aligned.origins and not aligned.origins.keys() <= set(paragraph)
        presents = announces or (is_heading(before.text) and follows)
        is_presented = presents and (alone or self._was_edited_elsewhere(paragraph))
        if is_presented and all(part.key != before.key for part in aligned.old):
            raise OrphanedQuote(OrphanReason.QUOTED)

    def _was_edited_elsewhere(self, places: range) -> bool:
        """Return whether another part of the new text, nearly equal, may be the edited original."""
        aligned = self.aligned
        origins = [aligned.origins[place] for place in places if place in aligned.origins]
        return any(
            likeness >= RIVAL_LIKENESS and new not in aligned.origins
            for origin in origins
            for likeness, new in aligned.similar.get(origin, ())
        )

    def _require_own_paragraph(self, parts: range) -> None:
        """Reject words that are all that is left of a paragraph, or that moved to another paragraph."""
        aligned = self.aligned
        places = range(aligned.mates[parts[0]], aligned.mates[parts[-1]] + 1)
        old_paragraph, now = find_paragraph(aligned.old, parts[0]), find_paragraph(aligned.new, places[0])
        rest = [number for number in old_paragraph if number not in parts]
        around = [number for number in now if number not in places]
        in_place = any(
            aligned.mates.get(old) == new
            for old, new in ((old_paragraph[0] - 1, now[0] - 1), (old_paragraph[-1] + 1, now[-1] + 1))
        )
        if any(number in aligned.mates for number in rest) or any(
            number in aligned.origins for number in around
        ):
            # The whole paragraph; if it moved, with nothing new in it.
            is_mixed = any(
                number not in aligned.origins or aligned.is_longer(aligned.origins[number])
                for number in around
            )
            apart = not aligned.origins.keys() <= set(now)
            if is_mixed and apart and not in_place and parts[0] not in aligned.moved:
                raise OrphanedQuote(OrphanReason.REWRITTEN)
            return
        before, behind = now[0] < places[0], now[-1] > places[-1]
        is_retold = before and (behind or (bool(rest) and parts[0] == old_paragraph[0]))
        if (around and len(rest) > 1) or is_retold or ((around or rest) and not in_place):
            raise OrphanedQuote(OrphanReason.REWRITTEN)

    def _require_no_rival(self, parts: range) -> None:
        """Reject an exact copy if the text also has an edited one, because either may be the original."""
        aligned = self.aligned
        if self._is_torn_out(parts):
            raise OrphanedQuote(OrphanReason.TWICE)
        own = find_paragraph(aligned.old, parts[0])
        keys = {aligned.old[number].key for number in parts}
        for number in own:
            rivals = {
                new
                for likeness, new in aligned.similar.get(number, ())
                if likeness >= RIVAL_LIKENESS
                and not _has_other_speaker(aligned.old[number], aligned.new[new])
            }
            if not rivals or not aligned.is_exact(number):
                continue
            unpaired = self._find_unpaired_beside(aligned.mates[number])
            if rivals & unpaired and (number in parts or keys & {aligned.new[new].key for new in unpaired}):
                raise OrphanedQuote(OrphanReason.TWICE)

    def _is_torn_out(self, parts: range) -> bool:
        """Return whether the words lost their neighbours and also appear as new words elsewhere."""
        aligned = self.aligned
        first, last = aligned.mates[parts[0]], aligned.mates[parts[-1]]
        own = find_paragraph(aligned.old, parts[0])
        siblings = {
            aligned.mates[number] for number in own if number in aligned.mates and number not in parts
        }
        if siblings & {first - 1, last + 1, *find_paragraph(aligned.new, first)}:
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
        """Return whether a part has the same neighbour, or the same end of the text beside it, as before."""
        aligned = self.aligned
        ends = old in (-1, len(aligned.old)) and new in (-1, len(aligned.new))
        return ends or aligned.mates.get(old) == new

    def _find_unpaired_beside(self, place: int) -> set[int]:
        """Return the new parts around a paragraph that have no old counterpart."""
        aligned = self.aligned
        paragraph = find_paragraph(aligned.new, place)
        unpaired = set()
        for beside, step in ((paragraph[0] - 1, -1), (paragraph[-1] + 1, 1)):
            while 0 <= beside < len(aligned.new) and beside not in aligned.origins:
                unpaired.add(beside)
                beside += step
        return unpaired | {number for number in paragraph if number not in aligned.origins}


def _has_other_speaker(old: TextPart, new: TextPart) -> bool:
    """Return whether the same words are attributed to another speaker."""
    outside_words = split_words(old.outside_speech), split_words(new.outside_speech)
    return bool(old.is_speech and all(outside_words)) and not are_spellings(*outside_words)
