"""Make the examples used to describe the points of pictures: `python -m benchmarks.pictures.vocabulary FOLDER`.

FOLDER contains photos. New examples make all stored words meaningless, so every picture must then be read again.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.photos import read_photos
from sources.media.feature_detection import VOCABULARY, VOCABULARY_SCALE, describe_points
from sources.media.shown_pictures import compute_luma

EXAMPLE_COUNT, MAX_POINTS, ROUND_COUNT = 4096, 1200, 5


def choose_examples(descriptors: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the centres of groups of similar descriptions (k-means)."""
    rng = np.random.default_rng(1)
    examples = descriptors[rng.choice(len(descriptors), EXAMPLE_COUNT, replace=False)]
    for _round in range(ROUND_COUNT):
        distances = (examples**2).sum(axis=1) - 2 * descriptors @ examples.T
        nearest = distances.argmin(axis=1)
        sums = np.zeros_like(examples)
        np.add.at(sums, nearest, descriptors)
        counts = np.bincount(nearest, minlength=EXAMPLE_COUNT)[:, None]
        examples = np.where(counts, sums / np.maximum(counts, 1), examples)
    return examples


def main() -> None:
    photos = read_photos(Path(sys.argv[1]))
    descriptors = np.concatenate([describe_points(compute_luma(photo), MAX_POINTS)[2] for photo in photos])
    example_halves = np.stack([choose_examples(half) for half in np.split(descriptors, 2, axis=1)])
    np.save(VOCABULARY, np.clip(np.round(example_halves * VOCABULARY_SCALE), 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
