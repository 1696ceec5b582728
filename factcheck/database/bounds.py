"""Limits on text lengths and dates, shown by forms and the API and enforced by the database.

Absurd values are rejected on entry, such as a statement of two megabytes or a claim from the year 9999.
"""

from datetime import date, timedelta

import pgtrigger
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import Rule

#: Dates of claims, documents and checks. PostgreSQL also accepts days outside our calendars, and infinity.
EARLIEST, LATEST = date(1000, 1, 1), date(2199, 12, 31)
#: How far ahead of today a day may be without being in the future: elsewhere it is tomorrow already, and some pages
#: are dated ahead.
TOLERANCE = timedelta(days=2)


def validate_not_in_future(day: date) -> None:
    """Validate that the day is today or earlier, and not implausibly early.

    Raises:
        ValidationError: the date is not in that range.
    """
    if not is_today_or_earlier(day):
        raise ValidationError(gettext("%(day)s is in the future.") % {"day": day.isoformat()}, "future")
    validate_plausible_day(day)


def is_today_or_earlier(day: date) -> bool:
    return day <= timezone.now().date() + TOLERANCE


def validate_plausible_day(day: date) -> None:
    """Validate that the date is in a plausible range.

    Raises:
        ValidationError: the date is not in that range.
    """
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(
            gettext("%(day)s is out of range. Give a date from %(first)s to %(last)s.")
            % {"day": day.isoformat(), "first": EARLIEST.isoformat(), "last": LATEST.isoformat()},
            "out of sight",
        )


def build_plausible_days_constraint(name: str, *fields: str) -> CheckConstraint:
    """Return the constraint that each of these dates, if known, is in a plausible range."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(
            **{f"{field}__gte": EARLIEST, f"{field}__lte": LATEST}
        )
    return CheckConstraint(
        name=name,
        condition=condition,
        violation_error_message=_("The year must be between 1000 and 2199."),
    )


def build_not_in_future_rule(name: str, *fields: str) -> Rule:
    """Return the rule that none of these dates is in the future. The rule is only checked when rows are written."""
    later = " OR ".join(f'NEW."{field}" > CURRENT_DATE + {TOLERANCE.days}' for field in fields)
    return Rule(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Condition(later),
        func="REJECT 'The day of a claim, publication or review cannot be in the future.';",
    )


def build_length_constraint(name: str, field: str, max_length: int) -> CheckConstraint:
    """Return the constraint on a text's length. People see the error of the field's `max_length` first."""
    return CheckConstraint(
        name=name,
        condition=LessThanOrEqual(Length(field), max_length),
        violation_error_message=format_lazy(
            _("The text is too long. The limit is {most} characters."), most=max_length
        ),
    )
