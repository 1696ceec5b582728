"""Quotes pinned to a text: W3C Web Annotation selectors, and what became of them in another text.

An anchor is a TextQuoteSelector (`exact`, `prefix`, `suffix`) and a TextPositionSelector (`start`, `end`) in one.
Offsets count code points, as Python and the standard do. Everything here is pure and takes linear time.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property  # noqa: TID251  no Django here; computing is all that its lock stops
from typing import Literal

CONTEXT = 32

QUOTE_NOT_FOUND = "quote not found"
CONTEXT_DIFFERS = "quote found but context differs"
SEVERAL_TIMES = "quote with context found several times"

# An ambiguous quote is reported with this many places at most; nobody reads more, and it bounds the time.
PLACES_REPORTED = 50


@dataclass(frozen=True)
class Anchor:
    """A span of a text with the words around it. A context is empty only where the text begins or ends."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


@dataclass(frozen=True)
class Located:
    """Where an anchor is in a text.

    held: the position still carries the exact words between the same contexts; `anchor` is the one that was asked for.
    moved: exactly one other place does; `anchor` is the new anchor, with the words as they stand in the new text.
    orphaned: neither; `anchor` is None and `reason` says why.
    """

    state: Literal["held", "moved", "orphaned"]
    anchor: Anchor | None
    reason: str = ""


class QuoteNotFound(Exception):
    """The text does not contain the quote; `str()` is a sentence for a person."""


class QuoteAmbiguous(Exception):
    """The text contains the quote several times; `places` are the spans, `count` how many (at most PLACES_REPORTED)."""

    def __init__(self, count: int, places: tuple[tuple[int, int], ...]) -> None:
        at_least = "at least " if count >= PLACES_REPORTED else ""
        super().__init__(
            f"The text contains this quote {at_least}{count} times. Add the words before or after it, "
            "or quote a longer passage."
        )
        self.count = count
        self.places = places


def anchor_at(text: str, start: int, end: int, *, context: int = CONTEXT) -> Anchor:
    """The anchor of `text[start:end]`. ValueError for a span that is empty, blank or outside the text."""
    if not 0 <= start < end <= len(text):
        raise ValueError(f"The span {start}–{end} is empty or outside the text of {len(text)} characters.")
    if context < 1:
        raise ValueError("An anchor needs at least one character of context.")
    exact = text[start:end]
    if exact.isspace():
        raise ValueError(f"The span {start}–{end} holds nothing but white space.")
    return Anchor(exact, text[max(start - context, 0) : start], text[end : end + context], start, end)


def locate(text: str, anchor: Anchor) -> Located:
    """Find an anchor again in another version of its text, or say why not.

    Contexts may differ in white space (a re-flowed page), in nothing else. Position and exact words alone do not make
    an anchor hold: "Yes." stands in many places, and a text that was rewritten may carry it where it stood before.
    A paragraph that is repeated whole, as in a correction note, brings both contexts along: it may be taken for the
    quote's own where that was edited.
    """
    return locate_all(text, [anchor])[0]


def locate_all(text: str, anchors: Iterable[Anchor]) -> list[Located]:
    """`locate` for many anchors in one text, which is read once for all of them."""
    flowed = _Folded(text, _WHITE_SPACE)
    return [_located(text, flowed, anchor) for anchor in anchors]


def _located(text: str, flowed: "_Folded", anchor: Anchor) -> Located:
    if not anchor.exact or anchor.exact.isspace():
        raise ValueError("An anchor without words cannot be located.")
    if _holds(text, anchor):
        return Located("held", anchor)
    # White space at the edges of the quote belongs to the contexts here: a re-flow may have turned it into a line end.
    core = anchor.exact.strip()
    lead = anchor.exact[: len(anchor.exact) - len(anchor.exact.lstrip())]
    trail = anchor.exact[len(anchor.exact.rstrip()) :]
    before, quote, after = (flowed.fold(part) for part in (anchor.prefix + lead, core, trail + anchor.suffix))
    found = [
        at + len(before)
        for at in flowed.places(before + quote + after)
        if _is_whole(flowed.text, at, at + len(before + quote + after), *_clipped(anchor))
    ]
    if len(found) == 1:
        start, end = flowed.original(found[0], found[0] + len(quote))
        # Where the white space did not change, the quote keeps its own at the edges.
        if text[start - len(lead) : end + len(trail)] == anchor.exact and start >= len(lead):
            start, end = start - len(lead), end + len(trail)
        return Located(
            "moved", anchor_at(text, start, end, context=max(len(anchor.prefix), len(anchor.suffix), 1))
        )
    if found:
        return Located("orphaned", None, SEVERAL_TIMES)
    return Located("orphaned", None, CONTEXT_DIFFERS if quote in flowed.text else QUOTE_NOT_FOUND)


def find(text: str, quote: str, *, prefix: str = "", suffix: str = "") -> Anchor:
    """The anchor of a quote that somebody typed or another system sent.

    Quotation marks, dashes, ellipses and white space may be of another make than in the text; the anchor has the
    words as they stand in the text. `prefix` and `suffix` are any words directly before and after, to choose by.

    Raises:
        QuoteNotFound: it is not there, or not as whole words, or not between this prefix and suffix.
        QuoteAmbiguous: it is there several times.
    """
    folded = _Folded(text, _TYPOGRAPHY)
    wanted = folded.fold(quote).strip()
    if not wanted:
        raise QuoteNotFound("The quote is empty. Copy the passage from the text.")
    found = [
        (at, at + len(wanted))
        for at in folded.places(wanted)
        if _is_whole(folded.text, at, at + len(wanted), True, True)
    ]
    if not found:
        raise QuoteNotFound(
            "The text does not contain this quote. Copy the passage from the text as it stands there."
        )
    before, after = folded.fold(prefix).strip(), folded.fold(suffix).strip()
    fitting = [
        (start, end)
        for start, end in found
        if _ends_with(folded.text, start, before) and _starts_with(folded.text, end, after)
    ]
    if not fitting:
        raise QuoteNotFound(
            "The text contains this quote, but not between the words given as its prefix and suffix."
        )
    spans = tuple(folded.original(start, end) for start, end in fitting)
    if len(spans) > 1:
        raise QuoteAmbiguous(len(spans), spans)
    return anchor_at(text, *spans[0])


