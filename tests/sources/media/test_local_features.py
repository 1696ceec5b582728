"""What one movement takes from one picture to another, and where SIFT's points are."""

import numpy as np
import pytest

from sources.media.feature_detection import find_features
from sources.media.local_features import LocalFeatures, count_agreeing_points
from tests.helpers.media_files import scene


def luma(number: int) -> np.ndarray:
    return np.asarray(scene(number).convert("L"))


def features(points: list[tuple[float, float, float]], *, first_word: int = 0) -> LocalFeatures:
    words = [*range(first_word, first_word + len(points))]
    return LocalFeatures(words, [round(number * 16) for point in points for number in point])


SEEN = [(20.0, 30.0, 8.0), (300.0, 40.0, 12.0), (50.0, 200.0, 6.0), (310.0, 220.0, 20.0), (150.0, 120.0, 9.0)]


def moved(*, turned: float = 0.0, scale: float = 1.0) -> list[tuple[float, float, float]]:
    turn = np.exp(1j * turned) * scale
    places = [complex(x, y) * turn + 7 for x, y, _size in SEEN]
    return [(at.real, at.imag, size * scale) for at, (_x, _y, size) in zip(places, SEEN, strict=True)]


def test_points_agree_that_one_movement_explains() -> None:
    found = {
        "as it lies": count_agreeing_points(features(SEEN), features(SEEN)),
        "moved and turned a little": count_agreeing_points(
            features(moved(turned=0.1, scale=0.6)), features(SEEN)
        ),
        "turned far": count_agreeing_points(features(moved(turned=1.0)), features(SEEN)),
        "other places": count_agreeing_points(features(SEEN), features([*reversed(SEEN)])),
        "other diameters": count_agreeing_points(
            features(SEEN), features([(x, y, size * 3) for x, y, size in SEEN])
        ),
        "other words": count_agreeing_points(features(SEEN), features(SEEN, first_word=90)),
        "one place only": count_agreeing_points(features([SEEN[0]] * 5), features([SEEN[0]] * 5)),
        "nothing": count_agreeing_points(LocalFeatures([], []), features(SEEN)),
    }
    assert {name: count for name, count in found.items() if count > 2} == {
        "as it lies": 5,
        "moved and turned a little": 5,
    }


@pytest.mark.parametrize("number", [1, 2])
def test_the_mirror_image_has_the_mirrored_features(number: int) -> None:
    _original, mirrored = find_features(luma(number), 64)
    again, _mirrored = find_features(np.ascontiguousarray(luma(number)[:, ::-1]), 64)
    assert count_agreeing_points(mirrored, again) >= 20


def test_a_plain_picture_has_no_features() -> None:
    assert find_features(np.full((300, 400), 90, np.uint8), 64) == (LocalFeatures([], []),) * 2
