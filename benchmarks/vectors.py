"""Measure how quickly statements get their vectors, the effect on reads, and the search results.

An archive is imported, and vectors are made while a list is read repeatedly. Then neighbours are found with the index
and by comparing all vectors. Promised on two idle cores: 113,328 statements in 40 minutes, reads at most a tenth
slower, 98 of 100 of the ten nearest neighbours found by the index, and 10 ms (median) for finding neighbours.

Records are generated as for `import_claims`, unless `--file` names an archive. Generated statements resemble each other
more than real ones, so only the recall of an archive is reliable.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from benchmarks.import_claims import iterate_records, time_import
from benchmarks.scratch import open_scratch_project

RECORDS = 40_000
PER_SECOND = 113_328 / (40 * 60)
MAX_SLOWDOWN = 1.1
RECALL = 0.98
MILLISECONDS = 10.0
#: So many questions are asked, and so often the list is read before and meanwhile.
QUESTIONS, READS = 200, 400
PATH = "/api/v1/claims/?ordering=-reviewed"


def measure_median(answer: Callable[[], object], times: int) -> float:
    """Return the median time of a call in milliseconds."""
    durations = []
    for _ in range(times):
        started_at = time.perf_counter()
        answer()
        durations.append((time.perf_counter() - started_at) * 1000)
    return statistics.median(durations)


def report(met: bool, sentence: str) -> bool:
    print(f"{sentence}{'' if met else '   MISSED'}", flush=True)
    return met


def measure_making(threads: int) -> bool:
    """Make all vectors in another process while reading."""
    from django.conf import settings
    from django.test import Client

    from claims.matching.embedding import maintenance

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    quiet_median = measure_median(lambda: client.get(PATH), READS)
    command = [sys.executable, "manage.py", "embed_claims", "--threads", str(threads)]
    started_at = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as program:
        time.sleep(5)  # until it has begun
        busy_median = measure_median(lambda: client.get(PATH), READS)
        if program.wait():
            sys.exit("embed_claims failed.")
    seconds = time.perf_counter() - started_at
    [(model, (vectors, outstanding))] = maintenance.list_model_progress()
    met = report(outstanding == 0, f"{vectors:,} vectors of {model}, {outstanding:,} outstanding")
    rate = vectors / seconds
    met &= report(
        rate >= PER_SECOND, f"{rate:.0f} a second of {PER_SECOND:.0f} on {threads} threads, indexes included"
    )
    return met & report(
        busy_median <= quiet_median * MAX_SLOWDOWN,
        f"a list in {busy_median:.2f} ms meanwhile, {quiet_median:.2f} ms before",
    )


def measure_neighbours() -> bool:
    """Measure the search for neighbours of statements."""
    from psutil import Process

    from claims.matching.embedding import choice, compute_query_vectors, find_nearest, neighbours
    from claims.models import Claim

    choice.forget_query_model()
    chosen = list(Claim.objects.values_list("statement", flat=True))
    asked = random.Random("vectors").sample(chosen, min(QUESTIONS, len(chosen)))  # noqa: S311  guards nothing
    vectors = [vector for vector in compute_query_vectors(asked, ["en"] * len(asked)) if vector is not None]
    met = True
    for considered in (50, neighbours.EF_SEARCH, 200):
        shares, durations = [], []
        for vector in vectors:
            started_at = time.perf_counter()
            by_index = {
                claim
                for claim, *_ in find_nearest(vector, is_public=True, limit=10, candidate_count=considered)
            }
            durations.append((time.perf_counter() - started_at) * 1000)
            exact = {claim for claim, *_ in find_nearest(vector, is_public=True, limit=10, candidate_count=0)}
            shares.append(len(by_index & exact) / len(exact))
        recall, middle = statistics.mean(shares), statistics.median(durations)
        is_met = considered != neighbours.EF_SEARCH or (recall >= RECALL and middle <= MILLISECONDS)
        met &= report(is_met, f"recall {recall:.3f} in {middle:.1f} ms where {considered} are considered")
    print(f"{Process().memory_info().rss / 2**20:.0f} MB with the model")
    return met


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--file", type=Path, help="an archive that import_claims reads")
    parser.add_argument(
        "--database",
        type=Path,
        metavar="DATA_DIR",
        help="where the archive is imported, and kept with its vectors",
    )
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name,
        open_scratch_project(arguments.database),
    ):
        path = arguments.file or Path(name) / "reviews.jsonl"
        if not arguments.file:
            with path.open("wb") as file:
                file.writelines(orjson.dumps(one) + b"\n" for one in iterate_records(arguments.records))
        time_import(path)
        is_met = measure_making(arguments.threads)
        return not (measure_neighbours() and is_met)


if __name__ == "__main__":
    sys.exit(main())
