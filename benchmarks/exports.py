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

    def export_with(options: ExportOptions) -> Callable[[], int]:
        return lambda: export_to_file(options, folder / "measured").entries

    exports = {
        "floor": measure_floor,
        "ndjson": export_with(ExportOptions("ndjson")),
        "csv": export_with(ExportOptions("csv")),
        "parquet": export_with(ExportOptions("parquet")),
        "jsonld": export_with(ExportOptions("jsonld")),
        "whole ledger": export_with(ExportOptions("ndjson", "all")),
    }
    assert Publication.objects.current().exists(), "There are no claims to export."
    rates: dict[str, list[float]] = {name: [] for name in exports}
    measure_floor()  # what is read for the first time comes from the disk
    for _ in range(rounds):
        for name, export in exports.items():
            started_at = time.perf_counter()
            count = export()
            rates[name].append(count / (time.perf_counter() - started_at))
    return rates


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
        entries = restore(stream).written_counts["entry"]
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
        rates = measure_rates(Path(folder), options.rounds)
        restore_rate = measure_restoring(Path(folder)) if options.restore else None
        connections.close_all()
    for name, rounds in rates.items():
        print(
            f"{name:13} {median(rounds):>9,.0f} claims/s   ({', '.join(f'{rate:,.0f}' for rate in rounds)})"
        )
    rate = median(rates["ndjson"])
    share = median(
        ndjson_rate / floor_rate
        for ndjson_rate, floor_rate in zip(rates["ndjson"], rates["floor"], strict=True)
    )
    if restore_rate:
        print(f"{'restore':13} {restore_rate:>9,.0f} entries/s")
    print(f"ndjson        {rate:>9,.0f} claims/s of {PROMISED_RATE:,} promised")
    print(f"share of the floor {share:.2f} of {FLOOR_SHARE} promised")
    return rate < PROMISED_RATE or share < FLOOR_SHARE


if __name__ == "__main__":
    sys.exit(main())
