"""Arguments that several commands take."""

from argparse import ArgumentTypeError


def share(text: str) -> float:
    """A number from 0 to 1. Raises ArgumentTypeError."""
    try:
        if 0 <= float(text) <= 1:
            return float(text)
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is not a number from 0 to 1")


def count(text: str) -> int:
    """A whole number from 0 on. Raises ArgumentTypeError."""
    if text.isascii() and text.isdecimal():
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a whole number")
