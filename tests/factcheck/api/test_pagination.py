"""Keyset pages: every row once, in both directions, whatever happens meanwhile."""

import contextlib
import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Topic
from claims.models.ledger_row import build_sortable_day
from factcheck.api.pagination import (
    KeysetPage,
    Ordering,
    Position,
    build_both_orderings,
    decode_cursor,
    encode_cursor,
    make_day_key,
    make_id_key,
    make_moment_key,
    make_rank_key,
    make_text_key,
    read_rows_page,
    read_values_page,
)
from factcheck.api.query_values import InvalidValue
from factcheck.database import bounds
from sources.models import Source
from tests.helpers.sweeps import sweep

BY_NAME = build_both_orderings("name", make_text_key("name"), make_id_key("id"))
BY_DAY = build_both_orderings(
    "published", make_day_key(build_sortable_day("published_on")), make_id_key("id")
)
BY_RANK = Ordering("relevance", (make_rank_key("rank"), make_id_key("id")), descending=True)
BY_MOMENT = build_both_orderings("updated", make_moment_key("published_at"), make_id_key("id"))


def cursor_of(content: Any) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def walk(queryset: Any, ordering: Ordering, size: int, *, follow: str, cursor: str = "") -> list[int]:
    """The ids of all pages from `cursor` on, page by page."""
    found: list[int] = []
    while True:
        page: KeysetPage[Any] = read_rows_page(queryset, ordering=ordering, size=size, cursor=cursor)
        ids = [row.pk for row in page.rows]
        found = found + ids if follow == "next" else ids + found
        cursor = getattr(page, follow)
        if not cursor:
            return found


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("ordering", [*BY_NAME, *BY_DAY], ids=lambda ordering: ordering.name)
def test_pages_show_every_row_once_in_both_directions(ordering: Ordering, size: int) -> None:
    days = [None, date(2026, 1, 2), date(2026, 1, 1), None, date(2026, 1, 2), bounds.EARLIEST, bounds.LATEST]
    for day in days:
        Source.objects.create(title="Same title", published_on=day)
    queryset = Source.objects.annotate(name=F("title"))

    def key(row: Source) -> tuple[Any, ...]:
        return (row.published_on or date.min) if ordering in BY_DAY else row.title, row.pk

    expected = [row.pk for row in sorted(queryset, key=key, reverse=ordering.descending)]
    assert walk(queryset, ordering, size, follow="next") == expected
    before_last = encode_cursor(Position(key(queryset.get(pk=expected[-1])), backwards=True), ordering)
    assert walk(queryset, ordering, size, follow="previous", cursor=before_last) == expected[:-1]


@pytest.mark.django_db
def test_added_and_removed_rows_do_not_shift_others() -> None:
    topics = [Topic.objects.create(name=name, slug=name) for name in "bdfh"]
    ordering = BY_NAME[1]
    first = read_rows_page(Topic.objects.all(), ordering=ordering, size=2, cursor="")
    Topic.objects.create(name="a", slug="a")
    topics[1].delete()
    second = read_rows_page(Topic.objects.all(), ordering=ordering, size=2, cursor=first.next)
    assert [row.name for row in second.rows] == ["f", "h"]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 3])
def test_a_page_is_one_query_without_offset(django_assert_num_queries: Any, size: int) -> None:
    topics = [Topic.objects.create(name=str(number), slug=str(number)) for number in range(5)]
    cursor = encode_cursor(Position(("0", topics[0].pk)), BY_NAME[1])
    with django_assert_num_queries(1) as queries:
        page = read_values_page(Topic.objects.all(), ["slug"], ordering=BY_NAME[1], size=size, cursor=cursor)
    assert [row[0] for row in page.rows] == ["1", "2", "3"][:size]
    sql = queries[0]["sql"]
    assert "OFFSET" not in sql
    assert 'ROW("claims_topic"."name", "claims_topic"."id") > (ROW(' in sql


