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
_POINTS, _PHOTO_SIDE, _LEAST_POINT = 6000, 1024, 2.0
_LEAST_SHARE, _MOST_SHARE = 0.3, 0.8


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
        hashed = compute_hash(luma)
        if hashed.is_distinctive:
            yield replace(hashed, features=find_features(luma, STORED_FEATURES)[:1])


def _iterate_crops(photo: Image.Image, number: int) -> Iterator[PerceptualHash]:
    """Yield random crops. Their points are the photo's points that are inside the crop and still large enough."""
    random = np.random.default_rng(photo.size)
    image = photo.convert("L")
    image.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.BOX)
    _width, points, described = describe_points(np.asarray(image), _POINTS, _PHOTO_SIDE)
    words = np.array(pack_features(described, points).words)
    for _crop in range(number):
        share = random.uniform(_LEAST_SHARE, _MOST_SHARE, 2)
        width, height = (share * image.size).astype(int)
        left, top = (random.uniform(0, 1, 2) * (image.width - width, image.height - height)).astype(int)
        moved = (points - (left, top, 0)) * (MAX_SIDE / max(width, height))
        is_within = (points[:, :2] >= (left, top)) & (points[:, :2] < (left + width, top + height))
        kept = np.flatnonzero(is_within.all(axis=1) & (moved[:, 2] >= _LEAST_POINT))[:STORED_FEATURES]
        small = image.resize((64, 64), Image.Resampling.BOX, (left, top, left + width, top + height))
        hashed = compute_hash(np.asarray(small))
        if hashed.is_distinctive:
            places = (moved[kept] * POINT_PARTS).round().astype(int).ravel().tolist()
            yield replace(hashed, features=(LocalFeatures(words[kept].tolist(), places),))
