"""Pictures are found again by their looks, whatever was done to them on their way; others are not found for them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sources.media.bounded_pictures import compute_picture_hash
from sources.media.intake import store_file
from sources.media.likeness import NearDuplicate, find_near_duplicates
from sources.media.perceptual_hash import PerceptualHash, compute_distance
from sources.media.refused_media import MediaRefused
from sources.models import MediaHash, MediaObject
from tests.helpers import media_files
from tests.helpers.media_files import CHANGES, encoded, picture, scene

pytestmark = pytest.mark.django_db

ORIENTATIONS = {
    "mirrored": "mirrored",
    "mirrored, cut to a square, words over it": "mirrored",
    "upside down": "upside_down",
    "turned by 90": "turned_270",
    "turned by 180": "turned_180",
    "turned by 270": "turned_90",
}
DETAILS = (
    "inner 70 %",
    "10 % cut at the bottom",
    "20 % cut at the right",
    "cut to a square",
    "turned by 3",
    "mirrored, cut to a square, words over it",
)


def stored(number: int, pdq: bytes, **columns: object) -> MediaObject:
    digest = f"{number:064x}"
    media = MediaObject.objects.create(sha256=digest, size=1, kind="image", media_type="image/png")
    MediaHash.objects.create(**{"media": media, "pdq": pdq, "quality": 80} | columns)
    return media


def changed(pdq: bytes, bits: list[int]) -> bytes:
    return (int.from_bytes(pdq) ^ sum(1 << bit for bit in bits)).to_bytes(32)


@pytest.fixture
def gallery(folder: Path) -> dict[int, MediaObject]:
    return {number: store_file(picture(number), by=None) for number in (1, 2, 3)}


@pytest.mark.slow
def test_each_change_is_found_and_nothing_else(gallery: dict[int, MediaObject]) -> None:
    missed = {}
    for at, (name, change) in enumerate(CHANGES.items()):
        number = at % 3 + 1
        found = find_near_duplicates(encoded(change(scene(number)), quality=70))
        as_expected = [(near.media_id, near.transformation) for near in found] == [
            (gallery[number].pk, ORIENTATIONS.get(name, "original"))
        ]
        if not as_expected or (found[0].part != "details" and name in DETAILS):
            missed[name] = found
    assert missed == {}
    assert find_near_duplicates(picture(99)) == []


@pytest.mark.slow
def test_the_file_itself_is_found_first(gallery: dict[int, MediaObject]) -> None:
    media = gallery[2]
    assert find_near_duplicates(picture(2)) == [NearDuplicate(media.pk, 0, "original", None, "whole")]


def test_a_plain_picture_is_found_as_a_file_only(folder: Path) -> None:
    white = encoded(Image.new("RGB", (400, 300), "white"), "PNG")
    media = store_file(white, by=None)
    assert [near.media_id for near in find_near_duplicates(white)] == [media.pk]
    assert find_near_duplicates(encoded(Image.new("RGB", (401, 300), "white"), "PNG")) == []
    assert not compute_picture_hash(white).is_distinctive


@pytest.mark.parametrize("asked", [media_files.SVG, b"", b"text", media_files.sound(), media_files.bomb()])
def test_files_that_are_not_pictures_are_refused(asked: bytes) -> None:
    with pytest.raises(MediaRefused):
        find_near_duplicates(asked)


def test_up_to_31_bits_and_no_further() -> None:
    random = np.random.default_rng(7)
    pdq = random.bytes(32)
    near, far = stored(1, changed(pdq, [*range(0, 248, 8)])), stored(2, changed(pdq, [*range(0, 256, 8)]))
    assert compute_distance(pdq, far.hashes.get().pdq) == 32
    [found] = find_near_duplicates(PerceptualHash(pdq, 80, (pdq,) * 8))
    assert (found.media_id, found.distance) == (near.pk, 31)
    assert find_near_duplicates(PerceptualHash(pdq, 80, (pdq,) * 8), max_distance=30) == []


@pytest.mark.slow
def test_the_index_misses_nothing_that_comparing_with_all_finds() -> None:
    """Bits that differ may lie anywhere: all in one band, or two in every band but one."""
    random = np.random.default_rng(8)
    base = random.bytes(32)
    for number in range(300):
        bits = random.choice(256, int(random.integers(0, 45)), replace=False).tolist()
        stored(number, changed(base, bits))
    for number in range(300, 316):
        lone = number - 300
        bits = [band * 16 + bit for band in range(16) for bit in (3, 9)]
        bits.remove(lone * 16 + 9)
        stored(number, changed(base, bits))
    exact = {
        look.media_id: compute_distance(look.pdq, base)
        for look in MediaHash.objects.all()
        if compute_distance(look.pdq, base) <= 31
    }
    found = find_near_duplicates(PerceptualHash(base, 80, (base,) * 8), limit=1000)
    assert {near.media_id: near.distance for near in found} == exact
    assert [near.distance for near in found] == sorted(exact.values())
    assert len(find_near_duplicates(PerceptualHash(base, 80, (base,) * 8), limit=5)) == 5


def test_a_film_is_found_once_by_its_nearest_frame() -> None:
    pdq = np.random.default_rng(9).bytes(32)
    film = MediaObject.objects.create(
        sha256="f" * 64, size=1, kind="video", media_type="video/mp4", keyframes="taken"
    )
    for at, bits in ((0.0, [1, 2, 3]), (2.5, [1]), (4.0, [*range(40)])):
        MediaHash.objects.create(media=film, frame_at=at, pdq=changed(pdq, bits), quality=90)
    [near] = find_near_duplicates(PerceptualHash(pdq, 80, (pdq,) * 8))
    assert near == NearDuplicate(film.pk, 1, "original", 2.5, "whole")


@pytest.mark.slow
def test_bits_alone_find_mirrored_pictures_too(gallery: dict[int, MediaObject]) -> None:
    mirrored = compute_picture_hash(encoded(CHANGES["mirrored"](scene(1)))).pdq
    [near] = find_near_duplicates(PerceptualHash.from_hex(mirrored.hex()))
    assert (near.media_id, near.transformation) == (gallery[1].pk, "mirrored")


@pytest.mark.parametrize("within", [-1, 32])
def test_queries_of_the_index_are_limited(within: int) -> None:
    with pytest.raises(ValueError, match="0 to 31"):
        find_near_duplicates(PerceptualHash(bytes(32), 80), max_distance=within)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_one_query(count: int, django_assert_num_queries: object) -> None:
    pdq = np.random.default_rng(10).bytes(32)
    for number in range(count):
        stored(number, pdq)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(find_near_duplicates(PerceptualHash(pdq, 80, (pdq,) * 8))) == count


def test_a_hash_too_plain_is_not_looked_up(django_assert_num_queries: object) -> None:
    stored(1, bytes(32))
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert find_near_duplicates(PerceptualHash(bytes(32), 49)) == []
