"""Fold a text: ignore differences in white space, quotation marks, dashes and ellipses.

The functions are pure and take linear time. A folded text maps its characters to their positions in the original.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property  # noqa: TID251  no Django here; computing is all that its lock stops

# The maximum number of places found in a text, which limits the time.
MAX_PLACES = 50


# One quotation mark stands for all, because house styles turn “ ” into ‘ ’, and both into " ".
_CHARACTERS = str.maketrans(
    dict.fromkeys('‘’‚‛′ʼ`´‹›“”„‟″«»"「」『』＂', "'") | dict.fromkeys("‐‑‒–—―−", "-")
)
# With possessive quantifiers, a long run of spaces is not tried again from each of its characters.
_RUNS_PATTERN = re.compile(r"\s++(?:-[-\s]*+)?|-[-\s]*+|\.{3}|[\u00ad\u200b\u2060\ufeff]+")


def fold(words: str) -> str:
    """Return words in the form used for comparison."""
    return _fold_text(unicodedata.normalize("NFC", words))


def _fold_text(text: str) -> str:
    return _RUNS_PATTERN.sub(_replace_run, text.translate(_CHARACTERS))


def _replace_run(run: re.Match[str]) -> str:
    replacement = run[0]
    if "-" in replacement:
        return "-"
    if replacement[0] == ".":
        return "…"
    return " " if replacement[0].isspace() else ""


class FoldedText:
    """A folded text that maps its characters to positions in the original."""

    def __init__(self, text: str) -> None:
        self._original_text = text

    @cached_property
    def text(self) -> str:
        # Spaces at both ends, so that the edge of the text matches white space, as the edge of a line does.
        return f" {_fold_text(self._original_text)} "

    @cached_property
    def _replaced_text(self) -> str:
        return self._original_text.translate(_CHARACTERS)

    @cached_property
    def _runs(self) -> list[tuple[int, int, int, int]]:
        """Return the replaced runs, with their start and end in the folded text and in the original."""
        runs = []
        folded_length = original_end = 0
        for run in _RUNS_PATTERN.finditer(self._replaced_text):
            folded_start = folded_length + run.start() - original_end
            folded_length, original_end = folded_start + len(_replace_run(run)), run.end()
            runs.append((folded_start, folded_length, run.start(), original_end))
        return runs

    def contains(self, words: str) -> bool:
        """Return whether the text contains these words."""
        return fold(words).strip() in self.text

    def find_positions(self, quote: str) -> Iterator[int]:
        """Yield the positions of `quote`, including overlapping ones ("ana" occurs twice in "banana")."""
        position = self.text.find(quote)
        for _place in range(MAX_PLACES):
            if position < 0:
                return
            yield position
            position = self.text.find(quote, position + 1)

    def find_original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original text for a span of the folded text, without white space at its ends."""
        start_spans, end_spans = (self._map_character(position - 1) for position in (start, end - 1))
        first_position, last_position = start_spans[0], end_spans[1]
        while self._replaced_text[first_position].isspace():
            first_position += 1
        while self._replaced_text[last_position - 1].isspace():
            last_position -= 1
        return first_position, last_position

    def _map_character(self, folded_position: int) -> tuple[int, int]:
        """Return the span in the original text for one character of the folded text."""
        run_index = bisect_right(self._runs, folded_position, key=lambda run: run[0])
        folded_start, folded_end, start, end = self._runs[run_index - 1] if run_index else (0, 0, 0, 0)
        if folded_start <= folded_position < folded_end:
            return start, end
        return end + folded_position - folded_end, end + folded_position - folded_end + 1
