"""Measure how well the claim behind a text is found: `python -m benchmarks matching --data
../shared/data/matching`.

For each data set, it reports MAP@5, MRR, how often a right claim is first and among the first ten, and how long a
response takes without embedding the question. Our system is compared with itself without some of its parts, plain BM25
and Datasette's FTS5, on the same questions in the same run. For our system, it also reports the results by
language, and how accurate its confidence is. For pairs of statements, it reports how often they are judged the same,
contradictory or related, and which of two claims is chosen.

Vectors are made once and stored under DATA_DIR/benchmarks. For all sets, that takes an hour on two cores.
"""

import argparse
import os
import sys
from pathlib import Path

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "matching"
SETS = ("pairs", "2a", "2b", "ct25")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks matching", description=__doc__)
    arguments.add_argument("--data", type=Path, default=DATA, help="the folder of the sets (%(default)s)")
    arguments.add_argument("--sets", default=",".join(SETS), help="which of them (%(default)s)")
    arguments.add_argument(
        "--part", choices=("train", "dev"), default="dev", help="which questions (%(default)s)"
    )
    arguments.add_argument("--words", action="store_true", help="without vectors")
    arguments.add_argument(
        "--misses", action="store_true", help="print the questions whose claim is not first"
    )
    arguments.add_argument(
        "--fit", action="store_true", help="fit the weights again, on the questions for training"
    )
    options = arguments.parse_args()
    names = options.sets.split(",")
    if unknown := [name for name in names if name not in SETS]:
        arguments.error(f"no such set: {', '.join(unknown)}. There are: {', '.join(SETS)}.")
    if not (options.data / "README.md").is_file():
        arguments.error(
            f"{options.data} does not hold the sets. Name their folder: --data ../shared/data/matching"
        )
    set_up()
    from benchmarks.matching.fitting import fit
    from benchmarks.matching.report import Report

    if options.fit:
        return fit(options.data, with_vectors=not options.words)
    return Report(options.data, with_vectors=not options.words, prints_misses=options.misses).print(
        names, options.part
    )


def set_up() -> None:
    """Set up Django's settings without a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    os.environ.setdefault("FACTCHECK_DEMO", "1")
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
