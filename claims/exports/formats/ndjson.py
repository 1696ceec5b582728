"""One claim per line: its JSON exactly as stored and served."""

from collections.abc import Iterable, Iterator

MEDIA_TYPE = "application/x-ndjson"

#: Written if the data cannot be completed: a line that no JSON parser accepts.
INTERRUPTED_NOTE = b'{"broken_off": "This download is not complete. Please fetch it again."'


def write_ndjson(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bodies as lines."""
    for body in bodies:
        yield body
        yield b"\n"