@pytest.mark.django_db
def test_neighbouring_pages_are_linked_only_if_they_have_rows() -> None:
    for name in "abc":
        Topic.objects.create(name=name, slug=name)
    paging: dict[str, Any] = {"ordering": BY_NAME[1], "size": 2}
    first = read_rows_page(Topic.objects.all(), cursor="", **paging)
    second = read_rows_page(Topic.objects.all(), cursor=first.next, **paging)
    again = read_rows_page(Topic.objects.all(), cursor=second.previous, **paging)
    assert (bool(first.next), first.previous) == (True, "")
    assert (second.next, bool(second.previous)) == ("", True)
    assert (again.rows, bool(again.next), again.previous) == (first.rows, True, "")
    assert read_rows_page(Topic.objects.none(), cursor="", **paging) == KeysetPage([], "", "")


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**63 - 1), st.booleans())
def test_relevance_survives_the_cursor_exactly(rank: float, pk: int, backwards: bool) -> None:
    position = Position((rank, pk), backwards)
    assert decode_cursor(encode_cursor(position, BY_RANK), BY_RANK) == position


@given(st.datetimes(timezones=st.just(UTC)), st.booleans())
def test_moment_survives_the_cursor_exactly(moment: datetime, backwards: bool) -> None:
    position = Position((moment, 5), backwards)
    assert decode_cursor(encode_cursor(position, BY_MOMENT[0]), BY_MOMENT[0]) == position


@sweep(
    "cursor",
    [
        "x",
        "=",
        "é",
        cursor_of(None),
        cursor_of(["", "-published"]),
        cursor_of(["", "-published", "after", "2026-01-01"]),
        cursor_of(["", "-published", "after", "2026-01-01", 1, 2]),
        cursor_of(["", "-published", "sideways", "2026-01-01", 1]),
        cursor_of(["", "-published", "after", "2026-13-01", 1]),
        cursor_of(["", "-published", "after", None, 1]),
        cursor_of(["", "-published", "after", "2026-01-01", -1]),
        cursor_of(["", "-published", "after", "2026-01-01", 2**63]),
        cursor_of(["", "-published", "after", "2026-01-01", True]),
        cursor_of(["", "-published", "after", "2026-01-01", 1.5]),
        urlsafe_b64encode(b"[" * 900).decode(),
    ],
)
def test_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidValue, match="this is not a cursor of this list"):
        decode_cursor(cursor, BY_DAY[0])


@pytest.mark.parametrize("part", ["a\0b", "\ud800", 5])
def test_text_that_the_database_cannot_hold_is_refused(part: Any) -> None:
    with pytest.raises(InvalidValue):
        decode_cursor(cursor_of(["", "name", "after", part, 1]), BY_NAME[1])


@sweep("part", [float("nan"), float("inf"), "0.1", 1])
def test_relevance_that_is_no_finite_number_is_refused(part: Any) -> None:
    with pytest.raises(InvalidValue):
        decode_cursor(cursor_of(["", "relevance", "after", part, 1]), BY_RANK)


def test_a_cursor_of_another_order_is_reported() -> None:
    cursor = encode_cursor(Position((date(2026, 1, 1), 1)), BY_DAY[0])
    with pytest.raises(
        InvalidValue,
        match="the cursor belongs to a different order from `published`; start again at the first page",
    ):
        decode_cursor(cursor, BY_DAY[1])


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(cursor_of))
def test_every_cursor_is_read_or_refused(cursor: str) -> None:
    with contextlib.suppress(InvalidValue):
        decode_cursor(cursor, BY_MOMENT[0])


def test_moments_in_any_zone_are_the_same_place() -> None:
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    there = decode_cursor(cursor_of(["", "-updated", "after", "2026-01-01T14:00:00+02:00", 1]), BY_MOMENT[0])
    assert there.key == (moment, 1)
    assert moment - there.key[0] == timedelta(0)
