"""The words of a removal: find their stored spellings, and search texts for them as whole words.

The rules in the database (`claims/migrations/0001_removal.py`) are authoritative. The same rules here are for files
and forms, and may find words in more texts than the database does.
"""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import quote, quote_plus

import orjson
from django.utils.text import slugify

from claims.search.texts import UNSPACED_PATTERN, make_searchable, pair_letters
from factcheck.web.site_urls import escape_quotation_marks

#: The character that replaces each letter of removed text.
REPLACEMENT_BAR = "█"
#: Fewer bars are not recognised as a removal by verifiers of the ledger.
_MIN_BARS = 4
#: Scripts without spaces, and Hangul, where particles are attached to names: words are found inside longer runs.
_UNSPACED_PATTERN = re.compile(
    f"{UNSPACED_PATTERN.pattern}|[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d]"
)
_DROPPED_MARKS = str.maketrans("", "", "*_~`")
_TAG_PATTERN = r'<[/a-z][^<>"]*>'
_FORMATTING_PATTERN = rf"(?:[*_~`]|{_TAG_PATTERN})*"
_SPACE_PATTERN = rf'(?:[][\s*_~`]|\\[nrt]|\\u00a0|&nbsp;|{_TAG_PATTERN}|\]\([^()\s"]*\))+'
_LETTER = r"[^\W_]"
_WORD_START = (
    rf"(?:(?<!{_LETTER})|(?<=\\[bfnrt])|(?<=\\u00[0-2][0-9a-f])|(?<=\\u20[0-9a-f]{{2}})|(?<=%2[0-9a-f]))"
)
#: The maximum length of words that are also searched for with formatting between them.
_MAX_NAME_LENGTH = 60


def is_long_enough(word: str) -> bool:
    """Return whether a word is long enough that it is rarely part of another word."""
    return len(word) >= (2 if _UNSPACED_PATTERN.search(word) else 4)


def find_spellings(words: Sequence[str]) -> dict[str, str]:
    """Return the stored spellings of the words with their replacements, longest first."""
    spellings: dict[str, str] = {}
    for word in sorted({word.strip() for word in words}, key=len, reverse=True):
        replacement = REPLACEMENT_BAR * (max(len(word), _MIN_BARS) if len(word) <= 200 else 8)
        for spelling in (
            *(
                escaped_variant
                for variant in _list_spellings_of_word(word)
                for escaped_variant in _list_escapes(variant)
            ),
            make_searchable(word).strip(),
            # As the search index stores it inside a longer run of letters.
            pair_letters(word) if UNSPACED_PATTERN.fullmatch(word) else "",
        ):
            spellings.setdefault(spelling, replacement)
        slug = slugify(word, allow_unicode=True)[:80].rstrip("-")
        for spelling in (quote(word), quote_plus(word), slug):
            spellings.setdefault(spelling, "x" * max(len(spelling), _MIN_BARS))
    return {spelling: replacement for spelling, replacement in spellings.items() if is_long_enough(spelling)}


def _list_spellings_of_word(word: str) -> list[str]:
    """Return spellings that look the same, with composed or combining accents and straight or curved apostrophes."""
    variants = [word, unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)]
    return [*variants, *(re.sub("['’]", apostrophe, variant) for variant in variants for apostrophe in "'’")]


def _list_escapes(word: str) -> list[str]:
    """Return the word and its escaped forms in JSON and HTML."""
    json_text = orjson.dumps(word)
    encoded_texts = (escape_quotation_marks(json_text).decode(), json_text.decode(), json.dumps(word))
    return [word, *(text[1:-1] for text in encoded_texts), html.escape(word)]


def build_word_finder(words: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that finds the words in a text in the same way as the database."""
    patterns = [
        (word.split(" ")[-1].casefold().translate(_DROPPED_MARKS), _compile_word_pattern(word))
        for word in words
    ]

    def contains_words(text: str) -> bool:
        # Patterns are slow, so they are only used on texts that contain the last part of the word.
        folded_text = text.casefold()
        plain_text = re.sub(_TAG_PATTERN, "", folded_text).translate(_DROPPED_MARKS)
        return any(
            (last_word in folded_text or last_word in plain_text) and pattern.search(text) is not None
            for last_word, pattern in patterns
        )

    return contains_words


def _compile_word_pattern(word: str) -> re.Pattern[str]:
    pattern = re.escape(word).replace(r"\ ", " ")
    if len(word) <= _MAX_NAME_LENGTH and "\\" not in word and "%" not in word:
        pattern = _SPACE_PATTERN.join(
            _FORMATTING_PATTERN.join(map(re.escape, subword)) for subword in word.split()
        )
    start = _WORD_START if _is_spaced(word[0]) else ""
    escape_match = re.search(r"(\\u[0-9a-f]{4}|%[0-9a-f]{2})$", word, re.IGNORECASE)
    end = f"(?!{_LETTER})" if _is_spaced(word[-1]) and not escape_match else ""
    return re.compile(start + pattern + end, re.IGNORECASE)


def _is_spaced(letter: str) -> bool:
    return letter.isalnum() and not _UNSPACED_PATTERN.match(letter)
