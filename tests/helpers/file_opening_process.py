"""What runs in a confined process of a test: it has a file open, and then tries to open more."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from factcheck.confinement.limits import forbid_opening_files


class Closeable(Protocol):
    def close(self) -> None: ...


def prepare() -> None:
    """Nothing to load."""


def handle_request(question: bytes) -> bytes:
    with Path(__file__).open("rb") as file:
        forbid_opening_files()
        tried = [_opens(lambda: Path(__file__).open("rb")), _opens(socket.socket)]  # noqa: SIM115  closed in there
        return f"{tried} {bool(file.read())}".encode()


def _opens(what: Callable[[], Closeable]) -> bool:
    try:
        what().close()
    except OSError:
        return False
    return True
