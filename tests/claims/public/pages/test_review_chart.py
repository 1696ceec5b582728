"""The chart of fact checks over time: what it counts, and that nothing in it can run off a page."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from claims.ledger.queries.review_timeline import MAX_MONTHS
from claims.models.rating import RatingClass
from claims.public.pages.review_chart import YEAR_LIMIT, build_review_chart

SVG = "{http://www.w3.org/2000/svg}"


def bars(drawing: str) -> list[tuple[str, float, float, float]]:
    """Each part: its class, where it begins from the left and from above, and how high it is."""
    return [
        (
            rect.get("class", ""),
            float(rect.get("x", "")),
            float(rect.get("y", "")),
            float(rect.get("height", "")),
        )
        for rect in etree.fromstring(drawing).iter("rect")
    ]


def test_months_are_drawn_for_short_periods() -> None:
    chart = build_review_chart(
        {("2026-01", "false"): 3, ("2026-03", "false"): 1, ("2026-03", "true"): 1, ("", "true"): 2}
    )
    assert chart.classes == [("true", "True", 3), ("false", "False", 4)]
    assert [(period.name, period.total) for period in chart.periods] == [
        ("January 2026", 3),
        ("February 2026", 0),
        ("March 2026", 2),
    ]
    assert (chart.total, chart.maximum, chart.undated_count, chart.is_monthly) == (7, 3, 2, True)
    assert bars(chart.drawing) == [
        ("class-false", 1, 0, 100),
        ("class-true", 21, 66.67, 33.33),
        ("class-false", 21, 33.33, 33.33),
    ]
    assert chart.rows == [("January 2026", [0, 3], 3), ("March 2026", [1, 1], 2)]


def test_years_are_drawn_for_long_periods() -> None:
    chart = build_review_chart({("2020", "false"): 1, ("2026", "satire"): 2})
    assert [period.name for period in chart.periods] == [str(year) for year in range(2020, 2027)]
    assert not chart.is_monthly


def test_one_false_date_does_not_make_a_line_of_the_rest() -> None:
    chart = build_review_chart({("0201", "false"): 1, ("2026", "false"): 2})
    assert len(chart.periods) == YEAR_LIMIT
    assert chart.periods[-1].name == "2026"
    assert chart.total == 3


def test_it_is_named_and_described() -> None:
    chart = build_review_chart({("2026-01", "false"): 3, ("2026-02", "false"): 1})
    drawing = etree.fromstring(chart.drawing)
    assert (drawing.get("role"), drawing.get("aria-labelledby")) == ("img", "chart-title chart-words")
    assert drawing.findtext("title") == "Fact checks over time, by rating"
    assert (
        drawing.findtext("desc")
        == "From January 2026 to February 2026, 4 fact checks; most in January 2026: 3."
    )


@pytest.mark.parametrize("timeline", [{}, {("", "false"): 4}, {("2026-01", "true"): 9}])
def test_the_drawing_contains_no_numbers(timeline: dict[tuple[str, str], int]) -> None:
    assert build_review_chart(timeline).drawing == ""


def test_the_table_has_each_period_and_its_numbers() -> None:
    chart = build_review_chart({("2020", "false"): 1234, ("2022", "true"): 1})
    assert chart.table_rows == (
        '<tr><th scope="row">2020</th><td>0</td><td>1234</td><td>1234</td></tr>'
        '<tr><th scope="row">2022</th><td>1</td><td>0</td><td>1</td></tr>'
    )


def test_the_table_is_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        chart = build_review_chart({("2026-03", "false"): 1})
        assert chart.table_rows == '<tr><th scope="row">März 2026</th><td>1</td><td>1</td></tr>'
    with translation.override("en"):
        chart = build_review_chart({("2026-03", "false"): 1})
        assert chart.table_rows == '<tr><th scope="row">March 2026</th><td>1</td><td>1</td></tr>'


years = st.integers(1000, 2100).map(str)
months = st.integers(0, MAX_MONTHS - 1).map(lambda number: f"{2025 + number // 12}-{number % 12 + 1:02}")


def timelines(periods: st.SearchStrategy[str]) -> st.SearchStrategy[dict[tuple[str, str], int]]:
    return st.dictionaries(
        st.tuples(periods | st.just(""), st.sampled_from(RatingClass.values)),
        st.integers(1, 10**6),
        max_size=30,
    )


@given(timelines(years) | timelines(months))
def test_bars_stay_inside_and_no_number_is_lost(timeline: dict[tuple[str, str], int]) -> None:
    chart = build_review_chart(timeline)
    assert chart.total == sum(timeline.values())
    assert len(chart.periods) <= max(MAX_MONTHS, YEAR_LIMIT)
    if chart.drawing:
        for _name, x, y, height in bars(chart.drawing):
            assert 0 <= x <= len(chart.periods) * 10 - 8
            assert y >= -0.02
            assert y + height <= 100.02
