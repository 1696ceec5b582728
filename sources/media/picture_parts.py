"""Perceptual hashes of a picture and of parts that may be shared on their own.

A picture is found if it is cut by about two per cent more or less than a part; so a stored picture has parts in small
steps. A picture that is looked up has only the parts without what may have been added to it.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sources.media.packed_pictures import PictureHash
from sources.media.perceptual_hash import compute_hash

Luma = NDArray[np.uint8]

#: How far the brightness of a border may vary, and how much of a picture must be left within.
_EVEN, _LEFT, _BORDER = 10, 0.3, 0.02
_CENTRE_CROPS = {"centre_90": 0.9, "centre_80": 0.8, "centre_70": 0.7}
#: How much of the height people write upon.
_CAPTION_SHARE = 0.15
#: The longest side of what the many parts of a stored picture are made from, to save time.
#: Made from 256 pixels they differ in twice as many bits.
_THUMBNAIL_SIZE = 512
#: Per cent cut off at one side, and at all four.
ONE_SIDED_CUTS, EVEN_CUTS = (3, 6, 9, 12, 16, 20), (2, 4)
#: Degrees by which a picture is turned: with empty corners, and cut to fit.
ROTATION_DEGREES = (-5, -3, -1.5, 1.5, 3, 5)


def hash_parts(luma: Luma, *, is_stored: bool) -> Iterator[PictureHash]:
    """Yield the hash of the whole picture and of its parts.

    Args:
        is_stored: yield also parts that others may have cut out of it.
    """
    yield PictureHash("whole", None, compute_hash(luma))
    caption_rows = round(len(luma) * _CAPTION_SHARE)
    if caption_rows:
        yield PictureHash("upper", None, compute_hash(luma[:-caption_rows]))
        yield PictureHash("lower", None, compute_hash(luma[caption_rows:]))
    framed = _crop_page(luma)
    if framed is not None:
        yield PictureHash("framed", None, compute_hash(framed))
    inner = _crop_borders(luma)
    if inner is not None:
        luma = inner
        yield PictureHash("borderless", None, compute_hash(luma))
    for part, share in _CENTRE_CROPS.items():
        cut = (1 - share) / 2
        yield PictureHash(part, None, compute_hash(_cut(luma, cut, cut, cut, cut)))
    if is_stored:
        for part, cropped in _iterate_small_parts(_shrink(luma)):
            yield PictureHash(part, None, compute_hash(cropped))


def _iterate_small_parts(luma: Luma) -> Iterator[tuple[str, Luma]]:
    for percent in EVEN_CUTS:
        share = percent / 100
        yield "inner", _cut(luma, share, share, share, share)
    for percent in ONE_SIDED_CUTS:
        share = percent / 100
        yield "right", _cut(luma, left=share)
        yield "lower", _cut(luma, top=share)
        yield "left", _cut(luma, right=share)
        yield "upper", _cut(luma, bottom=share)
    height, width = luma.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    yield "square", luma[top : top + side, left : left + side]
    for degrees in ROTATION_DEGREES:
        turned = np.asarray(Image.fromarray(luma).rotate(degrees, Image.Resampling.BILINEAR))
        yield "turned", turned
        cut_share = _compute_lost_share(width, height, degrees)
        yield "turned", _cut(turned, cut_share, cut_share, cut_share, cut_share)


def _compute_lost_share(width: int, height: int, degrees: float) -> float:
    """Return the share to cut off at each side so that a rotated picture has no empty corners."""
    angle = math.radians(abs(degrees))
    return (1 - 1 / (math.cos(angle) + max(width / height, height / width) * math.sin(angle))) / 2


def _cut(luma: Luma, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Luma:
    height, width = luma.shape
    return luma[
        round(height * top) : round(height * (1 - bottom)), round(width * left) : round(width * (1 - right))
    ]


def _shrink(luma: Luma) -> Luma:
    image = Image.fromarray(luma)
    image.thumbnail((_THUMBNAIL_SIZE, _THUMBNAIL_SIZE), Image.Resampling.BOX)
    return np.asarray(image)


def _crop_borders(luma: Luma) -> Luma | None:
    """Return the picture without uniform borders, or None if it has none."""
    return _crop(luma, _find_content_rows)


def _crop_page(luma: Luma) -> Luma | None:
    """Return the picture inside a page, such as an app's screenshot, or None."""
    return _crop(luma, _find_longest_content)


def _crop(luma: Luma, find_rows: Callable[[Luma], tuple[int, int]]) -> Luma | None:
    """Crop to the found rows, then columns; return None if nearly all or too little remains."""
    top, bottom = find_rows(luma)
    if bottom <= top:
        return None
    left, right = find_rows(luma[top:bottom].T)
    height, width = luma.shape
    is_bordered = bottom - top < height * (1 - _BORDER) or right - left < width * (1 - _BORDER)
    has_enough = bottom - top > height * _LEFT and right - left > width * _LEFT
    return luma[top:bottom, left:right] if is_bordered and has_enough else None


def _find_longest_content(luma: Luma) -> tuple[int, int]:
    """Return the longest run of non-uniform rows between uniform rows of the most common colour."""
    lows, highs = (np.percentile(luma, share, axis=1) for share in (1, 99))
    is_even = highs - lows <= _EVEN
    if not is_even.any():
        return 0, len(luma)
    is_blank = is_even & (np.abs(lows - np.median(lows[is_even])) <= _EVEN)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], is_blank, [True]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    if not len(runs):
        return 0, 0
    top, bottom = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return int(top), int(bottom)


def _find_content_rows(luma: Luma) -> tuple[int, int]:
    """Return the rows between the uniform ones at both ends."""
    lows, highs = (np.percentile(luma, share, axis=1) for share in (1, 99))
    is_even = highs - lows <= _EVEN
    rows = len(luma)
    top = bottom = 0
    while top < rows and is_even[top] and abs(float(lows[top]) - float(lows[0])) <= _EVEN:
        top += 1
    while bottom < rows and is_even[-1 - bottom] and abs(float(lows[-1 - bottom]) - float(lows[-1])) <= _EVEN:
        bottom += 1
    return top, rows - bottom
