import calendar
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims.imports.reading.mappings.conventions import NO_CONVENTIONS, Conventions
from claims.imports.reading.values.days import parse_day
from claims.imports.reading.values.problem import Problem
from tests.helpers.sweeps import sweep

TODAY = date(2024, 6, 1)


def day(value, language="", conventions=NO_CONVENTIONS, field="reviewed_on"):
    return parse_day(value, field, conventions, language, today=TODAY)


@pytest.mark.slow
@sweep(
    "value",
    [
        "2019-03-14",
        "2019-3-14",
        " 2019-03-14 ",
        '"2019-03-14"',
        "2019-03-14T23:59:59Z",
        "2019-03-14T23:30:00-08:00",
        "2019-03-14T00:30:00+09:00",
        "2019-03-14 11:09",
        "2019-03-14T11:09:12.123456+0200",
        "20190314",
        "20190314T101112Z",
        20190314,
        "2019/03/14",
        "2019.03.14",
        "2019. 3. 14.",
        "14.03.2019",
        "14/03/2019",
        "03/14/2019",
        "3:55 PM 03/14/2019",
        "03/14/2019 11:13 EDT",
        1552521600,
        "1552521600",
        1552521600.75,
        1552521600000,
        "1552521600000",
        date(2019, 3, 14),
        ["", "2019-03-14"],
        {"@type": "Date", "@value": "2019-03-14"},
        "14 March 2019",
        "March 14, 2019",
        "Mar. 14, 2019",
        "March 14th  2019",
        "March 14th, 2019",
        "14th of March 2019",
        "14th Mar 2019",
        "14-Mar-2019",
        "14-Mar-19",
        "14/MAR/19",
        "14-mär-19, 09:16",
        "MARCH 14, 2019",
        "Thursday, March 14, 2019 at 9:16 p.m.",
        "Thu 14 Mar 2019, 7:11am",
        "Thu, 14 Mar 2019 11:10:20 Z",
        "Thu Mar 14 10:00:00 +0000 2019",
        "Thu Mar 14 10:00:00 EST 2019",
        "9:41 AM, March 14, 2019",
        "Mar 14th 2019, 6:45 PM",
        "Mar 14 2019 7:03 pm",
        "stated on March 14, 2019:",
        "stated on March 14, 2019 in a Facebook post:",
        "stated on March 14, 2019 in the 2016 presidential debate:",
        "['The Gazette, 14 Mar. 2019']",
        "14 مارس 2019",
        "14 مارس، 2019",
        "مارس 14, 2019",
        "١٤ مارس ٢٠١٩",
        "١٤/٠٣/٢٠١٩",
        "14 آذار 2019",
        "۱۴ مارس ۲۰۱۹",
        "2019년 3월 14일",
        "2019년 03월 14일 (목) 10:00",
        "2019年3月14日",
        "2019年03月14日 10時",
        "14 मार्च 2019",
        "१४ मार्च २०१९",
        "১৪ মার্চ ২০১৯",
        "14. März 2019",
        "14 mars 2019",
        "14 de marzo de 2019",
        "14 de março de 2019",
        "14 marzo 2019",
        "14 marca 2019",
        "14 Mart 2019",
        "14 Maret 2019",
        "14 martie 2019",
        "14 марта 2019 г.",
        "14 березня 2019",
        "14 Μαρτίου 2019",
        "14 มีนาคม 2019",
        "ngày 14 tháng 3 năm 2019",
        "2019. március 14.",
        "14 maart 2019",
        "Published 14 March 2019 Updated 2 April 2019",
        "Posted March 14, 2019 Updated July 13",
        "Mar 14 2019 7:03 pm, Last Updated: Mar 15 2019 7:43 pm",
        "Updated 2 April 2019, published 14 March 2019",
        "Veröffentlicht am 14. März 2019, aktualisiert am 2. April 2019",
        "14 March 2019 (14.03.2019)",
    ],
)
def test_one_day_in_many_shapes(value):
    assert day(value) == date(2019, 3, 14)


@sweep(
    "text, expected",
    [
        ("3 كانون الثاني، 2020", date(2020, 1, 3)),
        ("12 تشرين الأول 2019", date(2019, 10, 12)),
        ("5 اغسطس 2020", date(2020, 8, 5)),
        ("5 أوت 2020", date(2020, 8, 5)),
        ("1er août 2020", date(2020, 8, 1)),
        ("1º de maio de 2018", date(2018, 5, 1)),
        ("17 ژانویه 2020", date(2020, 1, 17)),
        ("5 Ağustos 2020", date(2020, 8, 5)),
        ("15 जनवरी 2021", date(2021, 1, 15)),
        ("৫ জানুয়ারি ২০২১", date(2021, 1, 5)),
        ("17 May 2016 10:30", date(2016, 5, 17)),
        ("05/05/2019", date(2019, 5, 5)),
    ],
)
def test_names_of_months_in_their_languages(text, expected):
    assert day(text) == expected


def test_a_word_for_two_months_counts_in_a_known_language_only():
    assert day("13 listopada 2019", "pl") == date(2019, 11, 13)
    assert day("13 listopada 2019", "hr") == date(2019, 10, 13)
    assert day("13 listopada 2019").code == "not a date"


