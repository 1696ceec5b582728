"""Settings of readers' messages, from the environment: which are accepted, deadlines and retention."""

from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import Rate, read_choice, read_number, read_rate, read_text


class ReaderSettings(NamedTuple):
    """The settings of readers' messages, for settings.py.

    Attributes:
        complaint_clock: the number of working days for complaints, the country, and its region.
        days_kept: how long to keep unconfirmed messages, and contact details of closed ones.
        rate_limit: the limit for one network.
    """

    complaint_clock: tuple[int, str, str]
    days_kept: tuple[int, int]
    rate_limit: Rate | None


def read_reader_settings(*, demo: bool) -> ReaderSettings:
    """Read the variables about readers' complaints and requests.

    Raises:
        ImproperlyConfigured: the calendar is unknown.
    """
    country = read_choice(
        "HOLIDAYS_COUNTRY", "", lambda: set(_list_calendars()), shown_default="none: only weekends are free"
    )
    subdivision = read_text("HOLIDAYS_SUBDIVISION")
    subdivisions = _list_calendars().get(country, []) if subdivision else []
    if subdivision and subdivision not in subdivisions:
        among = f" In {country} there are: {', '.join(subdivisions)}." if subdivisions else ""
        raise ImproperlyConfigured(
            f"HOLIDAYS_SUBDIVISION is {subdivision!r}, which is no part of the country in HOLIDAYS_COUNTRY.{among}"
        )
    return ReaderSettings(
        (read_number("COMPLAINT_WORKING_DAYS", 7, minimum=1, maximum=60), country, subdivision),
        (
            read_number("READER_CONFIRMATION_DAYS", 7, minimum=1, maximum=60),
            read_number("READER_CONTACT_DAYS", 90, minimum=1, maximum=3650),
        ),
        read_rate(
            "RATE_LIMIT_SUBMISSIONS",
            "2000/hour" if demo else "20/hour",
            shown_default="20/hour; 2000/hour in the demo",
        ),
    )


def _list_calendars() -> dict[str, list[str]]:
    """Return the subdivisions of each country whose holidays are known."""
    from holidays import list_supported_countries  # noqa: PLC0415  most installations name no country

    return list_supported_countries(include_aliases=True)
