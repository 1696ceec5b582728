"""Dates of digits: which order a file proves, and rewriting those whose order is known."""

import re
from collections.abc import Iterable
from datetime import datetime

from .mapping import Dates

#: Day, month and year as digits, the year last and in full.
_DIGITS = re.compile(r"(?<![\d.,/-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")


def date_order_seen(values: Iterable[object]) -> str | None:
    """ "dmy" or "mdy", where some value can be read in this order only, and none only in the other.

    25/12/2019 proves that days come first, 12/25/2019 that months do, 03/04/2019 nothing. A file with both proves
    nothing either: it was put together from several, and what is ambiguous in it stays so.
    """
    orders = {order for value in values if isinstance(value, str) for order in _proved(value)}
    return orders.pop() if len(orders) == 1 else None


def rewritten(value: object, dates: Dates) -> object:
    """A date that the given formats or order make unambiguous as YYYY-MM-DD; anything else as it stands."""
    if not isinstance(value, str):
        return value
    for form in dates.formats:
        try:
            return datetime.strptime(value.strip(), form).date().isoformat()  # noqa: DTZ007 — only the day is used
        except ValueError:
            continue
    match = _DIGITS.search(value) if dates.order in {"dmy", "mdy"} else None
    if not match:
        return value
    first, second, year = int(match[1]), int(match[3]), match[4]
    day, month = (first, second) if dates.order == "dmy" else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return value
    return f"{value[: match.start()]}{year}-{month:02}-{day:02}{value[match.end() :]}"


def _proved(value: str) -> Iterable[str]:
    for match in _DIGITS.finditer(value):
        first, second = int(match[1]), int(match[3])
        if 12 < first <= 31 and 1 <= second <= 12:
            yield "dmy"
        elif 12 < second <= 31 and 1 <= first <= 12:
            yield "mdy"
