"""The waiting time that a server requests."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

#: The maximum delay that a server may request.
MAX_POSTPONEMENT = timedelta(hours=24)


def parse_retry_after(header: str, now: datetime) -> timedelta:
    """Parse `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; anything else means no delay."""
    if header.isascii() and header.isdigit():
        wait_time = timedelta(seconds=min(int(header[:10]), MAX_POSTPONEMENT.total_seconds()))
    else:
        try:
            date = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return timedelta()
        wait_time = date - now if date.tzinfo else timedelta()
    return max(timedelta(), min(wait_time, MAX_POSTPONEMENT))
