"""The beginning of a file as text, for format detection."""

import codecs

from sources.extraction.encodings import BYTE_ORDER_MARKS


def detect_unicode_encoding(head: bytes) -> tuple[str, int]:
    """Return the Unicode encoding of the first bytes (default: UTF-8), and the length of the byte order mark."""
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name, len(mark)
    # Markup and JSON begin with a character of ASCII, which is half zeros in UTF-16.
    zeros = tuple(byte == 0 for byte in head[:4])
    if zeros == (False, True, False, True):
        return "utf-16-le", 0
    if zeros == (True, False, True, False):
        return "utf-16-be", 0
    return "utf-8", 0


def decode_beginning(head: bytes) -> str:
    """Decode the first bytes, replacing invalid ones."""
    name, mark = detect_unicode_encoding(head)
    return (
        codecs.getincrementaldecoder(name)(errors="replace").decode(head[mark:]).lstrip("\ufeff \t\r\n\x1e")
    )
