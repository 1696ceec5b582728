"""Detect polyglot files: pictures that are also a page, an archive or a program.

Readers never get such a file, only the rendition. Editors are warned, because such files are rarely accidental.
"""

import re
from typing import IO

_PAGE_START = re.compile(rb"<(script|html|!doctype html|iframe|\?php)[\s>]", re.IGNORECASE)
_PIECE_SIZE, _OVERLAP = 1 << 20, 64
#: The signature of the directory at the end of a zip archive, and the maximum size of the directory's end and comment.
_ARCHIVE_END_SIGNATURE, _MAX_COMMENT_LENGTH = b"PK\x05\x06", 65_557


def detect_second_format(file: IO[bytes]) -> str:
    """Return the caveat for the file's second format, or "" if it is only a picture."""
    file.seek(0)
    previous_end = b""
    while piece := file.read(_PIECE_SIZE):
        if _PAGE_START.search(previous_end + piece):
            return "holds_a_page"
        previous_end = piece[-_OVERLAP:]
    end = file.tell()
    file.seek(max(0, end - _MAX_COMMENT_LENGTH))
    return "holds_an_archive" if _is_archive(file.read()) else ""


def _is_archive(tail: bytes) -> bool:
    """Return whether the file ends in a complete archive directory; the four-byte signature alone may be chance."""
    position = tail.rfind(_ARCHIVE_END_SIGNATURE)
    if position < 0 or len(tail) - position < 22:
        return False
    comment = int.from_bytes(tail[position + 20 : position + 22], "little")
    return position + 22 + comment == len(tail)
