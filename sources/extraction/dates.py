"""Find the publication date in a text. Ambiguous dates are ignored."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError

FIRST_YEAR, LAST_YEAR = 1500, 2100

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_COMPACT_PATTERN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}(?:Z|[+-]\d{2}:?\d{2})?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?![\d/.])")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_DATE_IN_WORDS = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|º|er|\.)?\s+(?:de\s+|of\s+|d['’])?([^\s\d,./()]+)\.?,?\s+(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(r"([^\s\d,./()]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_DATE_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{2})[/-](\d{2})(?:[/-]|$)")


def read_date(text: str, *, language: str = "") -> date | None:
    """Parse the date in a string such as an ISO time stamp, an HTTP date or "8 January 2019"; None without a date.

    A time stamp gives the day in its own time zone, as its author meant it. A date in numbers is ignored if it is
    ambiguous: 25/12/2019 is read, 03/04/2019 is not.
    """
    text = text.strip()[:200]
    for year, month, day in _find_candidates(text, language):
        if FIRST_YEAR <= year <= LAST_YEAR:
            with suppress(ValueError):
                return date(year, month, day)
    return None


def find_date_in_address(url: str) -> date | None:
    """Return the date in the path of a URL (/2019/01/08/), or None."""
    match = _DATE_IN_URL.search(url.partition("?")[0])
    return read_date("-".join(match.groups())) if match else None


def _find_candidates(text: str, language: str) -> Iterator[tuple[int, int, int]]:
    for pattern, method_name in (
        (_ISO_DATE, "search"),
        (_COMPACT_PATTERN, "fullmatch"),
        (_YEAR_FIRST, "search"),
        (_EAST_ASIAN, "search"),
    ):
        if match := getattr(pattern, method_name)(text):
            yield int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.search(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if second > 12 or first == second:
            yield year, first, second
        elif first > 12:
            yield year, second, first
    for pattern, day, month in ((_DATE_IN_WORDS, 1, 2), (_MONTH_FIRST, 2, 1)):
        for match in pattern.finditer(text):
            if number := load_month_names(language).get(match[month].lower()):
                yield int(match[3]), number, int(match[day])


@lru_cache(maxsize=128)
def load_month_names(language: str) -> dict[str, int]:
    """Return the full and short names of months in English and one other language (CLDR)."""
    names: dict[str, int] = {}
    for language_code in {"en", language} - {""}:
        try:
            locale = Locale.parse(language_code)
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in locale.months[context][width].items():
                    names[name.lower().rstrip(".")] = month
    return names
