"""Measure the cost of provability. Promised are 10 % of an import, 60 s to verify 200,000 entries, 5 ms per proof.

The same archive is imported in turns with and without the chain, each time into a new database, so that other load on
the machine affects both. Their ratio counts. The last ledger with the chain is signed, queried for proofs as through
the API, and verified. The cost is reported for its actual number of entries and for 200,000.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from benchmarks.import_claims import iterate_records, time_import
from benchmarks.scratch import open_scratch_project

RATIO, SECONDS, MILLISECONDS, ENTRIES = 1.10, 60.0, 5.0, 200_000
_PROOFS = 300


def without_chain() -> None:
    """Make the database work without chaining entries and reviews."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger_publication_joins_the_ledger%'"
        )
        [function] = cursor.fetchone()
        begin = function.index("NEW.chain_sha256 :=")
        end = function.index(";", function.index("'hex');", function.index("'UTF8'\n", begin)))
        cursor.execute(function[:begin] + "NEW.chain_sha256 := '';" + function[end + 1 :])
        for table in ("transition", "signoff"):
            cursor.execute(
                f"SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_{table}_waits_for_its_link%'"  # noqa: S608
            )
            [name] = cursor.fetchone()
            cursor.execute(f"DROP TRIGGER {name} ON claims_{table}")


def import_times(path: Path, turns: int) -> tuple[list[float], list[float]]:
    """Return the seconds of imports with and without the chain, run alternately in separate processes."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(turns):
        for how in ("with", "without") if turn % 2 else ("without", "with"):
            command = [
                sys.executable,
                "-m",
                "benchmarks.ledger_proofs",
                "--import-only",
                how,
                "--file",
                str(path),
            ]
            said = subprocess.run(
                command, cwd=Path(__file__).parents[1], check=True, capture_output=True, text=True
            )
            times[how].append(float(said.stdout.split()[-1]))
            print(f"import {how} the chain: {times[how][-1]:.1f} s", flush=True)
    return times["with"], times["without"]


def proof_times() -> list[float]:
    """Return the milliseconds of each response with a proof, alternately of inclusion and of consistency."""
    from django.test import Client

    from claims.models import Checkpoint

    newest = Checkpoint.objects.of_ledger().newest()
    assert newest is not None
    client, chance, times = Client(), random.Random("proofs"), []  # noqa: S311  nothing to protect here
    for number in range(_PROOFS):
        entry = chance.randrange(1, newest.tree_size + 1)
        asked = f"consistency?first={entry}" if number % 2 else f"inclusion?sequence={entry}"
        began = time.perf_counter()
        response = client.get(f"/api/v1/ledger/proofs/{asked}")
        times.append(1000 * (time.perf_counter() - began))
        assert response.status_code == 200, response.content
    return times[10:]


def run_measurement(path: Path) -> tuple[float, float]:
    """Return the seconds to verify 200,000 entries, and the median milliseconds of a proof."""
    from claims.ledger.proofs.checkpoints import sign_ledger, sign_reviews
    from claims.ledger.verification.verification_run import count_entries, verify

    time_import(path)
    began = time.perf_counter()
    sign_ledger()
    signed = time.perf_counter()
    sign_reviews()
    print(
        f"signed     {count_entries():,} entries in {signed - began:.1f} s, their moves in"
        f" {time.perf_counter() - signed:.1f} s"
    )
    proof = statistics.median(proof_times())
    began = time.perf_counter()
    found = list(verify())
    seconds = time.perf_counter() - began
    assert not found, found[:5]
    print(f"verified   {count_entries():,} entries in {seconds:.1f} s")
    return seconds * ENTRIES / count_entries(), proof


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--file", type=Path, help="an archive that import_claims reads")
    parser.add_argument("--import-only", choices=["with", "without"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.import_only:
        with open_scratch_project():
            if arguments.import_only == "without":
                without_chain()
            print(time_import(arguments.file))
        return 0
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name:
        path = arguments.file or Path(name) / "reviews.jsonl"
        if not arguments.file:
            with path.open("wb") as file:
                file.writelines(orjson.dumps(one) + b"\n" for one in iterate_records(arguments.records))
        chained, plain = import_times(path, arguments.turns)
        with open_scratch_project():
            seconds, proof = run_measurement(path)
    results = [
        (
            "import with the chain",
            statistics.median(chained) / statistics.median(plain),
            RATIO,
            "times without",
        ),
        ("verifying 200,000", seconds, SECONDS, "s"),
        ("a proof", proof, MILLISECONDS, "ms at the median"),
    ]
    for what, value, promised, unit in results:
        print(f"{what:22} {value:8.2f} of {promised:g} {unit}{'' if value <= promised else '   MISSED'}")
    return any(value > promised for _, value, promised, _ in results)


if __name__ == "__main__":
    sys.exit(main())
