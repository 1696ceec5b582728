"""Work that takes too much in every way there is, for `test_confined`: run in confined processes."""

import mmap
import os
import signal
import time
from pathlib import Path

KEPT: list[object] = []


def prepare() -> None:
    KEPT.append("prepared")


def handle_request(request_body: bytes) -> bytes:
    work, _, argument = request_body.partition(b" ")
    return globals()[work.decode()](argument)


def repeat(words: bytes) -> bytes:
    return words


def seen(_: bytes) -> bytes:
    """How much of this module is there from earlier work."""
    KEPT.append("seen")
    return str(len(KEPT)).encode()


def memory(_: bytes) -> bytes:
    return bytes(len(b"".join(bytes([1]) * 1_000_000 for _ in range(2_000))))


def shared_memory(_: bytes) -> bytes:
    """Memory that no limit of the system counts as a process's own."""
    mapped = mmap.mmap(-1, 2_000_000_000)
    for place in range(0, len(mapped), 4096):
        mapped[place] = 1
        if not place % 40_960_000:
            time.sleep(0.02)
    return b""


def sleep(_: bytes) -> bytes:
    time.sleep(600)
    return b""


def sleep_unalarmed(_: bytes) -> bytes:
    signal.setitimer(signal.ITIMER_REAL, 0)
    return sleep(b"")


def spin(_: bytes) -> bytes:
    while True:
        pass


def much(_: bytes) -> bytes:
    return bytes(1_000_000)


def fail(_: bytes) -> bytes:
    raise ValueError("of no use")


def abort(_: bytes) -> bytes:
    os.abort()


def write(place: bytes) -> bytes:
    try:
        Path(place.decode()).write_bytes(b"x" * 10_000)
    except OSError:
        return b"refused"
    return b"written"


def environment(_: bytes) -> bytes:
    return " ".join(sorted(os.environ)).encode()


def opened(_: bytes) -> bytes:
    return " ".join(sorted(file.name for file in Path("/dev/fd").iterdir())).encode()
