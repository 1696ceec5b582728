"""Recognise phrases that introduce a quotation of the text itself: in corrections, and in links to other articles.

Only words that are new in a text are checked. If they introduce a quotation, the decision about a quote may be left to
an editor, but no quote is moved because of these words.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from claims.quotes.folded_text import fold

_PHRASES = Path(__file__).parent / "data" / "lead_ins.txt"


def _load_phrases() -> Iterator[str]:
    for line in _PHRASES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield from (phrase.strip() for phrase in line.partition(":")[2].split("|"))


_INTRODUCTION_PATTERN = re.compile("|".join(re.escape(fold(phrase)) for phrase in _load_phrases()))
_COLON = (":", "：", "፡", "܃", "։")
_TIME_PATTERN = re.compile(r"\W?\d{1,2}\s?[:.hH時点시]\s?\d{2}.{0,12}")
_QUOTATION_PATTERN = re.compile(r"[:：]\s?[\"“„«'‘「『]")
_CLOSING_MARKS = "\"'”’»“」』)）]］"
_BULLETS = "-–—•*·▪‣"
_FULL_STOPS = ".!?…。！？｡।॥۔؟።៕\"'”’»」』)）"


def is_quote_announcement(words: str) -> bool:
    """Return whether new words end in a colon that introduces quoted speech."""
    return words.rstrip("\"'“”„«»‘’ ").endswith(_COLON)


def is_question(words: str) -> bool:
    """Return whether the words are a question that the next words answer."""
    return words.rstrip("\"'“”„«»‘’」』）) ").endswith(("?", "？", "؟", "՞", "፧"))


def is_time(words: str) -> bool:
    """Return whether the words are a time of day, as at the beginning of an entry in a live blog."""
    return _TIME_PATTERN.fullmatch(words.strip()) is not None


def is_quotation_opening(words: str) -> bool:
    """Return whether the words contain a colon followed by a quotation."""
    return _QUOTATION_PATTERN.search(words) is not None


def mentions_text(words: str) -> bool:
    """Return whether new words mention a text, as corrections and links to other articles do."""
    return _INTRODUCTION_PATTERN.search(fold(words).lower()) is not None


def is_heading(words: str) -> bool:
    """Return whether the words end without a full stop, like headings and labels."""
    last_character = words.rstrip()[-1:]
    return last_character not in _FULL_STOPS and not "\u0e00" <= last_character <= "\u0eff"


def is_complete_introduction(words: str) -> bool:
    """Return whether the words contain what they introduce, as in "Correction: we named the wrong town."."""
    return any(colon in words.strip()[:-1] for colon in _COLON)


def is_item(words: str) -> bool:
    """Return whether the words are an item of a list."""
    return words.lstrip()[:1] in _BULLETS


def is_closed(words: str) -> bool:
    """Return whether the words end with a closing quotation mark or bracket."""
    return words.rstrip()[-1:] in _CLOSING_MARKS
