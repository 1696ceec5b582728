"""Find the local features of a picture, in the process that decodes it (`picture_process`).

SIFT (Lowe 2004) finds the points and describes the area around each. Descriptions here depend on the rotation: shared
pictures are rarely rotated much, and descriptions that ignore rotation are more easily confused. Each description
becomes one of 16 million words: each half of it is replaced by the nearest of 4,096 examples (product quantisation;
Jégou, Douze and Schmid 2011).
"""

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sources.media.local_features import POINT_PARTS, LocalFeatures

Floats = NDArray[np.floating[Any]]

#: The number of features stored for a picture, and the number looked up in each orientation: the strongest.
STORED_FEATURES, QUERY_FEATURES = 64, 128
#: The longest side of the searched picture, in pixels.
MAX_SIDE = 288
#: The vocabulary made by `benchmarks/pictures/vocabulary.py`, and the factor by which it was scaled to bytes.
VOCABULARY, VOCABULARY_SCALE = Path(__file__).with_name("feature_vocabulary.npy"), 400
#: SIFT describes a point by 4 × 4 areas with 8 directions each; this is their order in the mirrored picture.
_MIRRORED = np.arange(128).reshape(4, 4, 8)[:, ::-1, [4, 3, 2, 1, 0, 7, 6, 5]].ravel()


def find_features(luma: NDArray[np.uint8], limit: int) -> tuple[LocalFeatures, LocalFeatures]:
    """Return the features of a picture and of its mirror image, strongest first."""
    width, points, descriptors = describe_points(luma, limit)
    mirrored = points * (-1, 1, 1) + (width - 1, 0, 0)
    return pack_features(descriptors, points), pack_features(descriptors[:, _MIRRORED], mirrored)


def describe_points(luma: NDArray[np.uint8], limit: int, side: int = MAX_SIDE) -> tuple[int, Floats, Floats]:
    """Return the width of the searched picture, each point's position and diameter, and the descriptions."""
    image = Image.fromarray(luma)
    image.thumbnail((side, side), Image.Resampling.BOX)
    scaled_image = np.asarray(image)
    sift = _build_sift()
    # A point with several directions is found several times.
    unique_points = {(point.pt, point.size): point for point in sift.detect(scaled_image, None)}
    points = sorted(unique_points.values(), key=lambda point: -point.response * point.size**0.5)[:limit]
    if not points:
        return image.width, np.zeros((0, 3)), np.zeros((0, 128))
    for point in points:
        point.angle = 0
    points, descriptors = sift.compute(scaled_image, points)
    descriptors = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1))
    return image.width, np.array([(*point.pt, point.size) for point in points]), descriptors


def pack_features(descriptors: Floats, points: Floats) -> LocalFeatures:
    first, second = _load_vocabulary()
    half = descriptors.shape[1] // 2
    words = _find_nearest(descriptors[:, :half], first) * len(second) + _find_nearest(
        descriptors[:, half:], second
    )
    return LocalFeatures(words.tolist(), (points * POINT_PARTS).round().astype(int).ravel().tolist())


def _find_nearest(descriptors: Floats, examples: Floats) -> NDArray[np.int64]:
    distances: Floats = (examples**2).sum(axis=1) - 2 * descriptors @ examples.T
    return distances.argmin(axis=1)


@cache
def _build_sift() -> Any:
    cv2.setNumThreads(1)  # many forked processes run this at the same time
    return cv2.SIFT.create(contrastThreshold=0.02)


@cache
def _load_vocabulary() -> Floats:
    examples: Floats = np.load(VOCABULARY).astype(np.float32) / VOCABULARY_SCALE
    return examples
