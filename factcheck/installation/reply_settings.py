"""Settings of the right of reply, from the environment: requirement and retention."""

from typing import NamedTuple

from factcheck.installation.environment import read_flag, read_number


class ReplySettings(NamedTuple):
    """The settings of the right of reply, in the order of settings.py."""

    is_required: bool
    address_days: int


def read_reply_settings() -> ReplySettings:
    """Read `REQUIRE_RIGHT_OF_REPLY` and `REPLY_ADDRESS_DAYS`."""
    return ReplySettings(
        read_flag("REQUIRE_RIGHT_OF_REPLY", default=True),
        read_number("REPLY_ADDRESS_DAYS", 180, minimum=1, maximum=3650),
    )
