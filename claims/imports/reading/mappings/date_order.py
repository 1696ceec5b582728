"""The order of day and month in a file: detect it from the dates, and rewrite them."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from claims.imports.reading.mappings.mapping import Dates

#: Day, month and year as digits, the year last and in full.
_DIGITS_PATTERN = re.compile(r"(?<![\d.,/-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")


def detect_date_order(values: Iterable[object]) -> dict[str, str]:
    """Map separators to "dmy" or "mdy", if a date proves this order and none proves the opposite.

    25/12/2019 proves that days come first, 12/25/2019 that months do; 03/04/2019 proves nothing. A file with both
    orders was combined from several, so its ambiguous dates stay ambiguous. A day that exists in neither order
    (31/02/2020) proves nothing, and dates with dots prove nothing about dates with slashes.
    """
    proved_orders: dict[str, set[str]] = {}
    for value in values:
        if isinstance(value, str):
            for match in _DIGITS_PATTERN.finditer(value):
                proved_orders.setdefault(match[2], set()).update(_iterate_proofs(match))
    return {separator: orders.pop() for separator, orders in proved_orders.items() if len(orders) == 1}


def rewrite_date(value: object, dates: Dates) -> object:
    """Return an unambiguous date as YYYY-MM-DD; anything else unchanged."""
    if not isinstance(value, str):
        return value
    for form in dates.formats:
        try:
            return datetime.strptime(value.strip(), form).date().isoformat()  # noqa: DTZ007 — only the day is used
        except ValueError:
            continue
    match = _DIGITS_PATTERN.search(value) if dates.order in {"dmy", "mdy"} else None
    if not match:
        return value
    first, second, year = int(match[1]), int(match[3]), match[4]
    day, month = (first, second) if dates.order == "dmy" else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return value
    return f"{value[: match.start()]}{year}-{month:02}-{day:02}{value[match.end() :]}"


def _iterate_proofs(match: re.Match[str]) -> Iterable[str]:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    dmy, mdy = _is_date(year, second, first), _is_date(year, first, second)
    if dmy != mdy:
        yield "dmy" if dmy else "mdy"


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
