"""Fill the index with random frames and with other pictures, as a newsroom with a million pictures would have."""

import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sources.media.feature_detection import STORED_FEATURES
from sources.media.local_features import LocalFeatures
from sources.media.perceptual_hash import PerceptualHash

FRAMES_PER_FILM = 200
#: How often a word of a photo is a word of another one, by word.
SHARED_WORD_RATE = 1.66e-6
_NO_POINTS = [0] * 3 * STORED_FEATURES


def fill_index(
    count: int, known_words: list[int], other_pictures: Iterable[PerceptualHash]
) -> NDArray[np.uint8]:
    """Store other pictures, and video frames with random hashes and words until there are `count`.

    Return the hashes of the frames.

    Args:
        known_words: words of photos, which are as frequent among the frames as among photos.
    """
    from django.db import connection

    from factcheck.database.database_roles import connect_as_owner

    rng = np.random.default_rng(5)
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
        other_hashes = [*other_pictures]
        ids = _add_files(cursor, len(other_hashes), "image", "image/jpeg", "")
        with _copy_hashes(cursor) as copy:
            for media_id, picture_hash in zip(ids, other_hashes, strict=True):
                _write_row(copy, media_id, None, picture_hash.pdq, picture_hash.features[0])
        hashes = rng.integers(0, 256, (count - len(other_hashes), 32), dtype=np.uint8)
        films = _add_files(cursor, -(-len(hashes) // FRAMES_PER_FILM), "video", "video/mp4", "taken")
        with _copy_hashes(cursor) as copy:
            for frame_number, pdq in enumerate(hashes):
                words = rng.integers(0, 2**24, STORED_FEATURES)
                is_known = rng.random(STORED_FEATURES) < SHARED_WORD_RATE * len(known_words)
                words[is_known] = rng.choice(known_words, is_known.sum())
                features = LocalFeatures(words.tolist(), _NO_POINTS)
                _write_row(
                    copy,
                    films[frame_number // FRAMES_PER_FILM],
                    frame_number % FRAMES_PER_FILM,
                    pdq.tobytes(),
                    features,
                )
        for _index, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE sources_mediahash")
        cursor.execute(
            "SELECT pg_size_pretty(pg_relation_size('sources_mediahash')),"
            " pg_size_pretty(pg_indexes_size('sources_mediahash'))"
        )
        table_size, index_size = cursor.fetchone()
    print(
        f"{count:,} pictures stored in {time.perf_counter() - started_at:.0f} s,"
        f" {len(other_hashes):,} of them real ones; {table_size}, and indexes of {index_size}",
        flush=True,
    )
    return hashes


def _add_files(cursor: Any, count: int, *columns: str) -> list[int]:
    cursor.execute(
        "INSERT INTO sources_mediaobject (sha256, size, kind, media_type, keyframes, filename, content_url,"
        " alternative_text, show_to_readers, public_sha256, public_media_type, metadata, provenance, caveats)"
        " SELECT encode(sha256(%s || n::text::bytea), 'hex'), 1, %s, %s, %s, '', '', '', false, '', '', '{}', '{}',"
        " '[]'"
        " FROM generate_series(1, %s) AS n RETURNING id",
        [columns[0].encode(), *columns, count],
    )
    return [row[0] for row in cursor.fetchall()]


def _copy_hashes(cursor: Any) -> Any:
    return cursor.copy(
        "COPY sources_mediahash (media_id, frame_at, transformation, pdq, quality, words, points) FROM STDIN"
    )


def _write_row(copy: Any, media_id: int, frame_at: int | None, pdq: bytes, features: LocalFeatures) -> None:
    from factcheck.database.model_fields import bytes_to_bits

    words, points = (f"{{{','.join(map(str, numbers))}}}" for numbers in features)
    copy.write_row((media_id, frame_at, "whole", bytes_to_bits(pdq), 90, words, points))
