"""The public URLs and files of pictures.

A URL names the file by its hash, so its content never changes. `claims.public.pages.media_files` decides which files
are public; this module only builds and parses names.
"""

import re
from typing import NamedTuple

from sources.models import MediaObject

#: The media types of renditions, and their file extensions.
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_MEDIA_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}
_FILE_NAME = re.compile(rf"([0-9a-f]{{64}})\.({'|'.join(_MEDIA_TYPES)})", re.ASCII)

#: The path of these files on this site.
FOLDER = "/media/"


class NamedFile(NamedTuple):
    """The hash and media type in the name of a public file."""

    sha256: str
    media_type: str


def build_file_name(row: MediaObject) -> str:
    """Return the name of the public file, or "" if readers see only a description."""
    if not (row.show_to_readers and row.public_sha256):
        return ""
    return f"{row.public_sha256}.{EXTENSIONS[row.public_media_type]}"


def parse_file_name(name: str) -> NamedFile | None:
    """Parse a file name; return None if it is not valid."""
    match = _FILE_NAME.fullmatch(name)
    return NamedFile(match[1], _MEDIA_TYPES[match[2]]) if match else None
