"""Freely usable photos: from Debian's packages, or from a folder."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

#: The packages whose photos are read.
PACKAGES = (
    "gcompris-qt-data",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "budgie-backgrounds",
    "plasma-workspace-wallpapers",
)
_SHARE = Path("/usr/share")
#: Buildings, animals and paintings; other pictures of the package are drawn.
_ALBUMS = ("explore_monuments", "explore_world_animals", "explore_farm_animals", "erase", "details")
#: Landscapes, towns and plants, often with large blurred areas, and what is drawn among them.
_BACKGROUNDS = ("*_by_*.jpg", "mate/nature/*.jpg", "budgie/*.jpg")
_DRAWN_NAMES = ("umang", "analogpattern", "Fossa", "Painting", "midnight")
_WALLPAPERS = (
    *("BytheWater", "ColdRipple", "ColorfulCups", "DarkestHour", "EveningGlow", "FallenLeaf", "Grey", "Kite"),
    *("Mountain", "OneStandsOut", "Path", "summer_1am"),
)
_MIN_SIDE, _MAX_SIDE = 300, 1600


def read_photos(folder: Path | None = None) -> list[Image.Image]:
    """Return the photos of the packages or in a folder, reduced to the usual size of shared pictures."""
    contents = map(Path.read_bytes, sorted(folder.iterdir())) if folder else _iterate_photos()
    photos = [Image.open(io.BytesIO(content)).convert("RGB") for content in contents]
    for photo in photos:
        photo.thumbnail((_MAX_SIDE, _MAX_SIDE))
    return [photo for photo in photos if min(photo.size) >= _MIN_SIDE]


def _iterate_photos() -> Iterator[bytes]:
    for album in _ALBUMS:
        yield from _iterate_pictures((_SHARE / f"gcompris-qt/rcc/{album}.rcc").read_bytes())
    for pattern in _BACKGROUNDS:
        for file in sorted((_SHARE / "backgrounds").glob(pattern)):
            if not file.name.startswith(_DRAWN_NAMES) and _DRAWN_NAMES[-1] not in file.name:
                yield file.read_bytes()
    for name in _WALLPAPERS:
        sizes = (_SHARE / "wallpapers" / name / "contents/images").iterdir()
        yield max(sizes, key=lambda file: int(file.name.partition("x")[0])).read_bytes()


def _iterate_pictures(content: bytes) -> Iterator[bytes]:
    """Yield the opaque WebP pictures in a Qt resource container."""
    position = 0
    while (position := content.find(b"RIFF", position)) >= 0:
        (size,) = struct.unpack_from("<I", content, position + 4)
        if (
            content[position + 8 : position + 12] == b"WEBP"
            and Image.open(io.BytesIO(content[position:])).mode == "RGB"
        ):
            yield content[position : position + 8 + size]
        position += 4
