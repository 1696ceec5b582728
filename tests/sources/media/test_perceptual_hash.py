"""PDQ as other programs compute it, of pictures upright, turned and mirrored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from sources.media.perceptual_hash import (
    Orientation,
    PerceptualHash,
    compute_distance,
    compute_hash,
    compute_rotated_hashes,
)
from tests.helpers.media_files import scene
from tests.helpers.sweeps import sweep


def luma(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L"))


def gradient(height: int, width: int) -> np.ndarray:
    """Waves, computed in whole numbers, so that every machine has the same."""
    rows, columns = np.mgrid[0:height, 0:width]
    return ((rows * rows * 3 + columns * 7 + rows * columns) // 16 % 256).astype(np.uint8)


@sweep(
    "height, width, digits, quality",
    [
        # Computed by the reference implementation (pdqhash 0.2.8).
        (64, 64, "40035d46bdfc8a2355fc4a038ffed5412aabfffe4014bf51203f5f9588fa7800", 100),
        (65, 200, "28b5556ae29002256fca143affe6100d6ffd9fb9e2c310237ff69f3ee2c81c00", 100),
        (300, 400, "d77cf77c7f786f6869e8ebe8e9e8cce84de056a87f8836a02b80b680af009c00", 100),
        (777, 1001, "f3c0f7c0ffc0ffc2ff80e3c0f3c0e7c0f3c0e7c0f3c0e3c0e380e3c0e6c0e3c0", 67),
    ],
)
def test_the_bits_are_those_of_the_reference(height: int, width: int, digits: str, quality: int) -> None:
    found = compute_hash(gradient(height, width))
    assert (found.pdq.hex(), found.quality) == (digits, quality)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_each_orientation_is_the_hash_of_the_picture_turned_so(number: int) -> None:
    image = scene(number)
    original = compute_hash(luma(image))
    turned = {
        Orientation.ORIGINAL: image,
        Orientation.TURNED_90: image.transpose(Image.Transpose.ROTATE_90),
        Orientation.TURNED_180: image.transpose(Image.Transpose.ROTATE_180),
        Orientation.TURNED_270: image.transpose(Image.Transpose.ROTATE_270),
        Orientation.MIRRORED: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        Orientation.UPSIDE_DOWN: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        Orientation.MIRRORED_TURNED_90: image.transpose(Image.Transpose.TRANSPOSE),
        Orientation.MIRRORED_TURNED_270: image.transpose(Image.Transpose.TRANSVERSE),
    }
    assert [*turned] == [*Orientation]
    for orientation, pdq in zip(Orientation, original.rotated_hashes, strict=True):
        assert compute_distance(pdq, compute_hash(luma(turned[orientation])).pdq) <= 16, orientation


@pytest.mark.slow
def test_the_orientations_of_bare_bits_are_nearly_right() -> None:
    for number in range(8):
        whole = compute_hash(luma(scene(number)))
        bare = PerceptualHash.from_hex(whole.pdq.hex()).orientations
        assert max(map(compute_distance, bare, whole.rotated_hashes)) <= 24


def test_plain_areas_are_not_distinctive() -> None:
    for plain in (
        np.zeros((300, 400)),
        np.full((300, 400), 255),
        np.tile(np.linspace(0, 255, 400), (300, 1)),  # a sky
    ):
        assert not compute_hash(plain).is_distinctive
    assert compute_hash(luma(scene(1))).is_distinctive


@pytest.mark.slow
def test_scenes_differ_in_about_half_of_all_bits() -> None:
    hashes = [compute_hash(luma(scene(number))).pdq for number in range(30)]
    between = [compute_distance(a, b) for at, a in enumerate(hashes) for b in hashes[:at]]
    assert min(between) > 70
    assert 110 < np.mean(between) < 140


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 150), st.integers(1, 150))))
def test_pictures_of_any_shape_have_a_hash(points: np.ndarray) -> None:
    found = compute_hash(points)
    assert {len(pdq) for pdq in found.rotated_hashes} == {32}
    assert found.rotated_hashes[0] == found.pdq
    assert 0 <= found.quality <= 100


@given(st.binary(min_size=32, max_size=32))
def test_turning_bits_twice_by_half_gives_them_back(pdq: bytes) -> None:
    half = compute_rotated_hashes(pdq)[2]
    assert compute_rotated_hashes(half)[2] == pdq
    assert compute_rotated_hashes(pdq)[0] == pdq
    assert compute_distance(pdq, pdq) == 0


@sweep("digits", ["", "ab", "g" * 64, "a" * 63, "a" * 65, "é" * 64, " " * 64])
def test_invalid_hashes_are_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        PerceptualHash.from_hex(digits)
