"""Local features of a picture: points that can be recognised after cropping, partial covering or slight rotation.

Each point is described by a word, which an index can look up. Two pictures match if enough points share words and a
single movement takes these points from one picture to the other. `feature_detection` finds the points.
"""

from typing import NamedTuple

import numpy as np

#: The unit of positions and diameters: this many parts of a pixel.
POINT_PARTS = 16
#: The tolerances for a point: its distance from the expected position (in the same units), its relative size, and the
#: rotation of the picture (radians).
_TOLERANCE, _SIZE_TOLERANCE, _MAX_ROTATION = 8 * POINT_PARTS, 1.6, 0.3
#: Points that are nearer to each other count once, because a corner may be marked at several sizes.
_MIN_POINT_DISTANCE = 6 * POINT_PARTS
#: The maximum number of common words compared; time grows with its third power.
_MAX_PAIRS = 60


class LocalFeatures(NamedTuple):
    """The visual words of the points of a picture, and the x, y and diameter of each point."""

    words: list[int]
    points: list[int]


def count_agreeing_points(query_features: LocalFeatures, stored_features: LocalFeatures) -> int:
    """Return the largest number of matched points that a single rotation, scaling and shift takes to the other picture.

    Any two pairs of points determine a movement: a rotation, a scale and a shift.
    """
    index_by_word = {word: index for index, word in reversed([*enumerate(query_features.words)])}
    pairs = [
        (index_by_word[word], index)
        for index, word in enumerate(stored_features.words)
        if word in index_by_word
    ][:_MAX_PAIRS]
    if not pairs:
        return 0
    query_indexes, stored_indexes = np.array(pairs).T
    query_points = np.array(query_features.points, np.float64).reshape(-1, 3)[query_indexes]
    stored_points = np.array(stored_features.points, np.float64).reshape(-1, 3)[stored_indexes]
    begins = query_points[:, 0] + 1j * query_points[:, 1]
    ends = stored_points[:, 0] + 1j * stored_points[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        rotations = (ends[:, None] - ends) / (begins[:, None] - begins)
        moved_points = rotations[..., None] * (begins - begins[:, None, None]) + ends[:, None, None]
        growths = np.abs(np.log(stored_points[:, 2] / query_points[:, 2] / np.abs(rotations)[..., None]))
        agreements = (
            (np.abs(moved_points - ends) <= _TOLERANCE)
            & (growths <= np.log(_SIZE_TOLERANCE))
            & (np.abs(np.angle(rotations)) <= _MAX_ROTATION)[..., None]
        )
    best = agreements.reshape(-1, len(pairs))[agreements.sum(axis=2).argmax()]
    return min(
        len({*map(tuple, (side[best, :2] // _MIN_POINT_DISTANCE).tolist())})
        for side in (query_points, stored_points)
    )
