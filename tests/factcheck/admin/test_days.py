"""Days as people write them at the desk."""

from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.test import RequestFactory
from django.utils import translation

from factcheck.admin.days import DeskDayField, get_first_weekday, is_day_first

NOVEMBER, APRIL, MARCH = date(2026, 11, 30), date(2026, 4, 3), date(2026, 3, 4)


def read(text: str, *, day_first: bool | None) -> date | None:
    field = DeskDayField()
    field.day_first = day_first
    return field.clean(text)


def test_a_day_is_understood_however_it_is_written() -> None:
    cases = {
        ("30.11.2026", False): NOVEMBER,
        ("30. 11. 2026", True): NOVEMBER,
        ("30/11/2026", False): NOVEMBER,
        ("11/30/2026", True): NOVEMBER,
        ("30 Nov 2026", True): NOVEMBER,
        ("30 November 2026", False): NOVEMBER,
        ("Nov 30, 2026", True): NOVEMBER,
        ("2026-11-30", True): NOVEMBER,
        ("3/4/2026", True): APRIL,
        ("3/4/2026", False): MARCH,
        ("3.4.2026", False): APRIL,
        ("3.4.2026", None): APRIL,
        ("30/11/2026", None): NOVEMBER,
        ("11/30/2026", None): NOVEMBER,
        ("4/4/2026", None): date(2026, 4, 4),
    }
    assert {case: read(case[0], day_first=case[1]) for case in cases} == cases


@pytest.mark.parametrize("text", ["31/31/2026", "never", "30.2.2026", "3/4/2026"])
def test_a_refusal_names_the_forms(text: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        read(text, day_first=None)
    assert refused.value.messages == [
        "Enter a valid date. Write it as 30.11.2026, 30 Nov 2026 or 2026-11-30."
    ]


def test_the_day_is_first_outside_the_united_states() -> None:
    cases = {
        ("en", "en-US,en;q=0.9"): False,
        ("en", "en-GB,en;q=0.9"): True,
        ("en", ""): None,
        ("en", "en"): None,
        ("en", "ha-NG,en-NG;q=0.8"): True,
        ("de", "de-AT"): True,
    }
    found = {}
    for language, accepted in cases:
        with translation.override(language):
            request = RequestFactory().get("/", headers={"accept-language": accepted})
            found[language, accepted] = is_day_first(request)
    assert found == cases


def test_a_persons_choice_takes_precedence_over_the_browsers_language() -> None:
    cases = {
        ("day", "en-US"): (True, 1),
        ("month", "en-GB"): (False, 0),
        ("iso", "en-US"): (None, 1),
        (None, "en-US"): (False, 0),
        (None, "en-GB"): (True, 1),
        (None, "en"): (None, 1),
    }
    found = {}
    for order, accepted in cases:
        request = RequestFactory().get("/", headers={"accept-language": accepted})
        request.user = SimpleNamespace(date_order=order)  # type: ignore[assignment]  # as signed in
        found[order, accepted] = (is_day_first(request), get_first_weekday(request))
    assert found == cases
