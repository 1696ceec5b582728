"""One claim per line: its JSON exactly as stored and served."""

from collections.abc import Iterable, Iterator

MEDIA_TYPE = "application/x-ndjson"

#: What follows when no more can be read although there is more: a line that no reader of JSON accepts.
INTERRUPTED_NOTE = b'{"broken_off": "This download is not complete. Please fetch it again."'


def write_ndjson(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bodies as lines."""
    for body in bodies:
        yield body
        yield b"\n"
