"""Read dates as people write them: 30.11.2026, 30/11/2026 (day first outside the US), 30 Nov 2026, 2026-11-30."""

import re
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header

_NUMERIC_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_NAMED_MONTH_FORMATS = ["%d %b %Y", "%d %B %Y", "%d. %b %Y", "%d. %B %Y", "%b %d, %Y", "%B %d, %Y"]
#: How forms write dates for people who have chosen an order.
_WRITTEN_FORMATS = {"day": "%d/%m/%Y", "month": "%m/%d/%Y", "iso": "%Y-%m-%d"}


def is_day_first(request: HttpRequest) -> bool | None:
    """Return whether the person writes the day first, according to their setting or else their language.

    Returns None for people whose setting is dates like 2026-11-30, and for English without a region.
    """
    if order := _get_chosen_order(request):
        return None if order == "iso" else order == "day"
    if not (get_language() or "en").startswith("en"):
        return True
    accepted_languages = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    tag = next((tag for tag, _weight in accepted_languages if tag.startswith("en")), "en")
    return None if tag == "en" else tag != "en-us"


def _get_chosen_order(request: HttpRequest) -> str:
    """Return the date order that `SignInBackend` loaded with the person; "" if none was chosen."""
    return getattr(getattr(request, "user", None), "date_order", None) or ""


def get_first_weekday(request: HttpRequest) -> int:
    """Return the first day of the person's week: 0 for Sunday, as in the US, or 1 for Monday."""
    return 0 if is_day_first(request) is False else int(get_format("FIRST_DAY_OF_WEEK"))


def parse_day(text: str, *, day_first: bool | None) -> date | None:
    """Parse a date of three numbers, or return None. In dates with full stops, the day is always first.

    Args:
        day_first: whether the day comes before the month; None if unknown, so that ambiguous dates are rejected.
    """
    match = _NUMERIC_DATE.fullmatch(text.replace(" ", ""))
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if day_first is None and match[2] != "." and first != second and max(first, second) <= 12:
        return None
    starts_with_day = match[2] == "." or first > 12 or (day_first and second <= 12)
    day, month = (first, second) if starts_with_day else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


class DeskDayField(forms.DateField):
    """A date field that accepts dates as people write them; its error message lists the accepted forms."""

    default_error_messages = {
        "invalid": gettext_lazy("Enter a valid date. Write it as 30.11.2026, 30 Nov 2026 or 2026-11-30.")
    }
    day_first: bool | None = None

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and _NUMERIC_DATE.fullmatch(value.replace(" ", "")):
            if day := parse_day(value.strip(), day_first=self.day_first):
                return day
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return super().to_python(value)
        except forms.ValidationError:
            return forms.DateField(
                input_formats=_NAMED_MONTH_FORMATS, error_messages=self.error_messages
            ).to_python(value.strip())


class DayFields:
    """Mixin for pages and inlines whose date fields are `DeskDayField`."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateField) and not isinstance(db_field, models.DateTimeField):
            kwargs.setdefault("form_class", DeskDayField)
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # the admin's
        if isinstance(field, DeskDayField):
            field.day_first = is_day_first(request)
            attributes = field.widget.attrs
            attributes["data-day-first"] = str(field.day_first).lower()
            attributes["data-first-weekday"] = str(get_first_weekday(request))
            if chosen_format := _WRITTEN_FORMATS.get(_get_chosen_order(request)):
                field.widget.format = attributes["data-date-format"] = chosen_format
        return field
