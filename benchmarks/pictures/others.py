"""Other pictures, which must not be found: pictures of objects, and crops of photos."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from sources.media.feature_detection import (
    MAX_SIDE,
    STORED_FEATURES,
    describe_points,
    find_features,
    pack_features,
)
from sources.media.local_features import POINT_PARTS, LocalFeatures
from sources.media.perceptual_hash import PerceptualHash, compute_hash
from sources.media.shown_pictures import compute_luma

#: Photos and drawings of objects, of Debian's package tuxpaint-stamps-default.
STAMPS = Path("/usr/share/tuxpaint/stamps")
_MAX_POINTS, _PHOTO_SIDE, _MIN_POINT_SIZE = 6000, 1024, 2.0
_MIN_SHARE, _MAX_SHARE = 0.3, 0.8


def iterate_others(photos: list[Image.Image], count: int) -> Iterator[PerceptualHash]:
    """Yield about `count` pictures: first objects, then equally many crops of each photo. Plain ones are skipped."""
    stamps = [*islice(_iterate_stamps(), count)]
    yield from stamps
    per_photo = (count - len(stamps)) // len(photos)
    for photo in photos:
        yield from _iterate_crops(photo, per_photo)


def _iterate_stamps() -> Iterator[PerceptualHash]:
    for file in sorted(STAMPS.rglob("*.png")):
        luma = compute_luma(Image.open(file).convert("RGBA"))
        picture_hash = compute_hash(luma)
        if picture_hash.is_distinctive:
            yield replace(picture_hash, features=find_features(luma, STORED_FEATURES)[:1])


def _iterate_crops(photo: Image.Image, crop_count: int) -> Iterator[PerceptualHash]:
    """Yield random crops. Their points are the photo's points that are inside the crop and still large enough."""
    rng = np.random.default_rng(photo.size)
    image = photo.convert("L")
    image.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.BOX)
    _width, points, descriptors = describe_points(np.asarray(image), _MAX_POINTS, _PHOTO_SIDE)
    words = np.array(pack_features(descriptors, points).words)
    for _crop in range(crop_count):
        share = rng.uniform(_MIN_SHARE, _MAX_SHARE, 2)
        width, height = (share * image.size).astype(int)
        left, top = (rng.uniform(0, 1, 2) * (image.width - width, image.height - height)).astype(int)
        moved_points = (points - (left, top, 0)) * (MAX_SIDE / max(width, height))
        is_within = (points[:, :2] >= (left, top)) & (points[:, :2] < (left + width, top + height))
        kept_indexes = np.flatnonzero(is_within.all(axis=1) & (moved_points[:, 2] >= _MIN_POINT_SIZE))[
            :STORED_FEATURES
        ]
        thumbnail = image.resize((64, 64), Image.Resampling.BOX, (left, top, left + width, top + height))
        picture_hash = compute_hash(np.asarray(thumbnail))
        if picture_hash.is_distinctive:
            point_parts = (moved_points[kept_indexes] * POINT_PARTS).round().astype(int).ravel().tolist()
            yield replace(picture_hash, features=(LocalFeatures(words[kept_indexes].tolist(), point_parts),))
