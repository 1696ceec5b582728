"""Measure every page of the desk. The promise: 200 ms (median) and 400 ms (p99) of server time, 120 KB of HTML.

All lists of the admin are requested: plain, ordered by each column, with each filter, far back, and searched. So are
each row's page and history, each picker, the dashboard and Ctrl-K. The user is an administrator, and there is no
network in between. A page must use as many SQL statements on a small archive as on a large one.
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
    options = parser.parse_args()
    with open_scratch_project(options.keep):
        from benchmarks.desk_at_scale.report import measure

        return measure(options)


if __name__ == "__main__":
    sys.exit(main())
