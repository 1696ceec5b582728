"""Check that a passage has the same speaker in a new version of the text."""

from collections.abc import Callable
from dataclasses import dataclass

from claims.quotes.aligned_parts import Alignment
from claims.quotes.changed_words import are_spellings, has_only_misprints
from claims.quotes.introductions import is_question, is_quote_announcement, is_time
from claims.quotes.orphans import OrphanedQuote, OrphanReason
from claims.quotes.text_parts import split_words


@dataclass(frozen=True)
class QuotedSpeech:
    """Direct speech in two versions of a text, with the context that gives it meaning."""

    alignment: Alignment

    def require_same(self, part_indexes: range) -> None:
        """Reject words that became direct speech, are no longer direct speech, or have a different speaker."""
        alignment = self.alignment
        for number in part_indexes:
            old_part, new_part = (
                alignment.old_parts[number],
                alignment.new_parts[alignment.new_by_old[number]],
            )
            if old_part.is_quoted_at_start != new_part.is_quoted_at_start:
                raise OrphanedQuote(OrphanReason.QUOTED)
        speech = [number for number in part_indexes if alignment.old_parts[number].is_speech]
        for number in (
            *self._find_speech_around(speech),
            *self._find_previous(part_indexes[0], is_quote_announcement),
        ):
            if not self._has_same_words(number):
                raise OrphanedQuote(OrphanReason.SPEAKER)
        # A time at the top of a text applies to the whole text, not to the next part.
        entry = self._find_previous(part_indexes[0], is_time) if part_indexes[0] > 1 else []
        for number in (*self._find_previous(part_indexes[0], is_question), *entry):
            if not self._has_same_words(number):
                raise OrphanedQuote(OrphanReason.AROUND)

    def _find_speech_around(self, speech: list[int]) -> list[int]:
        """Return the numbers of the neighbouring parts that may name the speaker."""
        if not speech:
            return []
        old_parts = self.alignment.old_parts
        first_index, last_index = speech[0], speech[-1]
        while first_index and old_parts[first_index].is_quoted_at_start:
            first_index -= 1
        while (
            last_index + 1 < len(old_parts)
            and old_parts[last_index].is_quoted_at_end
            and old_parts[last_index + 1].is_quoted_at_start
        ):
            last_index += 1
        speech_numbers = [
            number
            for number in range(first_index, last_index + 1)
            if split_words(old_parts[number].outside_speech)
        ]
        if speech_numbers:
            return speech_numbers
        adjacent_indexes = [
            number for number in (first_index - 1, last_index + 1) if 0 <= number < len(old_parts)
        ]
        return [
            number
            for number in adjacent_indexes
            if old_parts[number].paragraph == old_parts[first_index].paragraph
            and number in self.alignment.new_by_old
        ]

    def _find_previous(self, first_index: int, is_relevant: Callable[[str], bool]) -> list[int]:
        """Return a list of the index before `first_index`, or an empty list if the text of that part is irrelevant."""
        return (
            [first_index - 1]
            if first_index and is_relevant(self.alignment.old_parts[first_index - 1].text)
            else []
        )

    def _has_same_words(self, number: int) -> bool:
        """Return whether a part has the same words outside direct speech, except for misprints."""
        if number not in self.alignment.new_by_old:
            return False
        old_part, new_part = (
            self.alignment.old_parts[number],
            self.alignment.new_parts[self.alignment.new_by_old[number]],
        )
        if old_part.key == new_part.key:
            return True
        if old_part.is_speech:
            return are_spellings(split_words(old_part.outside_speech), split_words(new_part.outside_speech))
        return has_only_misprints(old_part, new_part)