@sweep(
    "value, code",
    [
        ("03/04/2019", "ambiguous date"),
        ("03.04.2019", "ambiguous date"),
        ("3-4-2019", "ambiguous date"),
        ("1:11 PM 03/04/2019", "ambiguous date"),
        ("9/28/18", "ambiguous date"),
        ("18/09/28", "ambiguous date"),
        ("3 May 2019 4 June 2019", "ambiguous date"),
        ("3-5 March 2019", "ambiguous date"),
        ("March 3-5, 2019", "ambiguous date"),
        ("December 2009", "incomplete date"),
        ("September 28", "incomplete date"),
        ("28 September", "incomplete date"),
        ("October 9 at 3:00 AM", "incomplete date"),
        ("2018", "incomplete date"),
        ("2018-05", "incomplete date"),
        ("12:30 May 2018", "incomplete date"),
        ("Covid-19 March 2020", "incomplete date"),
        ("30 February 2019", "impossible date"),
        ("2019-02-30", "impossible date"),
        ("2019-13-01", "impossible date"),
        ("31/31/2019", "impossible date"),
        ("0000-00-00", "impossible date"),
        ("0216-06-08", "impossible date"),
        ("3212-01-01", "impossible date"),
        ("1863-11-19", "impossible date"),
        ("2024-06-04", "impossible date"),
        ("5 กันยายน 2563", "impossible date"),
        ("12 فروردین 1398", "not a date"),
        ("yesterday", "not a date"),
        ("20167-2-20", "not a date"),
        (43466, "not a date"),
        (True, "not a date"),
        ("<", "not a date"),
        ("x" * 400, "not a date"),
    ],
)
def test_values_that_are_not_a_single_day_are_left_out_and_reported(value, code):
    problem = day(value)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert problem.reason.endswith(".")


@sweep("value", [None, "", "  ", "N/A", "null", "Unknown", "-", [], {}, ["", None], float("nan")])
def test_nothing_is_no_problem(value):
    assert day(value) is None


def test_the_reason_names_both_readings():
    assert day("03/04/2019").reason == (
        "“03/04/2019” could be 3 April 2019 or 4 March 2019; give the order of day and month in this file."
    )


def test_tomorrow_may_be_today_elsewhere():
    assert day("2024-06-03") == date(2024, 6, 3)


@sweep(
    "order, text, expected",
    [
        ("dmy", "03/04/2019", date(2019, 4, 3)),
        ("mdy", "03/04/2019", date(2019, 3, 4)),
        ("mdy", "4:26 PM 10/03/2017", date(2017, 10, 3)),
        ("mdy", "9/28/18", date(2018, 9, 28)),
        ("ymd", "18-09-28", date(2018, 9, 28)),
        ("dmy", "2019-03-04", date(2019, 3, 4)),
    ],
)
def test_a_file_may_say_in_which_order_it_writes(order, text, expected):
    assert day(text, conventions=Conventions(date_order={"": order})) == expected
    assert day(text, conventions=Conventions(date_order={"reviewed_on": order})) == expected


def test_an_order_is_kept_to_even_if_the_other_one_would_do():
    assert day("03/14/2019", conventions=Conventions(date_order={"": "dmy"})).code == "impossible date"


def test_an_order_for_one_field_is_not_for_another():
    conventions = Conventions(date_order={"claimed_on": "dmy"})
    assert day("03/04/2019", conventions=conventions).code == "ambiguous date"


def test_a_file_may_name_formats():
    conventions = Conventions(date_formats={"": ("%d|%m|%y", "%Y week %W %w")})
    assert day("28|09|18", conventions=conventions) == date(2018, 9, 28)
    assert day("2018-09-28", conventions=conventions) == date(2018, 9, 28)


def test_dates_with_dots_are_day_first_in_languages_that_write_so():
    assert day("03.04.2019", "de") == date(2019, 4, 3)
    assert day("03.04.2019", "de-AT") == date(2019, 4, 3)
    assert day("03.04.2019", "en").code == "ambiguous date"
    assert day("03/04/2019", "de").code == "ambiguous date"


MONTHS = list(calendar.month_name)[1:]


@settings(deadline=None)  # the first of them loads the names of months
@given(st.dates(date(1900, 1, 1), date(2024, 5, 31)))
@example(date(1970, 1, 1))
def test_every_day_comes_back(one):
    month = MONTHS[one.month - 1]
    for text in (
        one.isoformat(),
        f"{one.isoformat()}T12:00:00+05:30",
        f"{one:%Y/%m/%d}",
        f"{one:%Y%m%d}",
        f"{one.day} {month} {one.year}",
        f"{month[:3]} {one.day}, {one.year}",
        f"stated on {month} {one.day}, {one.year} in a speech:",
        f"{one.year}년 {one.month}월 {one.day}일",
    ):
        assert day(text) == one


@settings(deadline=None)  # the first of them loads the names of months
@given(st.one_of(st.text(max_size=60), st.integers(), st.floats(), st.from_regex(r"\A[0-9٠-٩./ -]{4,14}\Z")))
def test_every_value_is_a_day_within_bounds_or_a_problem(value):
    found = day(value)
    if isinstance(found, date):
        assert date(1900, 1, 1) <= found <= TODAY + timedelta(days=2)
    else:
        assert found is None or isinstance(found, Problem)


def test_two_digits_behind_a_month_are_the_year():
    """As Excel and Oracle write days by default; what cannot be one says so."""
    found = {
        text: parse_day(text, "reviewed_on", Conventions(date_order={"": order}), today=date(2026, 6, 1))
        for text, order in (("5-Apr-18", ""), ("5-Apr-18", "ymd"), ("31-Feb-18", ""), ("1-Dec-26", ""))
    }
    assert found.pop("5-Apr-18") == date(2005, 4, 18)
    assert {text: problem.reason for text, problem in found.items() if isinstance(problem, Problem)} == {
        "31-Feb-18": "“31-Feb-18” is a date that does not exist.",
        "1-Dec-26": "“1-Dec-26” is in the future.",
    }
