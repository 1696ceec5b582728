"""Measure how many claims are exported per second. The promise: 50,000 as NDJSON, and 0.6 times the floor.

The floor is the least possible work: PostgreSQL sends the stored bodies (`COPY … TO STDOUT`), which are discarded. An
export reads them in ledger order from one snapshot, counts and hashes them, and writes a file. `--database DATA_DIR`
measures an existing database; otherwise the database of `read_side` is used. `--restore` also restores the whole ledger
into an empty database. That takes minutes, and no figure is promised for it.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.read_side.database import DEFAULT_FOLDER, prepare_database, set_up
from benchmarks.scratch import open_scratch_project

PROMISED_RATE = 50_000
FLOOR_SHARE = 0.6


def measure_rates(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Return the claims per second in each round, or the entries per second for the whole ledger."""
    from claims.exports.export_run import ExportOptions, export_to_file
    from claims.models import Publication

    def to_file(order: ExportOptions) -> Callable[[], int]:
        return lambda: export_to_file(order, folder / "measured").entries

    contestants = {
        "floor": measure_floor,
        "ndjson": to_file(ExportOptions("ndjson")),
        "csv": to_file(ExportOptions("csv")),
        "parquet": to_file(ExportOptions("parquet")),
        "jsonld": to_file(ExportOptions("jsonld")),
        "whole ledger": to_file(ExportOptions("ndjson", "all")),
    }
    assert Publication.objects.current().exists(), "There are no claims to export."
    found: dict[str, list[float]] = {name: [] for name in contestants}
    measure_floor()  # what is read for the first time comes from the disk
    for _ in range(rounds):
        for name, run in contestants.items():
            started_at = time.perf_counter()
            count = run()
            found[name].append(count / (time.perf_counter() - started_at))
    return found


def measure_floor() -> int:
    """Return how fast PostgreSQL streams the bodies if they are discarded."""
    from django.db import connection

    from claims.models import Publication

    current = Publication.objects.current()
    sql, parameters = current.order_by().values_list("body").query.sql_with_params()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT", parameters) as copy:
        for _ in copy:
            pass
    return current.count()


def measure_restoring(folder: Path) -> float:
    """Return how many entries per second are restored into an empty database."""
    from claims.exports.export_run import ExportOptions, export_to_file

    file = folder / "ledger"
    export_to_file(ExportOptions("ndjson", "all"), file)
    # In a process of its own: Django is set up for one database.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_restore, [file])


def _restore(file: Path) -> float:
    with open_scratch_project(), file.open("rb") as stream:
        from claims.exports.restore import restore

        started_at = time.perf_counter()
        entries = restore(stream).written["entry"]
        return entries / (time.perf_counter() - started_at)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks exports", description=__doc__)
    parser.add_argument("--claims", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER")
    parser.add_argument("--database", type=Path, metavar="DATA_DIR")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="where to write; a fast disk")
    parser.add_argument("--restore", action="store_true", help="also restore the whole ledger")
    options = parser.parse_args()
    data_dir = options.database or prepare_database(options.claims, options.data)
    set_up(data_dir)
    from django.db import connections

    from factcheck.database import embedded

    with embedded.run_server(data_dir), tempfile.TemporaryDirectory(dir=options.files) as folder:
        found = measure_rates(Path(folder), options.rounds)
        restored = measure_restoring(Path(folder)) if options.restore else None
        connections.close_all()
    for name, some in found.items():
        print(f"{name:13} {median(some):>9,.0f} claims/s   ({', '.join(f'{rate:,.0f}' for rate in some)})")
    rate = median(found["ndjson"])
    share = median(ours / other for ours, other in zip(found["ndjson"], found["floor"], strict=True))
    if restored:
        print(f"{'restore':13} {restored:>9,.0f} entries/s")
    print(f"ndjson        {rate:>9,.0f} claims/s of {PROMISED_RATE:,} promised")
    print(f"share of the floor {share:.2f} of {FLOOR_SHARE} promised")
    return rate < PROMISED_RATE or share < FLOOR_SHARE


if __name__ == "__main__":
    sys.exit(main())
