"""Parse a date; reject an ambiguous one."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError

from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.values.cleaned_text import fold, is_empty_value, read_line
from claims.imports.reading.values.days_in_words import (
    NamedDay,
    find_days,
    find_month,
    is_incomplete,
    marks_publication,
    marks_update,
)
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value
from factcheck.translatable_messages import TranslatableMessage

FIRST_YEAR: Final = 1900
#: Allows for time zones and pages that are dated ahead.
TOLERANCE: Final = timedelta(days=2)
# Longer texts are articles in the wrong field.
_MAX_LENGTH: Final = 300

_ISO_PATTERN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t\s].*)?", re.DOTALL)
_COMPACT_PATTERN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t\d{4,6}(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?")
_EPOCH_PATTERN = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d+)?")
# One day and no other digits, like most dates in words. Only a shortcut, for speed.
_PLAIN_PATTERN = re.compile(
    r"[^\d\W]*(?: on)? ?(?:([a-z]{3,9})\.? (\d{1,2}),|(\d{1,2}) ([a-z]{3,9})) (\d{4})(?!\d)\D*"
)
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])\s?(\d{1,2})\2\s?(\d{4})(?![\d/-])")
_SHORT_YEAR = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d\d)(?:,?\s+\d.*)?")
# As Excel and Oracle write days by default: 30-Mar-20.
_SHORT_YEAR_IN_WORDS = re.compile(
    r"(\d{1,2})[-./ ]{1,2}([^\W\d_]+)\.?,?[-./ ]{1,2}['’]?(\d\d)(?:,?\s+\d{1,2}:.*)?"
)
_SEPARATED_PATTERN = re.compile(r"\d([/.-])\s?\d{1,2}\1\s?\d")
# The named groups are the year, the month and the day.
_DIGIT_PATTERNS: Final = (
    (re.compile(r"(?<![\d/.-])(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)"), (1, 3, 4)),
    (
        re.compile(
            rf"(\d{{4}})\s*(?:年|{fold('년')})\s*(\d{{1,2}})\s*(?:月|{fold('월')})\s*(\d{{1,2}})\s*(?:日|号|號|{fold('일')})"
        ),
        (1, 2, 3),
    ),
    (re.compile(r"(\d{1,2})\s*thang\s*(\d{1,2}),?\s*nam\s*(\d{4})"), (3, 2, 1)),
)


def parse_day(
    value: Any, field: str, conventions: Conventions, language: str = "", *, today: date | None = None
) -> date | Problem | None:
    """Parse the day from a date, a time stamp, seconds since 1970 or a phrase such as "stated on 3 May 2019 in a
    speech".

    A time stamp gives the day in its own time zone, as its author meant it. Return None if the value contains no date.

    Args:
        field: the field name, by which the conventions are looked up.
        language: the language of the text, if known; month names are looked up in it first.
    """
    text = str(value) if isinstance(value, date) else read_line(value)
    if is_empty_value(text) or text.lower() == "unknown":
        return None
    if len(text) > _MAX_LENGTH:
        return build_problem("not a date", "%(text)s is text, not a date.", text=shorten_value(text))
    order = conventions.date_order.get(field) or conventions.date_order.get("", "")
    formats = conventions.date_formats.get(field) or conventions.date_formats.get("", ())
    if (
        not order
        and (date_order := conventions.detected_date_order.get(field))
        and (digits := _SEPARATED_PATTERN.search(text))
    ):
        order = date_order.get(digits[1], "")
    day = _parse_day(text, order, tuple(formats), language)
    if isinstance(day, date) and day > (today or datetime.now(UTC).date()) + TOLERANCE:
        return build_problem("impossible date", "%(text)s is in the future.", text=shorten_value(text))
    return day


@lru_cache(maxsize=65536)
def _parse_day(text: str, order: str, formats: tuple[str, ...], language: str) -> date | Problem:
    folded_text = fold(text)
    for spelling in (text, folded_text):
        for date_format in formats:
            with suppress(ValueError):
                day = datetime.strptime(spelling, date_format).date()  # noqa: DTZ007  # the day as it is written
                return _build_date(day.year, day.month, day.day, text)
    if match := _ISO_PATTERN.fullmatch(folded_text) or _COMPACT_PATTERN.fullmatch(folded_text):
        return _build_date(match[1], match[2], match[3], text)
    if (match := _PLAIN_PATTERN.fullmatch(folded_text)) and (
        month := find_month(match[1] or match[4], language)
    ):
        return _build_date(match[5], month, match[2] or match[3], text)
    if match := _EPOCH_PATTERN.fullmatch(folded_text):
        return datetime.fromtimestamp(int(match[1]) / (1000 if len(match[1]) > 10 else 1), UTC).date()
    if match := _SHORT_YEAR.fullmatch(folded_text):
        return _parse_short_year(match, order, text)
    if (match := _SHORT_YEAR_IN_WORDS.fullmatch(folded_text)) and (month := find_month(match[2], language)):
        first_number, last_number = match[1], match[3]
        return (
            _complete_year(first_number, month, last_number, text)
            if order == "ymd"
            else _complete_year(last_number, month, first_number, text)
        )
    return _choose_day(list(_iterate_days(folded_text, order, language, text)), folded_text, text, language)


def _iterate_days(folded_text: str, order: str, language: str, text: str) -> Iterator[NamedDay]:
    """Yield every date in a text."""
    for pattern, (year, month, day) in _DIGIT_PATTERNS:
        for match in pattern.finditer(folded_text):
            yield NamedDay(
                match.start(), match.end(), _build_date(match[year], match[month], match[day], text)
            )
    for match in _YEAR_LAST.finditer(folded_text):
        yield NamedDay(match.start(), match.end(), _parse_year_last(match, order, language, text))
    for start, end, numbers in find_days(folded_text, language):
        day_found = _build_date(*numbers, text) if numbers else _refuse_several(text)
        yield NamedDay(start, end, day_found)


def _choose_day(named_days: list[NamedDay], folded_text: str, text: str, language: str) -> date | Problem:
    """Return the only date in a text or, if there are several, the date marked as the publication date."""
    if len({day.value for day in named_days}) > 1:
        named_days.sort()
        preceding_texts = [
            folded_text[previous_day.end if previous_day else 0 : named_day.start]
            for previous_day, named_day in zip([None, *named_days], named_days, strict=False)
        ]
        original_days = [
            named_day
            for named_day, words in zip(named_days, preceding_texts, strict=True)
            if not marks_update(words)
        ]
        published_days = [
            named_day
            for named_day, words in zip(named_days, preceding_texts, strict=True)
            if marks_publication(words)
        ]
        named_days = next(
            (
                candidates
                for candidates in (original_days, published_days)
                if len({named_day.value for named_day in candidates}) == 1
            ),
            named_days,
        )
    days = {named_day.value for named_day in named_days}
    if len(days) > 1:
        return _refuse_several(text)
    if days:
        return days.pop()
    if is_incomplete(folded_text, language):
        return build_problem(
            "incomplete date",
            "%(text)s lacks the day or the year, so no date is stored.",
            text=shorten_value(text),
        )
    return build_problem(
        "not a date", "%(text)s was not recognised as a date; give its format.", text=shorten_value(text)
    )


def _parse_year_last(match: re.Match[str], order: str, language: str, text: str) -> date | Problem:
    first_number, second_number, year = int(match[1]), int(match[3]), int(match[4])
    if order in ("dmy", "mdy"):
        day, month = (first_number, second_number) if order == "dmy" else (second_number, first_number)
        return _build_date(year, month, day, text)
    if first_number == second_number or (second_number > 12 >= first_number):
        return _build_date(year, first_number, second_number, text)
    if first_number > 12 or (match[2] == "." and _is_day_first_with_dots(language)):
        return _build_date(year, second_number, first_number, text)
    return _refuse_ambiguous(
        TranslatableMessage(
            "%(text)s could be %(one)s or %(other)s; give the order of day and month in this file.",
            text=shorten_value(text),
            one=_format_full_date(year, second_number, first_number),
            other=_format_full_date(year, first_number, second_number),
        )
    )


def _parse_short_year(match: re.Match[str], order: str, text: str) -> date | Problem:
    if not order:
        return _refuse_ambiguous(
            TranslatableMessage(
                "%(text)s does not show which number is the year; give the date format of this file.",
                text=shorten_value(text),
            )
        )
    numbers = dict(zip(order, (match[1], match[3], match[4]), strict=True))
    return _complete_year(numbers["y"], numbers["m"], numbers["d"], text)


def _complete_year(year: str, month: int | str, day: str, text: str) -> date | Problem:
    with suppress(ValueError):
        return datetime.strptime(f"{year.zfill(2)}-{month}-{day}", "%y-%m-%d").date()  # noqa: DTZ007  # the day alone
    return _refuse_impossible(text)


def _build_date(year: int | str, month: int | str, day: int | str, text: str) -> date | Problem:
    with suppress(ValueError):
        date_found = date(int(year), int(month), int(day))
        if date_found.year >= FIRST_YEAR:
            return date_found
        return build_problem(
            "impossible date",
            "%(text)s is before %(first_year)s, or in another calendar.",
            text=shorten_value(text),
            first_year=FIRST_YEAR,
        )
    return _refuse_impossible(text)


@lru_cache(maxsize=256)
def _is_day_first_with_dots(language: str) -> bool:
    """Return whether the language writes the day first in dates with dots, as German does: 3.4.2019 (CLDR)."""
    try:
        pattern = Locale.parse(language, sep="-").date_formats["short"].pattern
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return bool(re.match(r"d+\.\s?M", pattern))


def _format_full_date(year: int, month: int, day: int) -> str:
    return f"{day} {date(2000, month, 1):%B} {year}"


def _refuse_several(text: str) -> Problem:
    return _refuse_ambiguous(
        TranslatableMessage(
            "%(text)s contains several dates; give the date format of this file.", text=shorten_value(text)
        )
    )


def _refuse_ambiguous(reason: TranslatableMessage) -> Problem:
    return Problem("ambiguous date", reason)


def _refuse_impossible(text: str) -> Problem:
    return build_problem(
        "impossible date", "%(text)s is a date that does not exist.", text=shorten_value(text)
    )
