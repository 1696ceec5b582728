"""Arguments shared by several commands."""

from argparse import ArgumentTypeError

from django.utils.translation import gettext


def parse_share(text: str) -> float:
    """Parse a number from 0 to 1. Raises ArgumentTypeError."""
    try:
        if 0 <= float(text) <= 1:
            return float(text)
    except ValueError:
        pass
    raise ArgumentTypeError(gettext("%(text)s is not a number from 0 to 1") % {"text": f"{text!r}"})
