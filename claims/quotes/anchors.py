"""Anchor quotes in a text: W3C Web Annotation selectors.

An anchor combines a TextQuoteSelector (`exact`, `prefix`, `suffix`) and a TextPositionSelector (`start`, `end`).
Offsets count code points, as in Python and the standard. Everything here is pure and takes linear time.
"""

import unicodedata
from dataclasses import dataclass

from claims.quotes.folded_text import MAX_PLACES, FoldedText, fold
from factcheck.translatable_messages import TranslatableError, TranslatableMessage

CONTEXT_LENGTH = 32


@dataclass(frozen=True)
class Anchor:
    """A span of a text with its context. The context is empty only at the beginning or end of the text."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


class QuoteNotFound(TranslatableError):
    """The text does not contain the quote; `str()` is a sentence for a person."""


class QuoteAmbiguous(Exception):
    """The text contains the quote several times; `places` has the spans, `count` (up to MAX_PLACES) their number."""

    def __init__(self, count: int, places: tuple[tuple[int, int], ...]) -> None:
        super().__init__(
            TranslatableMessage(
                "The text contains this quote at least %(count)s times. Add the words before or after it, "
                "or quote a longer passage.",
                count=count,
            )
            if count >= MAX_PLACES
            else TranslatableMessage(
                "The text contains this quote %(count)s times. Add the words before or after it, or quote a "
                "longer passage.",
                count=count,
            )
        )
        self.count = count
        self.places = places


def make_anchor(text: str, start: int, end: int, *, context: int = CONTEXT_LENGTH) -> Anchor:
    """Return the anchor of `text[start:end]`. Raises ValueError for an empty, blank or invalid span."""
    if not 0 <= start < end <= len(text):
        raise ValueError(f"The span {start}–{end} is empty or outside the text of {len(text)} characters.")
    if context < 1:
        raise ValueError("An anchor needs at least one character of context.")
    exact = text[start:end]
    if exact.isspace():
        raise ValueError(f"The span {start}–{end} contains only white space.")
    return Anchor(exact, text[max(start - context, 0) : start], text[end : end + context], start, end)


def find_quote(text: str, quote: str, *, prefix: str = "", suffix: str = "") -> Anchor:
    """Return the anchor of a quote typed by a person or sent by another system.

    Quotation marks, dashes, ellipses and white space may differ in form from the text; the anchor has the text's own
    form. `prefix` and `suffix` are any words directly before and after, which select one of several places.

    Raises:
        QuoteNotFound: the text does not have the quote as whole words between this prefix and suffix.
        QuoteAmbiguous: the text has the quote several times.
    """
    folded_text = FoldedText(text)
    folded_quote = fold(quote).strip()
    if not folded_quote:
        raise QuoteNotFound("The quote is empty. Copy the passage from the text.")
    matches = [
        (position, position + len(folded_quote))
        for position in folded_text.find_positions(folded_quote)
        if is_whole(folded_text.text, position, position + len(folded_quote))
    ]
    if not matches:
        raise QuoteNotFound("The text does not contain this quote. Copy the passage exactly from the text.")
    folded_prefix, folded_suffix = fold(prefix).strip(), fold(suffix).strip()
    fitting_matches = [
        (start, end)
        for start, end in matches
        if _ends_with(folded_text.text, start, folded_prefix)
        and _starts_with(folded_text.text, end, folded_suffix)
    ]
    if not fitting_matches:
        raise QuoteNotFound(
            "The text contains this quote, but not between the words given as its prefix and suffix."
        )
    spans = tuple(folded_text.find_original_span(start, end) for start, end in fitting_matches)
    if len(spans) > 1:
        raise QuoteAmbiguous(len(spans), spans)
    return make_anchor(text, *spans[0])


def is_whole(text: str, start: int, end: int) -> bool:
    """Return whether the span neither begins nor ends inside a word or number."""
    is_start_whole = start <= 0 or not _splits_word(text[start - 1], text[start])
    return is_start_whole and (end >= len(text) or not _splits_word(text[end - 1], text[end]))


def _splits_word(left_text: str, right_text: str) -> bool:
    """Return whether a cut between two characters is inside a word or number.

    Only scripts with upper and lower case are checked. In other scripts, a quote may rightly end next to a letter:
    Chinese and Thai have no spaces, and Korean and Arabic attach particles.
    """
    if unicodedata.combining(right_text):
        return True
    return all(
        character.isdecimal() or character.lower() != character.upper()
        for character in (left_text, right_text)
    )


def _ends_with(text: str, end: int, words: str) -> bool:
    return text.endswith(words, 0, end) or (
        text.endswith(words, 0, max(end - 1, 0)) and text[end - 1].isspace()
    )


def _starts_with(text: str, start: int, words: str) -> bool:
    return text.startswith(words, start) or (text.startswith(words, start + 1) and text[start].isspace())