def _holds(text: str, anchor: Anchor) -> bool:
    if not 0 <= anchor.start < anchor.end or text[anchor.start : anchor.end] != anchor.exact:
        return False
    if not _is_whole(
        text, anchor.start - len(anchor.prefix), anchor.end + len(anchor.suffix), *_clipped(anchor)
    ):
        return False
    if text.endswith(anchor.prefix, 0, anchor.start) and text.startswith(anchor.suffix, anchor.end):
        return True
    return _flow(text[: anchor.start]).endswith(_flow(anchor.prefix)) and _flow(
        text[anchor.end :]
    ).startswith(_flow(anchor.suffix))


def _clipped(anchor: Anchor) -> tuple[bool, bool]:
    """Whether the text began with the prefix, or ended with the quote.

    Such a context has no edge of its own, so in another text the words must begin (end) a word there: an anchor on
    the text "Cat" does not hold in "Category".
    """
    return anchor.start == len(anchor.prefix), not anchor.suffix


def _is_whole(text: str, start: int, end: int, check_start: bool, check_end: bool) -> bool:
    starts_well = not check_start or start <= 0 or not _splits_word(text[start - 1], text[start])
    return starts_well and (not check_end or end >= len(text) or not _splits_word(text[end - 1], text[end]))


def _splits_word(left: str, right: str) -> bool:
    """Whether a cut between two characters is inside a word or number.

    Only scripts with upper and lower case are judged: Chinese and Thai have no spaces, Korean and Arabic attach
    particles, so there a quote may rightly end next to a letter.
    """
    if unicodedata.combining(right):
        return True
    return all(character.isdecimal() or character.lower() != character.upper() for character in (left, right))


def _flow(text: str) -> str:
    return re.sub(r"\s+", " ", f" {text} ")


def _ends_with(text: str, end: int, words: str) -> bool:
    return text.endswith(words, 0, end) or (
        text.endswith(words, 0, max(end - 1, 0)) and text[end - 1].isspace()
    )


def _starts_with(text: str, start: int, words: str) -> bool:
    return text.startswith(words, start) or (text.startswith(words, start + 1) and text[start].isspace())


@dataclass(frozen=True)
class _Folding:
    """Differences of no meaning, taken out of a text: single characters first, then runs of them."""

    characters: dict[int, str]
    runs: re.Pattern[str]

    def fold(self, text: str) -> str:
        return self.runs.sub(self.replacement, text.translate(self.characters))

    @staticmethod
    def replacement(run: re.Match[str]) -> str:
        found = run[0]
        if "-" in found:
            return "-"
        if found[0] == ".":
            return "…"
        return " " if found[0].isspace() else ""


_WHITE_SPACE = _Folding({}, re.compile(r"\s+"))
# The possessive quantifiers keep a long run of spaces from being tried from each of its characters.
_TYPOGRAPHY = _Folding(
    str.maketrans(
        dict.fromkeys("‘’‚‛′ʼ`´‹›", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
    ),
    re.compile(r"\s++(?:-[-\s]*+)?|-[-\s]*+|\.{3}|[\u00ad\u200b\u2060\ufeff]+"),
)


class _Folded:
    """A folded text that knows where its characters stand in the original."""

    def __init__(self, text: str, folding: _Folding) -> None:
        self._given = text
        self._folding = folding

    @cached_property
    def text(self) -> str:
        # White space at both ends, so that the edge of the text counts as white space like the edge of a line.
        return f" {self._folding.fold(self._given)} "

    @cached_property
    def _original(self) -> str:
        return self._given.translate(self._folding.characters)

    @cached_property
    def _runs(self) -> list[tuple[int, int, int, int]]:
        """The runs that were replaced: where each begins and ends in the folded text, and in the original."""
        runs = []
        folded = original = 0
        for run in self._folding.runs.finditer(self._original):
            begins = folded + run.start() - original
            folded, original = begins + len(self._folding.replacement(run)), run.end()
            runs.append((begins, folded, run.start(), original))
        return runs

    def fold(self, quote: str) -> str:
        return self._folding.fold(unicodedata.normalize("NFC", quote))

    def places(self, wanted: str) -> Iterator[int]:
        """Where `wanted` begins, overlapping places included ("ana" is twice in "banana")."""
        at = self.text.find(wanted)
        for _place in range(PLACES_REPORTED):
            if at < 0:
                return
            yield at
            at = self.text.find(wanted, at + 1)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original behind a span that neither begins nor ends with white space."""
        begins, ends = (self._behind(at - 1) for at in (start, end - 1))
        first, last = begins[0], ends[1]
        while self._original[first].isspace():
            first += 1
        while self._original[last - 1].isspace():
            last -= 1
        return first, last

    def _behind(self, wanted: int) -> tuple[int, int]:
        """The span of the original behind one character of the folded text."""
        before = bisect_right(self._runs, wanted, key=lambda run: run[0])
        begins, ends, start, end = self._runs[before - 1] if before else (0, 0, 0, 0)
        if begins <= wanted < ends:
            return start, end
        return end + wanted - ends, end + wanted - ends + 1
