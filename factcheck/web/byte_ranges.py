"""Byte ranges of files, requested with `Range` (RFC 9110, section 14)."""

import re
from typing import NamedTuple

_SINGLE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


class ByteRange(NamedTuple):
    """The first and last byte of a range, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def format_content_range(self, size: int) -> str:
        """Format the range for `Content-Range`."""
        return f"bytes {self.first}-{self.last}/{size}"


class RangeNotSatisfiable(Exception):
    """The file does not contain the requested byte range."""


def parse_range(header: str, size: int) -> ByteRange | None:
    """Return the requested range; None for the whole file, several ranges, or an invalid one.

    Requests for several ranges get the whole file, as the standard allows.

    Raises:
        RangeNotSatisfiable: the range begins after the end of the file.
    """
    match = _SINGLE_RANGE.fullmatch(header.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        length = int(match[2])
        if not length or not size:
            raise RangeNotSatisfiable
        return ByteRange(max(0, size - length), size - 1)
    first_byte = int(match[1])
    last_byte = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first_byte:
        return None
    if first_byte >= size:
        raise RangeNotSatisfiable
    return ByteRange(first_byte, last_byte)
