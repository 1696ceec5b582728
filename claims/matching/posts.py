"""What posts are furnished with, beside what they say."""

import re

_FURNITURE = re.compile(r"https?://\S+|@\w+")


def cleaned(text: str) -> str:
    """The text without addresses and mentions."""
    return " ".join(_FURNITURE.sub(" ", text).split())
