"""Keyset pagination: a page starts after a row, so that page 100,000 is as fast as the first.

A cursor contains the sort key of a row, which is no secret. The cursor is validated but not signed, so it stays valid
for as long as the ordering exists, even if secret keys or servers change. Rows that are added or removed between two
requests do not move other rows to another page.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, Generic, TypeVar

from django.db.models import F, FloatField, Func, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext

from factcheck.api.query_values import MAX_ID, InvalidValue
from factcheck.database.cached_sql import Parts, Slot, Statement, Template

PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 200

#: The name of the query parameter that chooses an order.
ORDERING_PARAMETER = "ordering"

Row = TypeVar("Row")
AnyValue = TypeVar("AnyValue", bound=Model)


@dataclass(frozen=True)
class Key:
    """A sort key, which is never NULL, and its form in a cursor."""

    expression: Combinable
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    sql_type: str


@dataclass(frozen=True)
class Ordering:
    """A total order: its last key is unique."""

    name: str
    keys: tuple[Key, ...]
    descending: bool
    #: The list whose order it is: others may have an order of the same name.
    list_name: str = ""


def build_both_orderings(name: str, *keys: Key) -> tuple[Ordering, Ordering]:
    """Return the descending and the ascending order by these keys."""
    return Ordering(f"-{name}", keys, descending=True), Ordering(name, keys, descending=False)


@dataclass(frozen=True)
class Position:
    """A position between two rows: after the row with this key or, if `backwards`, before it."""

    key: tuple[Any, ...]
    backwards: bool = False


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """A page of a list, with the cursors of the next and previous pages; "" if there is no such page."""

    rows: list[Row]
    next: str
    previous: str


def read_template_page(
    template: Template, columns: Sequence[str], *, ordering: Ordering, size: int, cursor: str
) -> KeysetPage[tuple[Any, ...]]:
    """Return a page of these columns, read with one query; values of type `text` are UTF-8 bytes."""

    def fetch(start: Position | None, limit: int) -> list[tuple[Any, ...]]:
        side = None if start is None else start.backwards
        values = {**template.values, **_build_slot_values(start)} if start else template.values
        statement = _build_statement(template, tuple(columns), ordering, side, limit)
        return statement.fetch(values, prepare=template.has_one_plan)

    return _build_page(fetch, lambda row: row[len(columns) :], ordering=ordering, size=size, cursor=cursor)


@lru_cache(maxsize=1000)
def _build_statement(
    template: Template, columns: tuple[str, ...], ordering: Ordering, backwards: bool | None, limit: int
) -> Statement:
    start = (
        None
        if backwards is None
        else Position(
            tuple(Slot(f"cursor_{number}", key.sql_type) for number, key in enumerate(ordering.keys)),
            backwards=backwards,
        )
    )
    names = _list_key_names(ordering)
    if template.parts and not backwards:
        first, others = (_seek_from(rows, ordering, start) for rows in template.parts(template.rows()))
        columns = (*columns, *names)
        return Statement.from_parts(
            first, others, columns, sorted_by=names, descending=ordering.descending, limit=limit
        )
    rows = _seek_from(template.rows(), ordering, start)[:limit]
    # Without filters, the index of the order leads straight to the rows of the page. If few rows match, they are
    # read and sorted, without the texts of the others.
    if not template.values or template.has_one_plan:
        return Statement.from_rows(rows.values_list(*columns, *names))
    descending = ordering.descending ^ bool(backwards)
    return Statement.build_late_fetch(
        rows, [*columns, *names], sorted_by=names, descending=descending, target_table=template.target_table
    )


def _build_slot_values(start: Position) -> dict[str, Any]:
    return {f"cursor_{number}": value for number, value in enumerate(start.key)}


def read_values_page(
    queryset: QuerySet[Any],
    columns: Sequence[str],
    *,
    ordering: Ordering,
    size: int,
    cursor: str,
    parts: Parts | None = None,
) -> KeysetPage[tuple[Any, ...]]:
    """Return a page of these columns. If `parts` splits the rows, the second part is queried only to fill the page."""
    names = _list_key_names(ordering)
    return _build_page(
        lambda start, limit: _fetch_rows(
            queryset, ordering, start, limit, parts, lambda rows: rows.values_list(*columns, *names)
        ),
        lambda row: row[len(columns) :],
        ordering=ordering,
        size=size,
        cursor=cursor,
    )


def read_rows_page(
    queryset: QuerySet[AnyValue],
    *,
    ordering: Ordering,
    size: int,
    cursor: str,
    parts: Parts | None = None,
) -> KeysetPage[AnyValue]:
    """Return a page of whole rows, read like `read_values_page`."""
    names = _list_key_names(ordering)
    return _build_page(
        lambda start, limit: _fetch_rows(queryset, ordering, start, limit, parts, lambda rows: rows),
        lambda row: tuple(getattr(row, name) for name in names),
        ordering=ordering,
        size=size,
        cursor=cursor,
    )


def _build_page(
    fetch: Callable[[Position | None, int], list[Any]],
    get_key: Callable[[Any], tuple[Any, ...]],
    *,
    ordering: Ordering,
    size: int,
    cursor: str,
) -> KeysetPage[Any]:
    start = decode_cursor(cursor, ordering) if cursor else None
    backwards = start is not None and start.backwards
    # One row more than requested shows whether there is another page in that direction.
    rows = fetch(start, size + 1)
    has_more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return KeysetPage([], "", "")
    has_next, has_previous = (True, has_more) if backwards else (has_more, start is not None)
    return KeysetPage(
        rows,
        next=encode_cursor(Position(get_key(rows[-1])), ordering) if has_next else "",
        previous=encode_cursor(Position(get_key(rows[0]), backwards=True), ordering) if has_previous else "",
    )


def _fetch_rows(
    queryset: QuerySet[Any],
    ordering: Ordering,
    start: Position | None,
    limit: int,
    parts: Parts | None,
    choose: Callable[[QuerySet[Any]], Any],
) -> list[Any]:
    is_forwards = start is None or not start.backwards
    fetched_rows: list[Any] = []
    for rows in parts(queryset) if parts and is_forwards else (queryset,):
        if len(fetched_rows) < limit:
            fetched_rows += choose(_seek_from(rows, ordering, start)[: limit - len(fetched_rows)])
    return fetched_rows


def _seek_from(queryset: QuerySet[Any], ordering: Ordering, start: Position | None) -> QuerySet[Any]:
    """Return the rows from a position on, sorted in the direction of reading."""
    names = _list_key_names(ordering)
    expressions = [key.expression for key in ordering.keys]
    queryset = queryset.annotate(**dict(zip(names, expressions, strict=True)))
    descending = ordering.descending
    if start is not None:
        descending ^= start.backwards
        parts = (part if isinstance(part, Slot) else Value(part) for part in start.key)
        # The comparison of whole rows is what PostgreSQL turns into one descent of the index.
        condition = (LessThan if descending else GreaterThan)(
            RowConstructor(*expressions), RowConstructor(*parts)
        )
        queryset = queryset.filter(condition)
    return queryset.order_by(*(F(name).desc() if descending else F(name).asc() for name in names))


def _list_key_names(ordering: Ordering) -> list[str]:
    return [f"cursor_{number}" for number in range(len(ordering.keys))]


class RowConstructor(Func):
    """SQL's row constructor `(a, b)`, which compares several values from left to right."""

    function = "ROW"
    output_field = FloatField()  # any value: it is only compared with others like it


