"""Archives of any size: a small generated ledger and copies of it.

`python -m benchmarks.scaling.archive --claims N --data FOLDER` makes one and prints its DATA_DIR.
"""

import argparse
import multiprocessing
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.read_side.database import prepare_database, set_up

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

#: How many claims the ledger has of which copies are made. The more, the less one copy resembles the next.
BASE_CLAIMS = 20_000

_GROWTH_SQL_PATH = Path(__file__).with_name("grown.sql")
#: While copies are made, which are thrown away if the machine fails meanwhile.
_FAST_SETTINGS = """
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
autovacuum = off
"""


_SPAN_SQL = """
    CREATE TEMP TABLE span AS
    SELECT max(claim_id) AS claims, max(sequence) AS entries, min(published_at) AS began,
        max(published_at) - min(published_at) AS years
    FROM claims_publication
"""


def prepare_archive(claims: int, folder: Path) -> Path:
    """Return the DATA_DIR of a ledger with this many claims, a multiple of `BASE_CLAIMS`, creating it if necessary."""
    base_data_dir = prepare_database(BASE_CLAIMS, folder)
    # What decides how the base comes out is in its name.
    data_dir = base_data_dir.with_name(base_data_dir.name.replace(f"claims-{BASE_CLAIMS}", f"lean-{claims}"))
    if not (data_dir / "made").exists():
        shutil.rmtree(data_dir, ignore_errors=True)
        # Owners and all: the server has an account of its own.
        subprocess.run(["/bin/cp", "-a", base_data_dir, data_dir], check=True)
        (data_dir / "made").unlink()
        process = multiprocessing.get_context("spawn").Process(target=_grow_archive, args=(claims, data_dir))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"The archive with {claims:,} claims could not be made; see above.")
    return data_dir


def _grow_archive(claims: int, data_dir: Path) -> None:
    started_at, copy_count = time.perf_counter(), claims // BASE_CLAIMS
    settings_file = data_dir / "postgres" / "postgresql.auto.conf"
    usual_settings = settings_file.read_text()
    settings_file.write_text(usual_settings + _FAST_SETTINGS)
    set_up(data_dir)
    from benchmarks.read_side.database import _connect, _suspend_indexes
    from factcheck.database import embedded

    with embedded.run_server(data_dir):
        with _suspend_indexes():
            _copy_claims(copy_count, _connect)
        with _connect() as server:
            # Kept by triggers, which copies go past.
            server.execute("SET session_replication_role = replica")
            for table in ("claims_searchword", "claims_searchlanguage", "claims_mention"):
                server.execute(f"UPDATE {table} SET publications = publications * %s", [copy_count])  # noqa: S608  a name of ours
            server.execute("VACUUM ANALYZE")
    settings_file.write_text(usual_settings)
    (data_dir / "made").touch()
    print(f"made {claims:,} claims in {time.perf_counter() - started_at:.0f} s", file=sys.stderr)


def _copy_claims(copy_count: int, connect: "Callable[[], psycopg.Connection[Any]]") -> None:
    # Two statements, and no semicolon ends a line besides theirs.
    publications, verdicts, _end = _GROWTH_SQL_PATH.read_text().split(";\n")
    with connect() as server:
        server.execute("SET session_replication_role = replica")
        server.execute(_SPAN_SQL)
        for copy_number in range(1, copy_count):
            # One after the other: what is of one time stands together, as in a ledger.
            server.execute(publications.format(copy=copy_number))
            server.execute(verdicts.format(copy=copy_number))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling.archive", description=__doc__)
    parser.add_argument("--claims", type=int, default=200_000)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    print(prepare_archive(options.claims, options.data))


if __name__ == "__main__":
    main()
