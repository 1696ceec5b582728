"""Fill the index with random frames and with other pictures, as a newsroom with a million pictures would have."""

import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sources.media.feature_detection import STORED_FEATURES
from sources.media.local_features import LocalFeatures
from sources.media.perceptual_hash import PerceptualHash

FRAMES = 200
#: How often a word of a photo is a word of another one, by word.
COMMON = 1.66e-6
_NO_PLACES = [0] * 3 * STORED_FEATURES


def fill_index(count: int, known: list[int], others: Iterable[PerceptualHash]) -> NDArray[np.uint8]:
    """Store other pictures, and video frames with random hashes and words until there are `count`.

    Return the hashes of the frames.

    Args:
        known: words of photos, which are as frequent among the frames as among photos.
    """
    from django.db import connection

    from factcheck.database.database_roles import connect_as_owner

    random = np.random.default_rng(5)
    started_at = time.perf_counter()
    with connect_as_owner(), connection.cursor() as cursor:
        # As restoring a backup does: maintaining indexes row by row takes ten times as long.
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE indexname LIKE 'mediahash_band_%' OR indexname = 'mediahash_words'"
        )
        indexes = cursor.fetchall()
        for index, _definition in indexes:
            cursor.execute(f"DROP INDEX {index}")
        listed = [*others]
        ids = _add_files(cursor, len(listed), "image", "image/jpeg", "")
        with _copy(cursor) as copy:
            for media, other in zip(ids, listed, strict=True):
                _write(copy, media, None, other.pdq, other.features[0])
        hashes = random.integers(0, 256, (count - len(listed), 32), dtype=np.uint8)
        films = _add_files(cursor, -(-len(hashes) // FRAMES), "video", "video/mp4", "taken")
        with _copy(cursor) as copy:
            for at, pdq in enumerate(hashes):
                words = random.integers(0, 2**24, STORED_FEATURES)
                is_known = random.random(STORED_FEATURES) < COMMON * len(known)
                words[is_known] = random.choice(known, is_known.sum())
                features = LocalFeatures(words.tolist(), _NO_PLACES)
                _write(copy, films[at // FRAMES], at % FRAMES, pdq.tobytes(), features)
        for _index, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE sources_mediahash")
        cursor.execute(
            "SELECT pg_size_pretty(pg_relation_size('sources_mediahash')),"
            " pg_size_pretty(pg_indexes_size('sources_mediahash'))"
        )
        table, size = cursor.fetchone()
    print(
        f"{count:,} pictures stored in {time.perf_counter() - started_at:.0f} s,"
        f" {len(listed):,} of them real ones; {table}, and indexes of {size}",
        flush=True,
    )
    return hashes


def _add_files(cursor: Any, count: int, *described: str) -> list[int]:
    cursor.execute(
        "INSERT INTO sources_mediaobject (sha256, size, kind, media_type, keyframes, filename, content_url,"
        " alternative_text, show_to_readers, public_sha256, public_media_type, metadata, provenance, caveats)"
        " SELECT encode(sha256(%s || n::text::bytea), 'hex'), 1, %s, %s, %s, '', '', '', false, '', '', '{}', '{}',"
        " '[]'"
        " FROM generate_series(1, %s) AS n RETURNING id",
        [described[0].encode(), *described, count],
    )
    return [row[0] for row in cursor.fetchall()]


def _copy(cursor: Any) -> Any:
    return cursor.copy(
        "COPY sources_mediahash (media_id, frame_at, transformation, pdq, quality, words, points) FROM STDIN"
    )


def _write(copy: Any, media: int, frame_at: int | None, pdq: bytes, features: LocalFeatures) -> None:
    from factcheck.database.model_fields import bytes_to_bits

    words, points = (f"{{{','.join(map(str, numbers))}}}" for numbers in features)
    copy.write_row((media, frame_at, "whole", bytes_to_bits(pdq), 90, words, points))
