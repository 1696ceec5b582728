"""Check that a passage has the same speaker in a new version of the text."""

from collections.abc import Callable
from dataclasses import dataclass

from claims.quotes.aligned_parts import Alignment
from claims.quotes.changed_words import are_spellings, is_edited_around
from claims.quotes.introductions import is_question, is_quote_announcement, is_time
from claims.quotes.orphans import OrphanedQuote, OrphanReason
from claims.quotes.text_parts import split_words


@dataclass(frozen=True)
class QuotedSpeech:
    """Direct speech in two versions of a text, with the context that gives it meaning."""

    aligned: Alignment

    def require_same(self, parts: range) -> None:
        """Reject words that became direct speech, are no longer direct speech, or have a different speaker."""
        aligned = self.aligned
        for number in parts:
            old, new = aligned.old[number], aligned.new[aligned.mates[number]]
            if old.opens_quoted != new.opens_quoted:
                raise OrphanedQuote(OrphanReason.QUOTED)
        speech = [number for number in parts if aligned.old[number].is_speech]
        for number in (
            *self._find_speech_around(speech),
            *self._find_previous(parts[0], is_quote_announcement),
        ):
            if not self._has_same_words(number):
                raise OrphanedQuote(OrphanReason.SPEAKER)
        # The time above a text applies to all of it.
        entry = self._find_previous(parts[0], is_time) if parts[0] > 1 else []
        for number in (*self._find_previous(parts[0], is_question), *entry):
            if not self._has_same_words(number):
                raise OrphanedQuote(OrphanReason.AROUND)

    def _find_speech_around(self, speech: list[int]) -> list[int]:
        """Return the neighbouring parts that may name the speaker."""
        if not speech:
            return []
        old = self.aligned.old
        first, last = speech[0], speech[-1]
        while first and old[first].opens_quoted:
            first -= 1
        while last + 1 < len(old) and old[last].ends_quoted and old[last + 1].opens_quoted:
            last += 1
        speech_numbers = [
            number for number in range(first, last + 1) if split_words(old[number].outside_speech)
        ]
        if speech_numbers:
            return speech_numbers
        beside = [number for number in (first - 1, last + 1) if 0 <= number < len(old)]
        return [
            number
            for number in beside
            if old[number].paragraph == old[first].paragraph and number in self.aligned.mates
        ]

    def _find_previous(self, first: int, is_relevant: Callable[[str], bool]) -> list[int]:
        """Return the index of the part before `first` if its text is relevant; otherwise nothing."""
        return [first - 1] if first and is_relevant(self.aligned.old[first - 1].text) else []

    def _has_same_words(self, number: int) -> bool:
        """Return whether a part has the same words outside direct speech, except for misprints."""
        if number not in self.aligned.mates:
            return False
        old, new = self.aligned.old[number], self.aligned.new[self.aligned.mates[number]]
        if old.key == new.key:
            return True
        if old.is_speech:
            return are_spellings(split_words(old.outside_speech), split_words(new.outside_speech))
        return is_edited_around(old, new)
