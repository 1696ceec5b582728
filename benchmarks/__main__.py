"""Measure every figure that the project promises: `make bench`, or `make bench ARGS="publish import_article"`.

Each measurement is a program of its own, so that none inherits the memory or the warmth of another. A figure that is
missed makes the whole fail. Figures hold for a quiet machine; run it twice before you believe one. Options go to the
only measurement that is named: `python -m benchmarks read_side --claims 20000`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

MEASUREMENTS = {
    "publish": "publishing one claim",
    "import_claims": "importing an archive of 208,739 records, beside a bare COPY",
    "anchors": "quotes followed through thousands of publishers' edits in many languages",
    "import_article": "importing an article of 10,000 words",
    "articles": "from an article to its claims, on labelled articles",
    "read_side": "the API beside the bare database, Datasette and naive DRF, on 200,000 claims",
    "costly_questions": "the dearest of the usual public questions, one by one",
    "attacker": "one claim while an attacker asks for all that is expensive, on 200,000 claims",
    "desk": "the pages of the desk on an archive of 97,617 claims",
    "vectors": "making the vectors of an archive, what reads notice of it, and finding neighbours",
    "exports": "exporting claims in every format beside the bare database, on 200,000 claims",
    "matching": "finding the claim behind a text, beside BM25 and Datasette, on sets that are not ours",
    "stack": "make demo cold and warm, and the memory of the idle stack",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("options", nargs=argparse.REMAINDER, help="for the only measurement that is named")
    arguments = parser.parse_args()
    names = arguments.names or list(MEASUREMENTS)
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        parser.error(f"no such measurement: {', '.join(unknown)}. There are: {', '.join(MEASUREMENTS)}.")
    if arguments.options and len(names) != 1:
        parser.error(f"options ({' '.join(arguments.options)}) go to one measurement; name it.")
    missed = []
    for name in names:
        print(f"\n== {name}: {MEASUREMENTS[name]}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments.options]
        if subprocess.run(command, cwd=Path(__file__).parents[1], check=False).returncode:
            missed.append(name)
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nEvery figure was met.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
