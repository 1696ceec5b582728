"""Measure how reliably and how quickly similar pictures are found among a million.

Promised on two idle cores: a search takes 20 ms (median) by hash and 40 ms by local features. It finds 99 of 100
pictures that a comparison with every hash would find, and 97 of 100 edited photos. At most one search in a thousand
finds a wrong picture.

Two thirds of the photos are stored, then searched for after each edit. They are among 100,000 other pictures: photos
and drawings of objects, and crops of the other photos. Hashes and words of the rest are random, like those of different
pictures; words of the photos occur among them as often as in other photos. `apt-get install` the packages in
`benchmarks/pictures/photos.py` and tuxpaint-stamps-default; `--photos` names a folder of other photos.
"""

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.pictures.edits import EDITS, USUAL_QUALITY
from benchmarks.pictures.index import FRAMES_PER_FILM, fill_index
from benchmarks.pictures.others import iterate_others
from benchmarks.pictures.photos import read_photos
from benchmarks.scratch import open_scratch_project
from sources.media.feature_detection import QUERY_FEATURES, find_features
from sources.media.local_features import LocalFeatures
from sources.media.packed_pictures import PictureRequest
from sources.media.perceptual_hash import PerceptualHash
from sources.media.shown_pictures import compute_luma, render_picture
from tests.helpers.media_files import encoded

HASH_COUNT, OTHER_COUNT, QUERY_COUNT = 1_000_000, 100_000, 200
MAX_MILLISECONDS, MIN_RECALL = 20.0, 0.99
#: What is promised of edited photos, and of the look-up of their local features.
MIN_FOUND_SHARE, MAX_FALSE_ALARM_SHARE, MAX_DETAILS_MILLISECONDS = 0.97, 0.001, 40.0


def report(is_met: bool, sentence: str) -> bool:
    print(f"{sentence}{'' if is_met else '   MISSED'}", flush=True)
    return is_met


