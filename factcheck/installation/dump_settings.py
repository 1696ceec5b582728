"""Settings of dumps: schedule and number kept, from the environment."""

from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import is_schedule, read_number, read_text

DEFAULT_SCHEDULE = "41 2 * * *"


class DumpSettings(NamedTuple):
    """The settings of dumps, in the order of settings.py."""

    schedule: str
    kept: int


def read_dump_settings() -> DumpSettings:
    """Read the variables whose names begin with DUMP."""
    schedule = read_text("DUMP_SCHEDULE", DEFAULT_SCHEDULE, kind="schedule")
    if schedule == "never":
        schedule = ""
    if schedule not in ("", DEFAULT_SCHEDULE) and not is_schedule(schedule):
        raise ImproperlyConfigured(
            f"DUMP_SCHEDULE is {schedule!r}; write it as in a crontab, such as 41 2 * * * for 2:41 each night (UTC),"
            " or never."
        )
    return DumpSettings(schedule, read_number("DUMPS_KEPT", 7, minimum=1, maximum=3650))
