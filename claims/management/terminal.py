"""The terminal that a command writes to."""

import os
from typing import TextIO

from rich.console import Console

WIDTH_OF_FILES = 120


def console_on(stream: TextIO) -> Console:
    """A console that writes what it is given: no markup or emoji codes, and no failure where letters do not exist."""
    console = Console(file=stream, emoji=False, highlight=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_FILES
    if not console.encoding.startswith("utf") and (reconfigure := getattr(stream, "reconfigure", None)):
        reconfigure(errors="backslashreplace")
    return console
