"""Measure imports of an archive. The promise: 60 s for 208,739 records, and 25 s if nothing has changed.

The floor is a plain COPY of the imported rows into the same tables, with the same indexes and generated columns but
without triggers. The import is promised to take at most four times as long. The peak memory of the importing process is
promised to be at most 300 MB, not counting the processes that it starts for cleaning.

Records are generated, with names, labels and dates in all the ways that people write them, unless `--file` names an
archive.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchmarks.read_side.words import LANGUAGES, get_lexicon
from benchmarks.scratch import open_scratch_project

RECORD_COUNT = 208_739
SECONDS, SECONDS_UNCHANGED, MEGABYTES, TIMES_THE_FLOOR = 60, 25, 300, 4.0

_CHECKERS = [f"checks{number}.example" for number in range(12)]
_LABELS = [
    "False",
    "FALSE",
    "Mostly false",
    "Half true",
    "True",
    "Misleading",
    "Pants on Fire",
    "needs-context",
    "",
]
_DATES = [
    "2021-03-04",
    "March 4, 2021",
    "4 mars 2021",
    "Thu, 04 Mar 2021 10:00:00 GMT",
    "1614852000",
    "03/04/2021",
    "",
]


def iterate_records(count: int) -> Iterator[dict[str, Any]]:
    """Yield unclean records: a tenth has no rating, half of the statements are repeated, and some are unusable."""
    rng = random.Random("import_claims")  # noqa: S311  nothing to protect here
    statements: list[tuple[str, str, str]] = []
    for number in range(count):
        if statements and rng.random() < 0.45:
            statement, language, claimant = rng.choice(statements[-20_000:])
        else:
            lexicon = get_lexicon(
                rng.choices(LANGUAGES, weights=[language_details.share for language_details in LANGUAGES])[
                    0
                ].tag
            )
            statement, language = lexicon.draw_statement(rng), lexicon.language.tag
            claimant = lexicon.draw_name(rng) if rng.random() < 0.6 else ""
            statements.append((statement, language, claimant))
        checker = rng.choice(_CHECKERS)
        yield {
            "statement": statement if number % 50 else "",
            "language": language if number % 20 else "mul",
            "claimant": claimant,
            "publisher": checker if number % 30 else "",
            "rating": rng.choice(_LABELS),
            "review_url": f"https://{checker}/{number}?utm_source=feed" if number % 3 else "",
            "reviewed_on": rng.choice(_DATES),
        }


def time_import(path: Path) -> float:
    """Return how many seconds an import takes."""
    from claims.imports.reading.recipe import Recipe
    from claims.imports.storing import runs

    started_at = time.perf_counter()
    run = runs.find_or_create_run(str(path), Recipe(), by=None)
    runs.import_files(
        run,
        str(path),
        Recipe(),
        report_detection=lambda *found: None,
        report_progress=lambda progress: None,
        max_pages=1,
    )
    seconds = time.perf_counter() - started_at
    counts = ", ".join(
        f"{getattr(run, name):,} {name}" for name in ("created", "updated", "unchanged", "merged", "refused")
    )
    print(f"{run.records:,} records in {seconds:.1f} s: {counts}")
    return seconds


def measure_floor(folder: Path) -> float:
    """Return the seconds that it takes just to copy the rows from files into empty tables."""
    from django.apps import apps
    from django.db import connection

    from benchmarks.superuser import use_superuser

    tables = {}
    for app in ("sources", "claims"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            fields = [field for field in model._meta.local_concrete_fields if not field.generated]
            if not model._meta.proxy and fields:
                tables[model._meta.db_table] = ", ".join(f'"{field.column}"' for field in fields)
    with use_superuser(), connection.cursor() as cursor:
        for table, columns in tables.items():
            with (
                (folder / table).open("wb") as file,
                cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as rows,
            ):
                file.writelines(rows)
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("CHECKPOINT")
        started_at = time.perf_counter()
        for table, columns in tables.items():
            with (
                (folder / table).open("rb") as file,
                cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as rows,
            ):
                while block := file.read(1 << 20):
                    rows.write(block)
        return time.perf_counter() - started_at


def run_measurement(path: Path, folder: Path) -> bool:
    """Measure everything, print the results, and return whether all promises were met."""
    first_seconds, repeated_seconds = time_import(path), time_import(path)
    peak_megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    floor_seconds = measure_floor(folder)
    results = [
        ("first import", first_seconds, SECONDS, "s"),
        ("nothing changed", repeated_seconds, SECONDS_UNCHANGED, "s"),
        ("peak memory", peak_megabytes, MEGABYTES, "MB"),
        (
            "times the floor",
            first_seconds / floor_seconds,
            TIMES_THE_FLOOR,
            f"(the floor: {floor_seconds:.1f} s)",
        ),
    ]
    for name, value, promised, unit in results:
        print(f"{name:16} {value:8.1f} of {promised:g} {unit}{'' if value <= promised else '   MISSED'}")
    return all(value <= promised for _, value, promised, _ in results)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORD_COUNT)
    parser.add_argument("--file", type=Path, help="an archive that import_claims reads")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name, open_scratch_project():
        folder = Path(name)
        path = arguments.file or folder / "reviews.jsonl"
        if not arguments.file:
            with path.open("wb") as file:
                file.writelines(orjson.dumps(record) + b"\n" for record in iterate_records(arguments.records))
        return not run_measurement(path, folder)


if __name__ == "__main__":
    sys.exit(main())
