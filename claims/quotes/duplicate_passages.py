"""Distinguish a passage that moved from a copy of the passage in the new text, such as a quotation or repetition."""

from dataclasses import dataclass

from claims.quotes.aligned_parts import RIVAL_SIMILARITY, Alignment
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

#: The number of parts before a passage that are searched for words that introduce it.
_MAX_DISTANCE = 20


@dataclass(frozen=True)
class OriginalityCheck:
    """A check that a passage of the new text is the original and not a copy."""

    alignment: Alignment

    def require(self, part_indexes: range) -> None:
        """Reject the new position of these old parts if they may be mere copies there."""
        self._require_own_words(part_indexes)
        self._require_own_paragraph(part_indexes)
        self._require_no_rival(part_indexes)

    def _require_own_words(self, part_indexes: range) -> None:
        """Reject a passage that new words introduce as a quotation."""
        alignment = self.alignment
        new_index = alignment.new_by_old[part_indexes[0]]
        own_paragraph = alignment.new_parts[new_index].paragraph
        for index in range(new_index - 1, max(new_index - _MAX_DISTANCE, 0) - 1, -1):
            part_before = alignment.new_parts[index]
            if part_before.paragraph != own_paragraph:
                if index not in alignment.old_by_new and is_quote_announcement(part_before.text):
                    raise OrphanedQuote(OrphanReason.QUOTED)
                break
            added_words = self._get_added_words(index)
            is_complete = is_closed(added_words) and not part_before.is_quoted_at_end
            if is_quote_announcement(added_words) or (
                (mentions_text(added_words) or is_quotation_opening(added_words)) and not is_complete
            ):
                raise OrphanedQuote(OrphanReason.QUOTED)
        self._require_place(new_index)

    def _get_added_words(self, number: int) -> str:
        """Return the words that a new part has in addition to its old wording."""
        new_part = self.alignment.new_parts[number]
        if number not in self.alignment.old_by_new:
            return new_part.text
        old_part = self.alignment.old_parts[self.alignment.old_by_new[number]]
        if old_part.key == new_part.key:
            return ""
        return new_part.key[: find_beginning(old_part.key, new_part.key)]

    def _require_place(self, new_index: int) -> None:
        """Reject a paragraph if the new words directly before it present it as a copy."""
        alignment = self.alignment
        paragraph = find_paragraph(alignment.new_parts, new_index)
        first_index, last_index = paragraph[0], paragraph[-1]
        if not first_index or first_index - 1 in alignment.old_by_new:
            return
        part_before = alignment.new_parts[first_index - 1]
        if is_item(part_before.text):
            return
        has_paired_before = any(number in alignment.old_by_new for number in range(first_index))
        is_announcing = mentions_text(part_before.text) and not is_complete_introduction(part_before.text)
        if is_announcing and has_paired_before and not is_heading(part_before.text):
            raise OrphanedQuote(OrphanReason.QUOTED)
        # If the passage is still followed by the same part, the new words are an added heading or a headline.
        is_single_part = (
            last_index + 1 not in alignment.old_by_new and not alignment.old_by_new.keys() <= set(paragraph)
        )
        is_presenting = is_announcing or (is_heading(part_before.text) and has_paired_before)
        is_presented = is_presenting and (is_single_part or self._was_edited_elsewhere(paragraph))
        if is_presented and all(part.key != part_before.key for part in alignment.old_parts):
            raise OrphanedQuote(OrphanReason.QUOTED)

    def _was_edited_elsewhere(self, new_indexes: range) -> bool:
        """Return whether a similar part elsewhere in the new text may be the edited original of these parts."""
        alignment = self.alignment
        old_indexes = [
            alignment.old_by_new[new_index] for new_index in new_indexes if new_index in alignment.old_by_new
        ]
        return any(
            similarity >= RIVAL_SIMILARITY and other_index not in alignment.old_by_new
            for old_index in old_indexes
            for similarity, other_index in alignment.similar_parts.get(old_index, ())
        )

    def _require_own_paragraph(self, part_indexes: range) -> None:
        """Reject words that were cut out of their paragraph, or that moved to another paragraph."""
        alignment = self.alignment
        new_indexes = range(alignment.new_by_old[part_indexes[0]], alignment.new_by_old[part_indexes[-1]] + 1)
        old_paragraph, new_paragraph = (
            find_paragraph(alignment.old_parts, part_indexes[0]),
            find_paragraph(alignment.new_parts, new_indexes[0]),
        )
        other_old_indexes = [number for number in old_paragraph if number not in part_indexes]
        other_new_indexes = [number for number in new_paragraph if number not in new_indexes]
        is_in_place = any(
            alignment.new_by_old.get(old_index) == new_index
            for old_index, new_index in (
                (old_paragraph[0] - 1, new_paragraph[0] - 1),
                (old_paragraph[-1] + 1, new_paragraph[-1] + 1),
            )
        )
        if any(number in alignment.new_by_old for number in other_old_indexes) or any(
            number in alignment.old_by_new for number in other_new_indexes
        ):
            # A paragraph that moved must have moved as a whole, without new words.
            is_mixed = any(
                number not in alignment.old_by_new or alignment.is_longer(alignment.old_by_new[number])
                for number in other_new_indexes
            )
            is_separate = not alignment.old_by_new.keys() <= set(new_paragraph)
            if is_mixed and is_separate and not is_in_place and part_indexes[0] not in alignment.moved_parts:
                raise OrphanedQuote(OrphanReason.REWRITTEN)
            return
        has_text_before, has_text_after = (
            new_paragraph[0] < new_indexes[0],
            new_paragraph[-1] > new_indexes[-1],
        )
        is_retold = has_text_before and (
            has_text_after or (bool(other_old_indexes) and part_indexes[0] == old_paragraph[0])
        )
        if (
            (other_new_indexes and len(other_old_indexes) > 1)
            or is_retold
            or ((other_new_indexes or other_old_indexes) and not is_in_place)
        ):
            raise OrphanedQuote(OrphanReason.REWRITTEN)

    def _require_no_rival(self, part_indexes: range) -> None:
        """Reject an exact copy if the text also has an edited copy, because each of them may be the original."""
        alignment = self.alignment
        if self._is_torn_out(part_indexes):
            raise OrphanedQuote(OrphanReason.TWICE)
        own_paragraph = find_paragraph(alignment.old_parts, part_indexes[0])
        keys = {alignment.old_parts[number].key for number in part_indexes}
        for number in own_paragraph:
            rivals = {
                new_index
                for similarity, new_index in alignment.similar_parts.get(number, ())
                if similarity >= RIVAL_SIMILARITY
                and not _has_other_speaker(alignment.old_parts[number], alignment.new_parts[new_index])
            }
            if not rivals or not alignment.is_exact(number):
                continue
            unpaired_indexes = self._find_unpaired_neighbours(alignment.new_by_old[number])
            if rivals & unpaired_indexes and (
                number in part_indexes
                or keys & {alignment.new_parts[new_index].key for new_index in unpaired_indexes}
            ):
                raise OrphanedQuote(OrphanReason.TWICE)

    def _is_torn_out(self, part_indexes: range) -> bool:
        """Return whether the words lost their neighbours and also appear as new words elsewhere."""
        alignment = self.alignment
        first_index, last_index = (
            alignment.new_by_old[part_indexes[0]],
            alignment.new_by_old[part_indexes[-1]],
        )
        own_paragraph = find_paragraph(alignment.old_parts, part_indexes[0])
        siblings = {
            alignment.new_by_old[number]
            for number in own_paragraph
            if number in alignment.new_by_old and number not in part_indexes
        }
        if siblings & {first_index - 1, last_index + 1, *find_paragraph(alignment.new_parts, first_index)}:
            return False
        if self._is_beside(part_indexes[0] - 1, first_index - 1) and self._is_beside(
            part_indexes[-1] + 1, last_index + 1
        ):
            return False
        key = alignment.old_parts[part_indexes[0]].key
        adjacent_indexes = {first_index - 1, last_index + 1}
        return any(
            part.key == key and number not in alignment.old_by_new and number not in adjacent_indexes
            for number, part in enumerate(alignment.new_parts)
        )

    def _is_beside(self, old_index: int, new_index: int) -> bool:
        """Return whether the old part became the new part, or both indexes are just outside their texts."""
        alignment = self.alignment
        are_text_ends = old_index in (-1, len(alignment.old_parts)) and new_index in (
            -1,
            len(alignment.new_parts),
        )
        return are_text_ends or alignment.new_by_old.get(old_index) == new_index

    def _find_unpaired_neighbours(self, new_index: int) -> set[int]:
        """Return the new parts in and directly around a paragraph that have no old counterpart."""
        alignment = self.alignment
        paragraph = find_paragraph(alignment.new_parts, new_index)
        unpaired_indexes = set()
        for index, step in ((paragraph[0] - 1, -1), (paragraph[-1] + 1, 1)):
            while 0 <= index < len(alignment.new_parts) and index not in alignment.old_by_new:
                unpaired_indexes.add(index)
                index += step
        return unpaired_indexes | {number for number in paragraph if number not in alignment.old_by_new}


def _has_other_speaker(old_part: TextPart, new_part: TextPart) -> bool:
    """Return whether the same words are attributed to another speaker."""
    outside_words = split_words(old_part.outside_speech), split_words(new_part.outside_speech)
    return bool(old_part.is_speech and all(outside_words)) and not are_spellings(*outside_words)
