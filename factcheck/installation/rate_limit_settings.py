"""Rate limits, from the environment (docs/operators.md)."""

from typing import NamedTuple

from factcheck.installation.environment import Rate, read_rate


class RateLimitSettings(NamedTuple):
    """The rate limits, in the order of settings.py."""

    anonymous: Rate | None
    token: Rate | None
    #: Readers of pages, by address; a whole office may share one.
    pages: Rate | None


def read_rate_limit_settings(*, is_demo: bool) -> RateLimitSettings:
    """Read the rate limits. They are higher in the demo, where all requests come from one IP address."""
    by_address = {
        "default": "60000/minute" if is_demo else "600/minute",
        "shown_default": "600/minute; 60000/minute in the demo",
    }
    return RateLimitSettings(
        anonymous=read_rate("RATE_LIMIT_ANONYMOUS", **by_address),
        token=read_rate("RATE_LIMIT_TOKEN", "6000/minute"),
        pages=read_rate("RATE_LIMIT_PAGES", **by_address),
    )
