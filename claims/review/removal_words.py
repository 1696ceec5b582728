"""The words of a removal: their stored spellings, and where texts contain them as whole words.

The database has the same rules (`claims/migrations/0001_removal.py`), which are authoritative. The rules here are for
files and forms, and may list a text too many.
"""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import quote, quote_plus

import orjson
from django.utils.text import slugify

from claims.search import make_searchable
from claims.search.texts import UNSPACED_PATTERN, pair_letters
from factcheck.web.site_urls import escape_quotation_marks

#: The replacement for removed text, repeated for each letter.
BAR = "█"
#: Fewer bars are not recognised as a removal by verifiers of the ledger.
_MIN_BARS = 4
#: Scripts without spaces between words, and Hangul, where particles join the name: there the exact letters count.
_UNSPACED_PATTERN = re.compile(
    f"{UNSPACED_PATTERN.pattern}|[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d]"
)
_DROPPED_MARKS = str.maketrans("", "", "*_~`")
_TAG = r'<[/a-z][^<>"]*>'
_MARKS = rf"(?:[*_~`]|{_TAG})*"
_SPACE = rf'(?:[][\s*_~`]|\\[nrt]|\\u00a0|&nbsp;|{_TAG}|\]\([^()\s"]*\))+'
_LETTER = r"[^\W_]"
_BEGIN = rf"(?:(?<!{_LETTER})|(?<=\\[bfnrt])|(?<=\\u00[0-2][0-9a-f])|(?<=\\u20[0-9a-f]{{2}})|(?<=%2[0-9a-f]))"
#: Formatting is looked for in names and short phrases only.
_MAX_NAME_LENGTH = 60


def is_long_enough(word: str) -> bool:
    """Return whether a word is too long to be part of many other words."""
    return len(word) >= (2 if _UNSPACED_PATTERN.search(word) else 4)


def find_spellings(words: Sequence[str]) -> dict[str, str]:
    """Return each stored spelling of the words with its replacement, longer ones first."""
    spellings: dict[str, str] = {}
    for word in sorted({word.strip() for word in words}, key=len, reverse=True):
        bars = BAR * (max(len(word), _MIN_BARS) if len(word) <= 200 else 8)
        for spelling in (
            *(same for variant in _list_spellings_of_word(word) for same in _list_escapes(variant)),
            make_searchable(word).strip(),
            # Inside a longer run of letters, in the form of the search index.
            pair_letters(word) if UNSPACED_PATTERN.fullmatch(word) else "",
        ):
            spellings.setdefault(spelling, bars)
        slug = slugify(word, allow_unicode=True)[:80].rstrip("-")
        for spelling in (quote(word), quote_plus(word), slug):
            spellings.setdefault(spelling, "x" * max(len(spelling), _MIN_BARS))
    return {spelling: bars for spelling, bars in spellings.items() if is_long_enough(spelling)}


def _list_spellings_of_word(word: str) -> list[str]:
    """Return words that look the same: with precomposed or combining accents, and straight or curved apostrophes."""
    variants = [word, unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)]
    return [*variants, *(re.sub("['’]", mark, one) for one in variants for mark in "'’")]


def _list_escapes(word: str) -> list[str]:
    """Return the spellings of a word in JSON and HTML."""
    in_json = orjson.dumps(word)
    encoded = (escape_quotation_marks(in_json).decode(), in_json.decode(), json.dumps(word))
    return [word, *(text[1:-1] for text in encoded), html.escape(word)]


def build_search(words: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that finds the words in a text in the same way as the database."""
    patterns = [(word.split(" ")[-1].casefold().translate(_DROPPED_MARKS), _compile(word)) for word in words]

    def has_words(text: str) -> bool:
        # Patterns are slow, so they are only used on texts that contain the last part of the word.
        folded_text = text.casefold()
        plain_text = re.sub(_TAG, "", folded_text).translate(_DROPPED_MARKS)
        return any(
            (last in folded_text or last in plain_text) and pattern.search(text) is not None
            for last, pattern in patterns
        )

    return has_words


def _compile(word: str) -> re.Pattern[str]:
    letters = re.escape(word).replace(r"\ ", " ")
    if len(word) <= _MAX_NAME_LENGTH and "\\" not in word and "%" not in word:
        letters = _SPACE.join(_MARKS.join(map(re.escape, part)) for part in word.split())
    begin = _BEGIN if _is_spaced(word[0]) else ""
    is_escaped = re.search(r"(\\u[0-9a-f]{4}|%[0-9a-f]{2})$", word, re.IGNORECASE)
    end = f"(?!{_LETTER})" if _is_spaced(word[-1]) and not is_escaped else ""
    return re.compile(begin + letters + end, re.IGNORECASE)


def _is_spaced(letter: str) -> bool:
    return letter.isalnum() and not _UNSPACED_PATTERN.match(letter)
