"""The common parts of all emails from the newsroom: queue, retries, addresses and headers."""

from urllib.parse import urlsplit

from django.conf import settings
from procrastinate import RetryStrategy

MAIL_QUEUE = "mail"
#: Tried again after 4, 16, 64, 256 and 1024 seconds and so on: for most of a day.
RETRIES = RetryStrategy(max_attempts=8, exponential_wait=4)


def to_one_line(words: str) -> str:
    """Return the text without characters that could end a header or change the text direction."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def make_absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def build_message_id(of: str) -> str:
    """Build a message id that is the same when an email is sent again, so that the email is shown once."""
    return f"<{of}@{urlsplit(settings.SITE_URL).hostname}>"
