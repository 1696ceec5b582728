"""Days and numbers as readers of each language write them, where Django does it otherwise."""

from datetime import date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format, number_format

from tests.helpers.sweeps import sweep

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    "code, words",
    [("ar", "27 نوفمبر 2026"), ("de", "27. November 2026"), ("ko", "2026년 11월 27일")],
)
def test_day_in_words(code: str, words: str) -> None:
    with translation.override(code):
        assert date_format(DAY, "DATE_FORMAT") == words


def test_arabic_moment_has_the_day_before_the_month_and_a_number_its_point() -> None:
    with translation.override("ar"):
        short = date_format(datetime(2026, 11, 27, 6, 0), "SHORT_DATETIME_FORMAT")  # noqa: DTZ001  no zone is shown
        assert short.replace("\u200f", "") == "27/11/2026 06:00"
        assert date_format(datetime(2026, 11, 27, 18, 5), "DATETIME_FORMAT") == "27 نوفمبر 2026 18:05"  # noqa: DTZ001
        assert number_format(0.4) == "0.4"


@sweep("code, between", [("en", ", "), ("de", ", "), ("ar", "، "), ("ko", ", ")])
def test_comma_between_two_facts_is_the_language_s_own(code: str, between: str) -> None:
    with translation.override(code):
        assert Template("{% load reader %}a{% comma %}b").render(Context()) == f"a{between}b"


@pytest.mark.parametrize(
    "code, names", [("en", "German, German"), ("de", "Deutsch, Deutsch"), ("fr", "allemand, Allemand")]
)
def test_names_of_languages_are_lower_case_in_sentences_where_usual(code: str, names: str) -> None:
    told = Template("{% load reader %}{{ tag|language_in_sentence }}, {{ tags|language_names|join:'' }}")
    with translation.override(code):
        assert told.render(Context({"tag": "de", "tags": ["de"]})) == names


@pytest.mark.parametrize(
    "code, words",
    [("pt", "27 de novembro de 2026"), ("es", "27 de noviembre de 2026"), ("de", "27. November 2026")],
)
def test_months_are_capitalised_only_where_usual(code: str, words: str) -> None:
    with translation.override(code):
        shown = Template("{% load reader %}{{ day|day }}").render(Context({"day": DAY}))
    assert shown == f'<time datetime="2026-11-27">{words}</time>'


@pytest.mark.parametrize("code, names", [("en", "Norway, XX"), ("es", "Noruega, XX"), ("ar", "النرويج, XX")])
def test_countries_are_named_in_the_language_of_the_page(code: str, names: str) -> None:
    with translation.override(code):
        assert (
            Template("{% load reader %}{{ 'NO'|country_name }}, {{ 'XX'|country_name }}").render(Context())
            == names
        )
