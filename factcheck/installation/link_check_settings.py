"""Settings of link checks, from the environment."""

from typing import NamedTuple

from factcheck.installation.environment import read_flag, read_number


class LinkCheckSettings(NamedTuple):
    """The settings of link checks, in the order of settings.py."""

    is_on: bool
    days: int


def read_link_check_settings(*, is_demo: bool) -> LinkCheckSettings:
    """Read the variables whose names begin with LINK_CHECK. A demo sends no requests."""
    return LinkCheckSettings(
        read_flag("LINK_CHECKS", default=not is_demo),
        read_number("LINK_CHECK_DAYS", 7, minimum=1, maximum=365),
    )
