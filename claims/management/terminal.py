"""Command-line arguments shared by several commands, and helpers for writing to the terminal."""

import os
from argparse import ArgumentTypeError
from typing import TextIO

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils.translation import gettext
from rich.console import Console

WIDTH_OF_FILES = 120


def build_console(stream: TextIO) -> Console:
    """Build a console that prints text literally and replaces characters that the terminal cannot encode."""
    console = Console(file=stream, emoji=False, highlight=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_FILES
    if not console.encoding.startswith("utf") and (reconfigure := getattr(stream, "reconfigure", None)):
        reconfigure(errors="backslashreplace")
    return console


def parse_share(text: str) -> float:
    """Parse a number from 0 to 1. Raises ArgumentTypeError."""
    try:
        if 0 <= float(text) <= 1:
            return float(text)
    except ValueError:
        pass
    raise ArgumentTypeError(gettext("%(text)s is not a number from 0 to 1") % {"text": f"{text!r}"})


def find_user(name: str | None) -> User | None:
    """Return the user with this name; None if no name is given. Raises CommandError for an unknown name."""
    if name is None:
        return None
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist:
        raise CommandError(
            gettext("There is no user “%(name)s”. Leave --by out, or name a user with an account.")
            % {"name": name}
        ) from None
