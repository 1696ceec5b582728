"""Measure the most expensive ordinary public queries, one at a time, on an imported archive.

These are counts, orderings by review date, uncached facets, and Google's search in one language. Each has a promised
time in milliseconds, for the median of five on two idle cores. An estimated number of claims must be wrong by at most a
fifth, and must not take longer than the exact number.

Records are generated as for `import_claims`, unless `--file` names an archive.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks.import_claims import iterate_records, time_import
from benchmarks.scratch import open_scratch_project

RECORD_COUNT = 100_000
REPETITIONS = 5
#: How far an estimate may be from what it estimates.
MAX_RELATIVE_ERROR = 0.2
#: How much longer than counting an estimate may take: what one EXPLAIN takes, and how exactly time can be measured.
MAX_RATIO = 10.0


class Question(NamedTuple):
    """A URL and the promised response time in milliseconds."""

    path: str
    max_milliseconds: float


def list_queries(publisher: int, language: str, word: str) -> list[Question]:
    """Return the queries, which ask for the most frequent values in the archive."""
    return [
        Question("/api/v1/claims/?reviewed_after=2020-01-01&ordering=reviewed", 50),
        Question("/api/v1/claims/?reviewed_after=2020-01-01&ordering=-reviewed", 50),
        Question("/api/v1/claims/?reviewed_before=2012-01-01&ordering=-reviewed", 300),
        Question("/api/v1/claims/?rating_class=false&ordering=reviewed", 50),
        Question("/api/v1/verdicts/?reviewed_after=2020-01-01&ordering=reviewed", 50),
        Question("/api/v1/claims/facets/", 500),
        Question(f"/api/v1/claims/facets/?language={language}", 700),
        Question("/api/v1/claims/facets/?rating_class=false", 700),
        Question(f"/api/v1/claims/facets/?q={word}", 300),
        Question(f"/v1alpha1/claims:search?query={word}&languageCode={language}", 200),
        Question(f"/v1alpha1/claims:search?query=the&languageCode={language}", 200),
        Question(f"/api/v1/claims/?publisher={publisher}&ordering=-reviewed", 50),
    ]


def list_filters(publisher: int, language: str, word: str) -> list[str]:
    """Return the filters whose results are counted and estimated."""
    return [
        "status=published",
        "rating_class=false",
        f"language={language}",
        f"q={word}",
        f"q={word}&language={language}",
        f"publisher={publisher}&rating_class=false",
        f"language={language}&rating_class=false",
        "has=correction",
    ]


def measure_query(client: Any, path: str) -> tuple[float, Any]:
    """Return the median time in milliseconds, with empty caches, and the response."""
    from django.core.cache import cache

    times: list[float] = []
    response: Any = None
    for _ in range(REPETITIONS + 1):
        cache.clear()
        started_at = time.perf_counter()
        response = client.get(path)
        times.append((time.perf_counter() - started_at) * 1000)
        if response.status_code != 200:
            sys.exit(f"{path} was answered with {response.status_code}: {response.content.decode()[:500]}")
    return statistics.median(times[1:]), response.json()


def find_subjects() -> tuple[int, str, str]:
    """Return the most frequent publisher and language, and a word that one claim in a hundred contains."""
    from django.db import connection

    from benchmarks.superuser import connect_as_superuser

    with connect_as_superuser() as server:
        server.execute("VACUUM ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT publisher_id FROM claims_publishedverdict GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        publisher = cursor.fetchone()[0]
        cursor.execute("SELECT language FROM claims_publication GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        language = cursor.fetchone()[0]
        cursor.execute(
            "SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', search_statement) FROM claims_publication"
            " WHERE superseded_at IS NULL') WHERE word ~ '^[a-z]{5,}$'"
            " ORDER BY abs(ndoc - (SELECT count(*) FROM claims_publication) / 100) LIMIT 1"
        )
        return publisher, language, cursor.fetchone()[0]


def run_measurement() -> bool:
    """Measure everything, print the results, and return whether all promises were met."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    client, all_met = Client(), True
    subjects = find_subjects()
    for path, max_milliseconds in list_queries(*subjects):
        estimate_ms, _ = measure_query(client, path)
        is_met = estimate_ms <= max_milliseconds
        all_met &= is_met
        print(f"{estimate_ms:7.0f} of {max_milliseconds:g} ms  {path}{'' if is_met else '   MISSED'}")
    for query in list_filters(*subjects):
        exact_ms, exact = measure_query(client, f"/api/v1/claims/?{query}&count=exact&page_size=1")
        estimate_ms, estimate = measure_query(client, f"/api/v1/claims/?{query}&count=estimate&page_size=1")
        is_near = abs(estimate["count"] - exact["count"]) <= MAX_RELATIVE_ERROR * exact["count"]
        is_met = is_near and estimate_ms <= exact_ms + MAX_RATIO
        all_met &= is_met
        print(
            f"{estimate['count']:7,} for {exact['count']:,} in {estimate_ms:.0f} for {exact_ms:.0f} ms  {query}"
            f"{'' if is_met else '   MISSED'}"
        )
    return all_met


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORD_COUNT)
    parser.add_argument("--file", type=Path, help="an archive that import_claims reads")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name, open_scratch_project():
        path = arguments.file or Path(name) / "reviews.jsonl"
        if not arguments.file:
            with path.open("wb") as file:
                file.writelines(orjson.dumps(record) + b"\n" for record in iterate_records(arguments.records))
        time_import(path)
        return not run_measurement()


if __name__ == "__main__":
    sys.exit(main())
