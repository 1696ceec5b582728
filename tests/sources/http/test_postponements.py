"""For how long a server asks to be left alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sources.http.postponements import MAX_POSTPONEMENT, parse_retry_after
from tests.helpers.sweeps import sweep

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@sweep(
    ("header", "wait"),
    [
        ("90", timedelta(seconds=90)),
        ("Fri, 01 May 2026 14:00:00 GMT", timedelta(hours=2)),
        ("Fri, 01 May 2026 10:00:00 GMT", timedelta()),
        ("Fri, 01 May 2099 10:00:00 GMT", MAX_POSTPONEMENT),
        ("9" * 5000, MAX_POSTPONEMENT),
        ("soon", timedelta()),
        ("Fri, 01 May 99999999999999999999 10:00:00 GMT", timedelta()),
        ("Fri, 01 May 2026 14:00:00 +99999999999999999999", timedelta()),
        ("", timedelta()),
    ],
)
def test_seconds_or_a_date(header: str, wait: timedelta) -> None:
    assert parse_retry_after(header, NOW) == wait


@given(header=st.text())
def test_no_header_breaks_it(header: str) -> None:
    assert timedelta() <= parse_retry_after(header, NOW) <= MAX_POSTPONEMENT