def format_percentiles(durations: list[float]) -> str:
    durations = sorted(durations)
    median, percentile_95 = statistics.median(durations), durations[len(durations) * 95 // 100]
    return f"{median:.1f} ms at the median, {percentile_95:.1f} ms for 95 of 100"


def run_timed(run: Callable[[], Any]) -> tuple[Any, float]:
    started_at = time.perf_counter()
    result = run()
    return result, (time.perf_counter() - started_at) * 1000


def measure_recall(hashes: Any) -> bool:
    """Measure the recall of the index against a full comparison, for hashes that differ in up to 31 bits."""
    from sources.media.likeness import find_near_duplicates

    rng = np.random.default_rng(6)
    words = hashes.view(np.uint64)
    expected_count = found_count = other_count = 0
    upright_durations, all_durations = [], []
    for _ in range(QUERY_COUNT):
        pdq = hashes[rng.integers(len(hashes))].copy()
        for bit_index in rng.choice(256, int(rng.integers(0, 32)), replace=False):
            pdq[bit_index // 8] ^= 1 << (bit_index % 8)
        query = PerceptualHash(pdq.tobytes(), 90)
        distances = np.bitwise_count(words ^ pdq.view(np.uint64)).sum(axis=1)
        exact_rows = {int(row) // FRAMES_PER_FILM for row in np.flatnonzero(distances <= 31)}
        duplicates, duration = run_timed(lambda: find_near_duplicates(query, limit=1000))  # noqa: B023  it is called at once
        all_durations.append(duration)
        upright = PerceptualHash(pdq.tobytes(), 90, (pdq.tobytes(),))
        upright_durations.append(run_timed(lambda: _find_upright(upright))[1])  # noqa: B023
        expected_count += len(exact_rows)
        found_count += min(
            len(exact_rows), sum(duplicate.transformation == "original" for duplicate in duplicates)
        )
        other_count += sum(duplicate.transformation != "original" for duplicate in duplicates)
    recall = found_count / expected_count
    is_met = report(
        statistics.median(upright_durations) <= MAX_MILLISECONDS,
        f"as it lies: {format_percentiles(upright_durations)}",
    )
    print(
        f"turned and mirrored besides: {format_percentiles(all_durations)}; found so by chance: {other_count}"
    )
    return is_met & report(recall >= MIN_RECALL, f"recall {recall:.4f} of {expected_count} within 31 bits")


def _find_upright(query: Any) -> object:
    from sources.media import likeness
    from sources.media.perceptual_hash import Orientation

    return likeness._find_near([(Orientation.ORIGINAL, query.pdq)], 31)


def measure_details(photos: list[tuple[LocalFeatures, LocalFeatures]]) -> bool:
    """Print how long it takes to look up the local features of photos that are not stored."""
    from sources.media.likeness import _find_by_details

    queries = [PerceptualHash(bytes(32), 90, features=photo) for photo in photos]
    durations = [run_timed(lambda: _find_by_details(query))[1] for query in queries]  # noqa: B023
    return report(
        statistics.median(durations) <= MAX_DETAILS_MILLISECONDS,
        f"by local features: {format_percentiles(durations)}",
    )


def search_photos(photos: list[Image.Image]) -> bool:
    """Print how many stored photos are found after each edit, and how often a wrong picture is found."""
    from sources.media.intake import store_file
    from sources.media.likeness import find_near_duplicates

    stored_ids, storing_durations = [], []
    for photo in photos:
        media, duration = run_timed(lambda: store_file(encoded(photo, quality=92), by=None))  # noqa: B023  it is called at once
        stored_ids.append(media.pk)
        storing_durations.append(duration)
    print(f"{len(stored_ids)} photos are stored, each in {format_percentiles(storing_durations)}", flush=True)
    search_durations, reading_durations, false_alarms = [], [], 0
    is_found = np.zeros((len(EDITS), len(photos)), bool)
    for row, (description, edit) in enumerate(EDITS.items()):
        for column, photo in enumerate(photos):
            query = encoded(edit(photo), quality=USUAL_QUALITY)
            duplicates, duration = run_timed(lambda: find_near_duplicates(query))  # noqa: B023
            search_durations.append(duration)
            if row % len(photos) == column:
                reading_durations.append(measure_reading(query))
            ids = {duplicate.media_id for duplicate in duplicates}
            is_found[row, column] = stored_ids[column] in ids
            false_alarms += bool(ids - {stored_ids[column]})
        print(f"  {is_found[row].mean():6.1%} found again: {description}", flush=True)
    print(f"a picture is read and looked up in {format_percentiles(search_durations)}")
    print(f"reading it takes {statistics.median(reading_durations):.0f} ms of a processor")
    is_tuning_photo = np.arange(len(photos)) % 4 == 0
    for description, outcomes in (
        ("the limits were chosen with", is_found[:, is_tuning_photo]),
        ("were not used before", is_found[:, ~is_tuning_photo]),
    ):
        print(
            f"of the photos that {description}, {outcomes.mean():.1%} of {outcomes.size:,} edited ones are found again"
        )
    is_met = report(
        is_found.mean() >= MIN_FOUND_SHARE,
        f"{is_found.mean():.1%} of {is_found.size:,} edited photos are found again",
    )
    return is_met & report(
        false_alarms <= is_found.size * MAX_FALSE_ALARM_SHARE,
        f"a wrong picture is found for {false_alarms} of {is_found.size:,} questions",
    )


def measure_reading(picture: bytes) -> float:
    """Return the processor time of reading a picture that is looked up, in milliseconds."""
    started_at = time.process_time()
    render_picture(io.BytesIO(picture), PictureRequest("JPEG", hash_only=True))
    return (time.process_time() - started_at) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hashes", type=int, default=HASH_COUNT)
    parser.add_argument("--others", type=int, default=OTHER_COUNT, help="other pictures (%(default)s)")
    parser.add_argument("--photos", type=Path, help="a folder of photos")
    parser.add_argument(
        "--database", type=Path, metavar="DATA_DIR", help="where all is kept, for another look"
    )
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name,
        open_scratch_project(arguments.database or Path(name)),
    ):
        photos = read_photos(arguments.photos)
        searched_photos, cropped_photos = (
            [photo for index, photo in enumerate(photos) if index % 3],
            photos[::3],
        )
        searched_features = [
            find_features(compute_luma(photo), QUERY_FEATURES) for photo in searched_photos[:40]
        ]
        known_words = [word for features, _mirrored in searched_features for word in features.words]
        hashes = fill_index(arguments.hashes, known_words, iterate_others(cropped_photos, arguments.others))
        print(f"on {os.cpu_count()} cores, where {os.getloadavg()[0]:.1f} programs run on average")
        all_met = measure_recall(hashes)
        all_met &= measure_details(searched_features)
        all_met &= search_photos(searched_photos)
        return not all_met


if __name__ == "__main__":
    sys.exit(main())
