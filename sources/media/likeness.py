"""Find similar pictures among millions without comparing all of them: by hashes, then by local features.

A hash has 16 bands of 16 bits, in eight pairs. If two hashes differ in at most 31 bits, at least one pair of bands
differs in at most three bits, because four in each of eight pairs would be 32. One band of that pair then differs in at
most one bit. So the index is searched for 17 values of each band, and hashes that differ too much in the other band of
the pair are dropped. The rest are compared bit by bit. No near match is missed (multi-index hashing; Norouzi, Punjani
and Fleet 2012).

Pictures that were cropped or partly covered have different hashes. They are found by the words of their local features:
an index lists the pictures that share several words, and the points of a match must be arranged in the same way.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connections, router

from factcheck.database.model_fields import bytes_to_bits
from sources.media.bounded_pictures import compute_picture_hash
from sources.media.local_features import LocalFeatures, count_agreeing_points
from sources.media.perceptual_hash import MAX_SAME_DISTANCE, Orientation, PerceptualHash
from sources.models import MediaHash, MediaObject
from sources.models.media_hash import BAND_BITS, BAND_COUNT, HASH_BITS

_OrientedHash = tuple[Orientation, bytes]

#: The orientations in which local features are looked up, in order.
_UPRIGHT = (Orientation.ORIGINAL, Orientation.MIRRORED)
#: The value of `NearDuplicate.part` for a picture that was found by its local features.
DETAILS = "details"
#: The maximum number of candidates per query.
RESULT_LIMIT = 50
#: The band itself and its variants with one changed bit, and the number of bits in which the pair may differ.
_BAND_CHANGES = (0, *(1 << bit for bit in range(BAND_BITS)))
_PAIR_DISTANCE = MAX_SAME_DISTANCE // (BAND_COUNT // 2)

_BAND_SQL = " UNION ALL ".join(
    f"""
    SELECT near.id, asked.which FROM unnest(%s::int[], %s::int[], %s::int[]) AS asked (value, beside, which)
    JOIN sources_mediahash AS near ON near.band_{band} = asked.value
        AND bit_count((near.band_{band ^ 1} # asked.beside)::bit({BAND_BITS})) <= {_PAIR_DISTANCE}
    """  # noqa: S608  put together from constants; values are parameters
    for band in range(BAND_COUNT)
)
#: Selects all stored hashes near any of the queried ones. A hash may be found through several bands.
_NEAR_SQL = f"""
    SELECT DISTINCT near.media_id, bit_count(near.pdq # asked.pdq) AS distance, asked.which, near.frame_at,
        near.transformation
    FROM ({_BAND_SQL}) AS found
    JOIN sources_mediahash AS near USING (id)
    JOIN unnest(%s::int[], %s::bit({HASH_BITS})[]) AS asked (which, pdq) ON asked.which = found.which
    WHERE bit_count(near.pdq # asked.pdq) <= %s
    ORDER BY distance, media_id, which, frame_at NULLS FIRST, transformation
"""  # noqa: S608  put together from constants; values are parameters


#: The minimum number of points arranged alike; four may agree by chance.
_MIN_AGREEING_POINTS = 5
#: The maximum number of pictures compared point by point, those with the most common words first.
_MAX_COMPARED = 50
#: A word in more pictures than this does not distinguish them, so counting stops here.
_MAX_PICTURES_PER_WORD = 1000

_COMMON_WORDS_SQL = f"""
    SELECT near.media_id, near.frame_at, near.words, near.points, found.which FROM (
        SELECT holder.id, asked.which FROM unnest(%s::int[], %s::int[]) AS asked (word, which)
        CROSS JOIN LATERAL (
            SELECT id FROM sources_mediahash WHERE words @> ARRAY[asked.word] LIMIT {_MAX_PICTURES_PER_WORD}
        ) AS holder
        GROUP BY holder.id, asked.which HAVING count(*) >= {_MIN_AGREEING_POINTS}
        ORDER BY count(*) DESC, holder.id LIMIT {_MAX_COMPARED}
    ) AS found
    JOIN sources_mediahash AS near USING (id)
"""  # noqa: S608  put together from constants; values are parameters


class NearDuplicate(NamedTuple):
    """A picture or keyframe that looks like the query."""

    media_id: int
    distance: int | None
    """The number of differing bits out of 256; None if it was found by its local features."""
    transformation: str
    """The orientation of the query relative to this picture: an Orientation."""
    frame_at: float | None
    """The time of the frame in seconds; None for a picture."""
    part: str = MediaHash.Transformation.WHOLE
    """The part of the stored picture: a MediaHash.Transformation, or DETAILS."""


def find_near_duplicates(
    picture: PerceptualHash | bytes, *, max_distance: int = MAX_SAME_DISTANCE, limit: int = RESULT_LIMIT
) -> list[NearDuplicate]:
    """Return similar pictures and videos, most similar first, each once with its nearest part or frame.

    Rotated and mirrored pictures are found too. If the whole picture has no match and its pixels were available
    (`compute_picture_hash`), its local features are searched, then the part within its border. Equal files are always
    found. Similar plain pictures are not, because all plain areas look alike (`PerceptualHash.is_distinctive`).

    Raises:
        MediaRefused: the bytes are not a readable picture.
        ValueError: `max_distance` is not from 0 to 31.
    """
    if not 0 <= max_distance <= MAX_SAME_DISTANCE:
        raise ValueError(f"Hashes are compared within 0 to {MAX_SAME_DISTANCE} bits.")
    duplicates: list[NearDuplicate] = []
    if isinstance(picture, bytes):
        digest = hashlib.sha256(picture).hexdigest()
        media_ids = MediaObject.objects.filter(sha256=digest).values_list("pk", flat=True)
        duplicates = [NearDuplicate(media, 0, Orientation.ORIGINAL, None) for media in media_ids]
        picture = compute_picture_hash(picture)
    duplicates += _find_near(_list_orientations(picture), max_distance)
    if not duplicates:
        duplicates = _find_by_details(picture)
    if not duplicates:
        duplicates = _find_near(
            [upright_hash for _part, part_hash in picture.parts for upright_hash in _list_upright(part_hash)],
            max_distance,
        )
    return _keep_nearest(duplicates)[:limit]


def _keep_nearest(duplicates: list[NearDuplicate]) -> list[NearDuplicate]:
    duplicates_by_media: dict[int, NearDuplicate] = {}
    for near_duplicate in duplicates:
        duplicates_by_media.setdefault(near_duplicate.media_id, near_duplicate)
    return [*duplicates_by_media.values()]


def _list_orientations(picture_hash: PerceptualHash) -> list[_OrientedHash]:
    return [*zip(Orientation, picture_hash.orientations, strict=True)] if picture_hash.is_distinctive else []


def _list_upright(picture_hash: PerceptualHash) -> list[_OrientedHash]:
    """Return the hashes of the picture and its mirror image, without rotations: pictures inside a page are upright."""
    return [
        oriented_hash for oriented_hash in _list_orientations(picture_hash) if oriented_hash[0] in _UPRIGHT
    ]


def _find_by_details(picture: PerceptualHash) -> list[NearDuplicate]:
    """Return pictures whose points are arranged like this one's, those with the most points in common first."""
    if not picture.features:
        return []
    words = [(word, index) for index, features in enumerate(picture.features) for word in set(features.words)]
    with connections[router.db_for_read(MediaHash)].cursor() as cursor:
        cursor.execute(_COMMON_WORDS_SQL, [*map(list, zip(*words, strict=True))] or [[], []])
        rows = cursor.fetchall()
    duplicates = [
        (count_agreeing_points(picture.features[index], LocalFeatures(words, points)), media, frame_at, index)
        for media, frame_at, words, points, index in rows
    ]
    duplicates.sort(key=lambda match: (-match[0], match[1]))
    return [
        NearDuplicate(media, None, str(_UPRIGHT[index]), frame_at, DETAILS)
        for point_count, media, frame_at, index in duplicates
        if point_count >= _MIN_AGREEING_POINTS
    ]


def _find_near(oriented_hashes: list[_OrientedHash], max_distance: int) -> list[NearDuplicate]:
    """Return everything similar to any of these hashes, most similar first."""
    if not oriented_hashes:
        return []
    hashes = [pdq for _orientation, pdq in oriented_hashes]
    values: list[Any] = [
        *_build_probes(hashes),
        [*range(len(oriented_hashes))],
        [*map(bytes_to_bits, hashes)],
        max_distance,
    ]
    with connections[router.db_for_read(MediaHash)].cursor() as cursor:
        cursor.execute(_NEAR_SQL, values)
        return [
            NearDuplicate(media, distance, str(oriented_hashes[index][0]), frame_at, part)
            for media, distance, index, frame_at, part in cursor.fetchall()
        ]


def _build_probes(hashes: list[bytes]) -> Iterator[list[int]]:
    """Yield three parallel lists for each band: values to look up, values of the paired band, and hash indexes."""
    width = BAND_BITS // 8
    bands = [
        [int.from_bytes(pdq[start : start + width]) for start in range(0, len(pdq), width)] for pdq in hashes
    ]
    for band in range(BAND_COUNT):
        yield [values[band] ^ change for values in bands for change in _BAND_CHANGES]
        yield [values[band ^ 1] for values in bands for _change in _BAND_CHANGES]
        yield [index for index in range(len(bands)) for _change in _BAND_CHANGES]
