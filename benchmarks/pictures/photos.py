"""Freely usable photos from a folder or from Debian's package gcompris-qt-data."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

#: Photos of buildings, animals and the sea in the package; its other pictures are drawn.
GCOMPRIS = Path("/usr/share/gcompris-qt/rcc")
_ALBUMS = ("explore_monuments", "explore_world_animals", "explore_farm_animals", "erase", "details")
_LEAST, _MOST = 300, 1600


def read_photos(folder: Path) -> list[Image.Image]:
    """Return the photos in a folder, sorted by name and reduced to the usual size of shared pictures."""
    files = [folder / f"{name}.rcc" for name in _ALBUMS] if folder == GCOMPRIS else sorted(folder.iterdir())
    contents = [content for file in files for content in _iterate_pictures(file)]
    photos = [Image.open(io.BytesIO(content)).convert("RGB") for content in contents]
    for photo in photos:
        photo.thumbnail((_MOST, _MOST))
    return [photo for photo in photos if min(photo.size) >= _LEAST]


def _iterate_pictures(file: Path) -> Iterator[bytes]:
    """Yield the file, or the opaque WebP pictures in a Qt resource container."""
    content = file.read_bytes()
    if file.suffix != ".rcc":
        yield content
        return
    at = 0
    while (at := content.find(b"RIFF", at)) >= 0:
        (size,) = struct.unpack_from("<I", content, at + 4)
        if content[at + 8 : at + 12] == b"WEBP" and Image.open(io.BytesIO(content[at:])).mode == "RGB":
            yield content[at : at + 8 + size]
        at += 4
