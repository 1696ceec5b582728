"""Measure every page of the desk. Promised are a median of 200 ms and a p99 of 400 ms of server time, and 120 KB of
HTML.

All lists of the admin are walked: plain, by each column, with each filter, far back, searched; each page of a row, its
history, each picker, the dashboard and Ctrl-K, for an administrator, behind no network. A page must take as many
statements on a small archive as on the large one.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.scratch import open_scratch_project


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk_at_scale", description=__doc__)
    parser.add_argument("--claims", type=int, default=250_000)
    parser.add_argument("--times", type=int, default=30, help="how often each page is asked for")
    parser.add_argument("--only", default="", help="the pages in whose names this stands")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where the database is kept, or is already"
    )
    parser.add_argument(
        "--all", action="store_true", help="print every page, not only the slowest and what was missed"
    )
    asked = parser.parse_args()
    with open_scratch_project(asked.keep):
        from benchmarks.desk_at_scale.report import measure

        return measure(asked)


if __name__ == "__main__":
    sys.exit(main())
