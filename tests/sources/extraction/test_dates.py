"""A day is read where there is one day to read."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sources.extraction.dates import find_date_in_address, read_date
from tests.helpers.sweeps import sweep

DAY = date(2019, 1, 8)


@sweep(
    ("text", "language"),
    [
        ("2019-01-08", ""),
        ("2019-01-08T00:30:00+09:00", ""),
        ("2019-01-08 23:59", ""),
        ("20190108", ""),
        ("20190108T1030", ""),
        ("2019/1/8", ""),
        ("2019.01.08", ""),
        ("Tue, 08 Jan 2019 10:00:00 GMT", ""),
        ("8 January 2019", ""),
        ("Tuesday, Jan. 8, 2019", ""),
        ("8th of January 2019", ""),
        ("8. Januar 2019", "de"),
        ("8 de enero de 2019", "es"),
        ("8 janvier 2019", "fr"),
        ("8 января 2019", "ru"),
        ("8 يناير 2019", "ar"),
        ("٨ يناير ٢٠١٩", "ar"),
        ("8 जनवरी 2019", "hi"),
        ("2019年1月8日", "ja"),
        ("2019년 1월 8일", "ko"),
    ],
)
def test_one_day(text: str, language: str) -> None:
    assert read_date(text, language=language) == DAY


@sweep(
    ("text", "day"),
    [
        ("25/12/2018", date(2018, 12, 25)),
        ("12/25/2018", date(2018, 12, 25)),
        ("25.12.2018", date(2018, 12, 25)),
        ("04/04/2019", date(2019, 4, 4)),
    ],
)
def test_numbers_with_one_reading(text: str, day: date) -> None:
    assert read_date(text) == day


@sweep(
    "text",
    [
        "",
        "03/04/2019",
        "3.4.2019",
        "03-04-2019",
        "13/13/2019",
        "03/04/19",
        "8 January",
        "January 2019",
        "2019",
        "2019-13-01",
        "2019-02-30",
        "0001-01-01",
        "3212-01-01",
        "1.2.3.4",
        "8 Januar 2019 Januar",
        "yesterday",
    ],
)
def test_no_day(text: str) -> None:
    assert read_date(text, language="fr") is None


@given(st.dates(date(1500, 1, 1), date(2100, 12, 31)))
def test_a_date_is_read_as_written(day: date) -> None:
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day:%A}, {day.day} {day:%B} {day.year}") == day
    assert read_date(f"{day:%b} {day.day}, {day.year}") == day


@given(st.text(max_size=40), st.text(max_size=5))
def test_any_text_has_a_day_or_none(text: str, language: str) -> None:
    found = read_date(text, language=language)
    assert found is None or 1500 <= found.year <= 2100


@sweep(
    ("url", "day"),
    [
        ("https://gazette.example/2019/01/08/harbour", DAY),
        ("https://gazette.example/news/2019-01-08/harbour", DAY),
        ("https://gazette.example/2019/01/harbour", None),
        ("https://gazette.example/2019/13/08/harbour", None),
        ("https://gazette.example/?d=/2019/01/08/", None),
        ("https://gazette.example/120190108", None),
        ("", None),
    ],
)
def test_in_an_address(url: str, day: date | None) -> None:
    assert find_date_in_address(url) == day
