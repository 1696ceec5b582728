"""The terminal that a command writes to."""

import os
from typing import TextIO

from rich.console import Console

WIDTH_OF_FILES = 120


def build_console(stream: TextIO) -> Console:
    """Build a console that prints text literally, without markup or emoji codes. It replaces characters that the
    terminal cannot encode.
    """
    console = Console(file=stream, emoji=False, highlight=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_FILES
    if not console.encoding.startswith("utf") and (reconfigure := getattr(stream, "reconfigure", None)):
        reconfigure(errors="backslashreplace")
    return console
