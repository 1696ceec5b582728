"""Measure the public side and its peers in one run, on 200,000 generated claims.

`make bench ARGS=read_side`, or `python -m benchmarks read_side [--claims N] [--seconds S] [--growth]`.
docs/performance.md describes the method and the results.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.read_side import report
from benchmarks.read_side.database import DEFAULT_FOLDER, prepare_database
from benchmarks.read_side.measurement import Options, measure_in_process

CONTESTANTS = ("ours", "floor", "datasette", "naive")
DEFAULT_SIZES = "20000,200000,1000000"


def main() -> int:
    parser = _build_parser()
    options = parser.parse_args()
    names = ["ours", "floor"] if options.growth else options.only.split(",")
    if names[0] != "ours" or not set(names) <= set(CONTESTANTS):
        parser.error(f"--only {options.only}: begin with ours, and choose from {','.join(CONTESTANTS)}.")
    if "datasette" in names and not _has_datasette(options.datasette):
        parser.error(
            f"{options.datasette} has no Datasette. Install requirements/bench.txt, or `pip install datasette` in an"
            " environment of its own and name its interpreter with --datasette, or leave it out with --only."
        )
    results = []
    for claims in options.growth or [options.claims]:
        data_dir = options.database or prepare_database(claims, options.data)
        measured = measure_in_process(
            Options(data_dir, names, options.seconds, options.rounds, options.datasette)
        )
        report.print_results(measured)
        results.append(measured)
    return bool(report.check_growth(results) if options.growth else report.check_promises(results[0]))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks read_side", description=__doc__)
    size_options = parser.add_mutually_exclusive_group()
    size_options.add_argument("--claims", type=int, default=200_000, help="how many (default: %(default)s)")
    parser.add_argument(
        "--seconds",
        type=float,
        default=10,
        help="for each measure and contestant, over all rounds (%(default)s)",
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often everybody has a turn (%(default)s)")
    parser.add_argument(
        "--only",
        default=",".join(CONTESTANTS),
        metavar="NAMES",
        help="contestants (default: %(default)s)",
    )
    size_options.add_argument(
        "--growth",
        type=_parse_sizes,
        nargs="?",
        const=DEFAULT_SIZES,
        metavar="SIZES",
        help=f"measure us and the floor at so many claims, the fewest first ({DEFAULT_SIZES})",
    )
    parser.add_argument(
        "--datasette",
        default=sys.executable,
        metavar="PYTHON",
        help="interpreter of the environment that Datasette is installed in (default: this one)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=DEFAULT_FOLDER,
        metavar="FOLDER",
        help="where databases are kept (%(default)s)",
    )
    size_options.add_argument(
        "--database", type=Path, metavar="DATA_DIR", help="measure the database there, whatever made it"
    )
    return parser


def _has_datasette(python: str) -> bool:
    """Return whether the environment of this interpreter has Datasette."""
    return not subprocess.run([python, "-c", "import datasette"], check=False, capture_output=True).returncode


def _parse_sizes(text: str) -> list[int]:
    return sorted(int(number) for number in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
