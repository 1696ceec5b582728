"""Perceptual hashes of a picture, and of its part inside a border or a page, as in a screenshot."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sources.media.packed_pictures import PictureHash
from sources.media.perceptual_hash import compute_hash

Luma = NDArray[np.uint8]

#: The maximum variation of brightness in a border, the minimum share of the picture that remains inside the border,
#: and the border's minimum share of a side.
_MAX_VARIATION, _MIN_REMAINING_SHARE, _MIN_BORDER_SHARE = 10, 0.3, 0.02
#: The minimum number of pixels measured in a row.
_MIN_MEASURED_PIXELS = 256


def hash_parts(luma: Luma) -> Iterator[PictureHash]:
    """Yield the hashes of the parts inside a page or a border."""
    for part, cropped in (("framed", _crop_page(luma)), ("borderless", _crop_borders(luma))):
        if cropped is not None:
            yield PictureHash(part, None, compute_hash(cropped))


def _crop_borders(luma: Luma) -> Luma | None:
    """Return the picture without uniform borders, or None if it has none."""
    return _crop(luma, _find_content_rows)


def _crop_page(luma: Luma) -> Luma | None:
    """Return the picture shown on a page, for example in a screenshot of an app; None if there is none."""
    return _crop(luma, _find_longest_content)


def _crop(luma: Luma, find_rows: Callable[[Luma], tuple[int, int]]) -> Luma | None:
    """Crop to the rows, then the columns, that `find_rows` returns; None if nearly everything or too little remains."""
    top, bottom = find_rows(luma)
    if bottom <= top:
        return None
    left_edge, right = find_rows(luma[top:bottom].T)
    height, width = luma.shape
    is_bordered = bottom - top < height * (1 - _MIN_BORDER_SHARE) or right - left_edge < width * (
        1 - _MIN_BORDER_SHARE
    )
    has_enough = (
        bottom - top > height * _MIN_REMAINING_SHARE and right - left_edge > width * _MIN_REMAINING_SHARE
    )
    return luma[top:bottom, left_edge:right] if is_bordered and has_enough else None


def _find_longest_content(luma: Luma) -> tuple[int, int]:
    """Return the longest run of non-uniform rows between uniform rows of the most common colour."""
    lows, highs = _measure_rows(luma)
    is_even = highs - lows <= _MAX_VARIATION
    if not is_even.any():
        return 0, len(luma)
    is_blank = is_even & (np.abs(lows - np.median(lows[is_even])) <= _MAX_VARIATION)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], is_blank, [True]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    if not len(runs):
        return 0, 0
    top, bottom = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return int(top), int(bottom)


def _find_content_rows(luma: Luma) -> tuple[int, int]:
    """Return the range of rows without the uniform rows at both ends."""
    lows, highs = _measure_rows(luma)
    is_even = highs - lows <= _MAX_VARIATION
    rows = len(luma)
    top = bottom = 0
    while top < rows and is_even[top] and abs(float(lows[top]) - float(lows[0])) <= _MAX_VARIATION:
        top += 1
    while (
        bottom < rows
        and is_even[-1 - bottom]
        and abs(float(lows[-1 - bottom]) - float(lows[-1])) <= _MAX_VARIATION
    ):
        bottom += 1
    return top, rows - bottom


def _measure_rows(luma: Luma) -> NDArray[np.float64]:
    """Return the darkest and the brightest value of each row, ignoring one pixel in a hundred at either end."""
    step = max(luma.shape[1] // _MIN_MEASURED_PIXELS, 1)
    return np.percentile(luma[:, ::step], (1, 99), axis=1)
