"""Fold a text: ignore differences in white space, quotation marks, dashes and ellipses.

Pure, in linear time. A folded text maps its characters to their positions in the original.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property  # noqa: TID251  no Django here; computing is all that its lock stops

# Maximum places searched in a text, which bounds the time.
MAX_PLACES = 50


# One quotation mark stands for all, because house styles turn “ ” into ‘ ’, and both into " ".
_CHARACTERS = str.maketrans(
    dict.fromkeys('‘’‚‛′ʼ`´‹›“”„‟″«»"「」『』＂', "'") | dict.fromkeys("‐‑‒–—―−", "-")
)
# The possessive quantifiers keep a long run of spaces from being tried from each of its characters.
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
        self._given = text

    @cached_property
    def text(self) -> str:
        # White space at both ends, so that the edge of the text counts as white space like the edge of a line.
        return f" {_fold_text(self._given)} "

    @cached_property
    def _original(self) -> str:
        return self._given.translate(_CHARACTERS)

    @cached_property
    def _runs(self) -> list[tuple[int, int, int, int]]:
        """Return the replaced runs, with their start and end in the folded text and in the original."""
        runs = []
        folded_length = original = 0
        for run in _RUNS_PATTERN.finditer(self._original):
            begins = folded_length + run.start() - original
            folded_length, original = begins + len(_replace_run(run)), run.end()
            runs.append((begins, folded_length, run.start(), original))
        return runs

    def has(self, words: str) -> bool:
        """Return whether the text contains these words."""
        return fold(words).strip() in self.text

    def places(self, quote: str) -> Iterator[int]:
        """Return the positions of `quote`, including overlapping ones ("ana" occurs twice in "banana")."""
        at = self.text.find(quote)
        for _place in range(MAX_PLACES):
            if at < 0:
                return
            yield at
            at = self.text.find(quote, at + 1)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span of a folded span, without white space at its ends."""
        begins, ends = (self._map_character(at - 1) for at in (start, end - 1))
        first, last = begins[0], ends[1]
        while self._original[first].isspace():
            first += 1
        while self._original[last - 1].isspace():
            last -= 1
        return first, last

    def _map_character(self, folded_position: int) -> tuple[int, int]:
        """Return the original span of one character of the folded text."""
        before = bisect_right(self._runs, folded_position, key=lambda run: run[0])
        begins, ends, start, end = self._runs[before - 1] if before else (0, 0, 0, 0)
        if begins <= folded_position < ends:
            return start, end
        return end + folded_position - ends, end + folded_position - ends + 1
