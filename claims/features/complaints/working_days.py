"""The deadline of a complaint, in working days of the newsroom's country and time zone."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from holidays import HolidayBase, country_holidays


def get_newsroom_day(moment: datetime) -> date:
    """Return the newsroom's date at this moment."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def get_today() -> date:
    return get_newsroom_day(timezone.now())


def find_due_day(moment: datetime, days: int) -> date:
    """Return the date that is this many working days after the day of a moment."""
    begin = get_newsroom_day(moment)
    # Holidays and weekends never take up nine days in ten, and an extra year does no harm.
    due: date = _get_calendar(begin.year, begin.year + 1 + days // 30).get_nth_working_day(begin, days)
    return due


def count_days_between(begin: datetime, end: datetime) -> int:
    """Return the number of working days between two moments: 0 on the same day."""
    return count_days_after(get_newsroom_day(begin), get_newsroom_day(end))


def count_days_after(first: date, last: date) -> int:
    """Return the number of working days after `first` up to and including `last`; negative if `last` is earlier."""
    if last < first:
        return -count_days_after(last, first)
    if last == first:
        return 0
    day_count: int = _get_calendar(first.year, last.year).get_working_days_count(first + timedelta(1), last)
    return day_count


def _get_calendar(first: int, last: int) -> HolidayBase:
    return _build_calendar(settings.HOLIDAYS_COUNTRY, settings.HOLIDAYS_SUBDIVISION, first, last)


@lru_cache(maxsize=100)
def _build_calendar(country: str, subdivision: str, first: int, last: int) -> HolidayBase:
    """Build a calendar with all its years, because adding years later is not thread-safe."""
    years = range(first, last + 1)
    if country:
        return country_holidays(country, subdiv=subdivision or None, years=years, expand=False)
    return HolidayBase(years=years, expand=False)
