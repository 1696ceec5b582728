"""The deadline of a complaint, in working days of the newsroom's country and time zone."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from holidays import HolidayBase, country_holidays


def get_newsroom_day(moment: datetime) -> date:
    """Return the date of this moment in the newsroom's time zone."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def get_today() -> date:
    return get_newsroom_day(timezone.now())


def find_due_day(moment: datetime, days: int) -> date:
    """Return the date that is `days` working days after `moment`, in the newsroom's time zone."""
    start = get_newsroom_day(moment)
    # In every country, more than one day in ten is a working day; an extra year does no harm.
    due_day: date = _get_calendar(start.year, start.year + 1 + days // 30).get_nth_working_day(start, days)
    return due_day


def count_working_days_between(start: datetime, end: datetime) -> int:
    """Return the number of working days between two moments: 0 on the same day."""
    return count_working_days_after(get_newsroom_day(start), get_newsroom_day(end))


def count_working_days_after(first_day: date, last_day: date) -> int:
    """Return the number of working days after `first_day` up to and including `last_day`.

    The number is negative if `last_day` is earlier than `first_day`.
    """
    if last_day < first_day:
        return -count_working_days_after(last_day, first_day)
    if last_day == first_day:
        return 0
    day_count: int = _get_calendar(first_day.year, last_day.year).get_working_days_count(
        first_day + timedelta(1), last_day
    )
    return day_count


def _get_calendar(first_year: int, last_year: int) -> HolidayBase:
    return _build_calendar(settings.HOLIDAYS_COUNTRY, settings.HOLIDAYS_SUBDIVISION, first_year, last_year)


@lru_cache(maxsize=100)
def _build_calendar(country: str, subdivision: str, first_year: int, last_year: int) -> HolidayBase:
    """Build a calendar that already has all these years, because adding years later is not thread-safe."""
    years = range(first_year, last_year + 1)
    if country:
        return country_holidays(country, subdiv=subdivision or None, years=years, expand=False)
    return HolidayBase(years=years, expand=False)
