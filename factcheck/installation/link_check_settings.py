"""How often the addresses of cited sources are looked at, as the environment says."""

from typing import NamedTuple

from factcheck.installation.environment import number


class LinkCheckSettings(NamedTuple):
    """In the order in which settings.py takes them."""

    days: int


def link_check_settings() -> LinkCheckSettings:
    """Read the variables whose names begin with LINK_CHECK."""
    return LinkCheckSettings(number("LINK_CHECK_DAYS", 7, least=1, most=365))
