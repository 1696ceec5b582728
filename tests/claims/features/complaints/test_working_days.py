"""By when complaints are answered."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from claims.features.complaints import working_days


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_a_country_only_weekends_are_free() -> None:
    assert working_days.find_due_day(moment("2026-12-23T10:00"), 7) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("country", "part", "begin", "due"),
    [
        ("DE", "", "2026-12-23T10:00", date(2027, 1, 5)),  # 25 and 26 December, 1 January
        ("DE", "BY", "2026-12-29T10:00", date(2027, 1, 11)),  # 6 January too, in Bavaria
        ("DE", "BE", "2026-12-29T10:00", date(2027, 1, 8)),
        ("SA", "", "2026-06-10T10:00", date(2026, 6, 21)),  # the weekend is Friday and Saturday
        ("GB", "SCT", "2026-12-31T10:00", date(2027, 1, 13)),  # 1 January, 4 January for the 2nd
    ],
)
def test_holidays_of_the_country_are_free(
    country: str, part: str, begin: str, due: date, settings: Any
) -> None:
    settings.HOLIDAYS_COUNTRY, settings.HOLIDAYS_SUBDIVISION = country, part
    assert working_days.find_due_day(moment(begin), 7) == due


def test_the_day_is_that_of_the_newsroom(settings: Any) -> None:
    late = moment("2026-03-02T15:30")  # Monday in London, Tuesday in Tokyo
    assert working_days.find_due_day(late, 7) == date(2026, 3, 11)
    settings.TIME_ZONE = "Asia/Tokyo"
    assert working_days.find_due_day(late, 7) == date(2026, 3, 12)


def test_messages_on_a_free_day_count_from_the_next_working_day() -> None:
    saturday, sunday = moment("2026-03-07T12:00"), moment("2026-03-08T23:00")
    assert working_days.find_due_day(saturday, 1) == working_days.find_due_day(sunday, 1) == date(2026, 3, 9)


def test_days_taken() -> None:
    monday = moment("2026-03-02T09:00")
    assert working_days.count_working_days_between(monday, moment("2026-03-02T18:00")) == 0
    assert working_days.count_working_days_between(monday, moment("2026-03-03T08:00")) == 1
    assert (
        working_days.count_working_days_between(monday, moment("2026-03-08T08:00")) == 4
    )  # a Sunday: Tuesday to Friday
    assert working_days.count_working_days_between(monday, moment("2026-03-11T08:00")) == 7
    assert working_days.count_working_days_after(date(2026, 3, 11), date(2026, 3, 2)) == -7


@pytest.mark.parametrize("days", [1, 7, 60])
@pytest.mark.parametrize("begin", ["2026-12-31T23:59", "2026-02-27T00:00", "2028-02-29T12:00"])
def test_an_answer_on_the_last_day_is_in_time(days: int, begin: str, settings: Any) -> None:
    settings.HOLIDAYS_COUNTRY = "JP"
    due = working_days.find_due_day(moment(begin), days)
    assert working_days.count_working_days_after(working_days.get_newsroom_day(moment(begin)), due) == days
