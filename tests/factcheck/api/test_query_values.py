"""Single values of query strings: accepted and refused ones."""

import contextlib
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.api.query_values import (
    MAX_ID,
    Country,
    DayValue,
    IdOrName,
    InvalidValue,
    Keyword,
    LanguageRange,
    Moment,
    Reader,
    Slug,
    WholeNumber,
    Words,
)
from tests.helpers.sweeps import sweep

READERS: list[Reader] = [
    WholeNumber(),
    WholeNumber(1, 200),
    Keyword(("true", "false")),
    Words(),
    DayValue(),
    Moment(),
    Moment(end_of_day=True),
    LanguageRange(),
    Country(),
    Slug(),
    IdOrName("slug", Slug()),
]


@sweep(
    "reader, text, value",
    [
        (WholeNumber(), "1", 1),
        (WholeNumber(), "007", 7),
        (WholeNumber(), str(MAX_ID), MAX_ID),
        (Keyword(("true", "false")), "false", "false"),
        (Words(), " two words ", " two words "),
        (DayValue(), "2024-02-29", date(2024, 2, 29)),
        (Moment(), "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        (Moment(end_of_day=True), "2026-05-01", datetime.combine(date(2026, 5, 1), time.max, UTC)),
        (Moment(end_of_day=True), "9999-12-31", datetime.combine(date.max, time.max, UTC)),
        (Moment(), "2026-05-01T12:00:00Z", datetime(2026, 5, 1, 12, tzinfo=UTC)),
        (Moment(), "2026-05-01t14:00:00+02:00", datetime(2026, 5, 1, 12, tzinfo=UTC)),
        (Moment(), "2026-05-01T14:00:00 02:00", datetime(2026, 5, 1, 12, tzinfo=UTC)),
        (Moment(), "2026-05-01T12:00:00.250-00:30", datetime(2026, 5, 1, 12, 30, 0, 250_000, tzinfo=UTC)),
        (Moment(), "0001-01-01T00:00:00+12:00", datetime(1, 1, 1, tzinfo=UTC)),
        (Moment(), "9999-12-31T23:59:59-12:00", datetime.combine(date.max, time.max, UTC)),
        (LanguageRange(), "pt-BR", "pt-br"),
        (Country(), "de", "DE"),
        (Slug(), "korean-peninsula", "korean-peninsula"),
        (IdOrName("slug", Slug()), "12", 12),
        (IdOrName("slug", Slug()), "korea", "korea"),
        (IdOrName("slug", Slug()), "12-monkeys", "12-monkeys"),
        (IdOrName("slug", Slug()), "-", "-"),
    ],
)
def test_value_is_read(reader: Reader, text: str, value: Any) -> None:
    assert reader(text) == value


@sweep(
    "reader, text, reason",
    [
        (WholeNumber(), "0", f"give a whole number from 1 to {MAX_ID}."),
        (WholeNumber(), "-1", f"give a whole number from 1 to {MAX_ID}."),
        (WholeNumber(), str(MAX_ID + 1), f"give a whole number from 1 to {MAX_ID}."),
        (WholeNumber(), "9" * 5000, f"give a whole number from 1 to {MAX_ID}."),
        (WholeNumber(1, 200), "1.5", "give a whole number from 1 to 200."),
        (WholeNumber(1, 200), "٣", "give a whole number from 1 to 200."),
        (Keyword(("true", "false")), "flase", "give one of true, false. Did you mean false?"),
        (Words(), "a\0b", "the value must not contain a NUL character."),
        (Words(maximum=3), "four", "it has 4 characters; the limit is 3."),
        (DayValue(), "2023-02-29", "give a date such as 2026-05-01."),
        (DayValue(), "20230201", "give a date such as 2026-05-01."),
        (DayValue(), "01/02/2023", "give a date such as 2026-05-01."),
        (LanguageRange(), "english please", "give a language tag such as en, pt-BR or ko."),
        (Country(), "DEU", "give a country code of two letters such as DE."),
        (
            Slug(),
            "two words",
            "use only letters, digits, hyphens and underscores; a number alone is not allowed.",
        ),
        (IdOrName("slug", Slug()), "two words", "give an id or a slug."),
        (IdOrName("slug", Slug()), "0", "give an id or a slug."),
        (IdOrName("slug", Slug()), "-5", "give an id or a slug."),
        (IdOrName("slug", Slug()), str(MAX_ID + 1), "give an id or a slug."),
    ],
)
def test_a_refused_value_lists_the_allowed_ones(reader: Reader, text: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        reader(text)
    assert str(refusal.value) == reason


@sweep("text", ["2026-05-01T12:00:00", "2026-05-01T25:00Z", "2026-02-30", "May"])
def test_moment_without_zone_or_off_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        Moment()(text)


@given(st.sampled_from(READERS), st.text())
def test_every_value_is_read_or_refused(reader: Reader, text: str) -> None:
    with contextlib.suppress(InvalidValue):
        reader(text)
