"""The period of a standards report."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

#: No fact-checker existed before this day.
FIRST_DAY = date(1990, 1, 1)


class InvalidPeriod(ValueError):
    """The dates are not a valid period; `str()` explains why."""


@dataclass(frozen=True)
class Period:
    """A period between two dates, both included, in the newsroom's time zone."""

    first_day: date
    last_day: date

    @classmethod
    def between(cls, first_day: date | None, last_day: date | None) -> "Period":
        """Return the period between two dates; by default, it ends today and is a year long.

        Raises:
            InvalidPeriod: the period ends before it begins, or begins in the future.
        """
        today = timezone.localdate()
        last_day = min(last_day or today, today)
        first_day = first_day or max(_find_first_day_of_year(last_day), FIRST_DAY)
        if first_day > last_day:
            raise InvalidPeriod(
                gettext("The period ends on %(last)s, before it begins on %(first)s.")
                % {"last": last_day, "first": first_day}
            )
        if first_day < FIRST_DAY:
            raise InvalidPeriod(
                gettext("The period would begin on %(first)s; nothing was checked before %(year)s.")
                % {"first": first_day, "year": FIRST_DAY.year}
            )
        return cls(first_day, last_day)

    @property
    def start(self) -> datetime:
        """Return the first moment of the period."""
        return timezone.make_aware(datetime.combine(self.first_day, time.min))

    @property
    def end(self) -> datetime:
        """Return the first moment after the period."""
        return timezone.make_aware(datetime.combine(self.last_day + timedelta(days=1), time.min))

    @property
    def weeks(self) -> float:
        return ((self.last_day - self.first_day).days + 1) / 7


def _find_first_day_of_year(day: date) -> date:
    """Return the first day of the one-year period that ends on this day."""
    try:
        day_before = day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        day_before = date(day.year - 1, 2, 28)
    return day_before + timedelta(days=1)
