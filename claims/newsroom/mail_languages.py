"""The language and time zone of a person's emails."""

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone, translation

from claims.models import MailSchedule


@contextmanager
def override_language_for(person: User, *, fallback: str = "") -> Iterator[None]:
    """Activate the person's language and time zone, if they have chosen them.

    Args:
        fallback: the language for people who have chosen none; by default, the newsroom's.
    """
    schedule = MailSchedule.objects.filter(person=person).first()
    language = (schedule.language if schedule else "") or fallback or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(get_time_zone(schedule)):
        yield


def get_time_zone(schedule: MailSchedule | None) -> ZoneInfo:
    """Return the person's time zone, or the newsroom's if the person's is unknown or no longer valid."""
    try:
        return ZoneInfo(schedule.time_zone if schedule and schedule.time_zone else settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)
