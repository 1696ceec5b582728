"""Perceptual hashes of 256 bits (PDQ), including those of rotated and mirrored pictures.

PDQ (Facebook, 2019, ThreatExchange) blurs the brightness of a picture, samples it at 64 × 64 points, and records for
each of the 256 lowest frequencies whether it is stronger than the median. Two pictures of one scene differ in few bits
(its authors recommend a limit of 31), two of different scenes in about half. The bits equal those of the reference
implementation, so that hashes can be exchanged; docs/decisions/0071-media.md says why its package is not used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sources.media.local_features import LocalFeatures

Floats = NDArray[np.floating[Any]]

#: The maximum number of differing bits of two hashes of one picture, and the quality needed to identify anything.
MAX_SAME_DISTANCE, MIN_DISTINCTIVE_QUALITY = 31, 50
HASH_BYTES = 32
_POINTS, _FREQUENCIES = 64, 16
#: The median of 256 values, as in the reference implementation.
_MIDDLE_GREY = 127
#: The sum of gradients that counts as one point of quality.
_FULL_QUALITY = 90


class Orientation(StrEnum):
    """The orientation of one picture relative to another."""

    ORIGINAL = "original"
    TURNED_90 = "turned_90"
    TURNED_180 = "turned_180"
    TURNED_270 = "turned_270"
    MIRRORED = "mirrored"
    UPSIDE_DOWN = "upside_down"
    """Mirrored from top to bottom."""
    MIRRORED_TURNED_90 = "mirrored_turned_90"
    MIRRORED_TURNED_270 = "mirrored_turned_270"


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """The hash of a picture in its own orientation, and the quality of the hash."""

    pdq: bytes
    quality: int
    """From 0 (a plain area) to 100."""
    rotated_hashes: tuple[bytes, ...] = ()
    """The hash of the picture in each Orientation, in order."""
    parts: tuple[tuple[str, "PerceptualHash"], ...] = ()
    """The hashes of the parts inside its border or page, by MediaHash.Transformation."""
    features: tuple[LocalFeatures, ...] = ()
    """Its local features; for a query, also those of its mirror image."""

    @property
    def is_distinctive(self) -> bool:
        """Return whether the hash identifies the picture; plain areas all look alike."""
        return self.quality >= MIN_DISTINCTIVE_QUALITY

    @property
    def orientations(self) -> tuple[bytes, ...]:
        """Return the hash in each Orientation, even if only the bits are known."""
        return self.rotated_hashes or compute_rotated_hashes(self.pdq)

    @classmethod
    def from_hex(cls, digits: str) -> "PerceptualHash":
        """Parse a hash computed elsewhere.

        Raises:
            ValueError: `digits` is not 64 hexadecimal digits.
        """
        if len(digits) != 2 * HASH_BYTES or not digits.isascii() or not digits.isalnum():
            raise ValueError("A PDQ hash has 64 hexadecimal digits.")
        return cls(bytes.fromhex(digits), quality=100)


def compute_hash(luma: NDArray[np.generic]) -> PerceptualHash:
    """Compute the hash of a picture from its brightness: rows of values from 0 to 255."""
    points = _blur_and_sample(luma)
    turned_hashes = tuple(
        _compute_bits(_compute_frequencies(points_turned)) for points_turned in _iterate_orientations(points)
    )
    return PerceptualHash(turned_hashes[0], _compute_quality(points), turned_hashes)


def compute_distance(pdq: bytes, other_pdq: bytes) -> int:
    """Return the number of bits in which two hashes differ."""
    return (int.from_bytes(pdq) ^ int.from_bytes(other_pdq)).bit_count()


def compute_rotated_hashes(pdq: bytes) -> tuple[bytes, ...]:
    """Compute the hash in each Orientation from one hash alone; a few bits may be wrong.

    Mirroring a picture flips the sign of every second frequency. Rotating it also swaps rows and columns.
    """
    bits = np.unpackbits(np.frombuffer(pdq, np.uint8))[::-1].reshape(_FREQUENCIES, _FREQUENCIES)
    signs = bits.astype(np.float32) * 2 - 1
    odd = np.where(np.arange(_FREQUENCIES) % 2 == 0, -1, 1).astype(np.float32)
    rows, columns = odd[:, None], odd[None, :]
    turned_images = (
        *(signs, signs.T * rows, signs * rows * columns, signs.T * columns),
        *(signs * columns, signs * rows, signs.T, signs.T * rows * columns),
    )
    return tuple(_pack_bits(matrix > 0) for matrix in turned_images)


def _iterate_orientations(points: Floats) -> Iterator[Floats]:
    """Yield the sampled points of the picture in each Orientation, in order."""
    yield points
    yield np.rot90(points)
    yield np.rot90(points, 2)
    yield np.rot90(points, 3)
    yield points[:, ::-1]
    yield points[::-1]
    yield points.T
    yield np.rot90(points, 2).T


def _blur_and_sample(luma: NDArray[Any]) -> Floats:
    """Blur twice by a mean over a 128th of the picture in each direction (Jarosz filter), and sample it.

    The second mean is computed for the sampled points only.
    """
    height, width = luma.shape
    rows, columns = (((np.arange(_POINTS) + 0.5) * length / _POINTS).astype(int) for length in luma.shape)
    return _blur(_blur(luma, np.arange(height), np.arange(width)), rows, columns)


def _blur(luma: NDArray[Any], rows: NDArray[np.int_], columns: NDArray[np.int_]) -> Floats:
    """Return the mean of the window around each crossing of these rows and columns."""
    return _average_rows(_average_rows(luma.T, columns).T, rows)


def _average_rows(values: NDArray[Any], rows: NDArray[np.int_]) -> Floats:
    """Return the mean of the window around each of these rows; a window at the edge contains fewer rows."""
    height, width = values.shape
    window = (height + 2 * _POINTS - 1) // (2 * _POINTS)
    ends = np.minimum(rows + window // 2 + 1, height).tolist()
    begins = np.maximum(rows + window // 2 + 1 - window, 0).tolist()
    # Adding and subtracting one row at a time takes a third of the time of sums of the whole picture.
    values, means = np.ascontiguousarray(values, np.float32), np.empty((len(rows), width), np.float32)
    total, first, last = np.zeros(width, np.float32), 0, 0
    for mean, begin, end in zip(means, begins, ends, strict=True):
        for row in values[last:end]:
            total += row
        for row in values[first:begin]:
            total -= row
        first, last = begin, end
        np.divide(total, end - begin, out=mean)
    return means


def _compute_quality(points: Floats) -> int:
    steps = sum(int(np.abs(np.trunc(np.diff(points, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, steps // _FULL_QUALITY)


@cache
def _build_cosines() -> Floats:
    frequencies, points = np.arange(1, _FREQUENCIES + 1), np.arange(_POINTS)
    angles = np.pi / (2 * _POINTS) * np.outer(frequencies, 2 * points + 1)
    cosines: NDArray[np.float64] = np.cos(angles) * np.sqrt(2 / _POINTS)
    return cosines.astype(np.float32)


def _compute_frequencies(points: Floats) -> Floats:
    return _build_cosines() @ points @ _build_cosines().T


def _compute_bits(frequencies: Floats) -> bytes:
    median = np.sort(frequencies, axis=None)[_MIDDLE_GREY]
    return _pack_bits(frequencies > median)


def _pack_bits(matrix: NDArray[np.bool_]) -> bytes:
    """Pack the bits with the first frequency last, like the reference implementation."""
    return np.packbits(matrix.ravel()[::-1]).tobytes()
