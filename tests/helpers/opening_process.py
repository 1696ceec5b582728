"""What runs in a confined process of a test: it behaves like `picture_process` and then tries to open something."""

import resource
from pathlib import Path

from sources.media.picture_process import FREE


def prepare() -> None:
    """Nothing to load."""


def answer(question: bytes) -> bytes:
    with Path(__file__).open("rb"):
        resource.setrlimit(resource.RLIMIT_NOFILE, (FREE + 1, FREE + 1))
        try:
            with Path(__file__).open("rb"):
                return b"opened"
        except OSError:
            return b"refused"