# Cursors --------------------------------------------------------------------------------------------------------------


def encode_cursor(position: Position, ordering: Ordering) -> str:
    parts = [key.encode(value) for key, value in zip(ordering.keys, position.key, strict=True)]
    direction = "before" if position.backwards else "after"
    text = json.dumps([ordering.list_name, ordering.name, direction, *parts], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, ordering: Ordering) -> Position:
    """Return the position stored in a cursor.

    Raises:
        InvalidValue: the cursor is invalid, or belongs to another list or ordering.
    """
    refusal = InvalidValue(
        gettext("this is not a cursor of this list; copy the cursor unchanged from `next` or `previous`.")
    )
    try:
        list_name, name, direction, *parts = json.loads(
            urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        )
        if list_name != ordering.list_name:
            raise refusal
        if name != ordering.name:
            raise InvalidValue(
                gettext(
                    "the cursor belongs to a different order from `%(ordering)s`; start again at the first page."
                )
                % {"ordering": ordering.name}
            )
        if direction not in ("before", "after"):
            raise refusal
        key = tuple(key.decode(part) for key, part in zip(ordering.keys, parts, strict=True))
    except InvalidValue:
        raise
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise refusal from None
    return Position(key, backwards=direction == "before")


def _return_unchanged(value: Any) -> Any:
    return value


def _parse_integer(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_ID:
        raise ValueError
    return value


def _parse_float(value: Any) -> float:
    if type(value) is not float or not isfinite(value):
        raise ValueError
    return value


def _parse_text(value: Any) -> str:
    if type(value) is not str or "\0" in value:
        raise ValueError
    value.encode()  # refuses lone surrogates, which PostgreSQL does not know
    return value


def _parse_moment(value: Any) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def make_id_key(field: str) -> Key:
    return Key(F(field), _return_unchanged, _parse_integer, "bigint")


def make_text_key(field: str) -> Key:
    return Key(F(field), _return_unchanged, _parse_text, "text")


def make_moment_key(field: str) -> Key:
    return Key(F(field), datetime.isoformat, _parse_moment, "timestamptz")


def make_day_key(expression: Combinable) -> Key:
    return Key(expression, date.isoformat, date.fromisoformat, "date")


def make_rank_key(field: str) -> Key:
    """Return the sort key for relevance. PostgreSQL's single-precision ranks must be stored in JSON as doubles."""
    return Key(Cast(field, FloatField()), _return_unchanged, _parse_float, "double precision")
