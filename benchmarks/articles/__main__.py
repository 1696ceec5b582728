"""Measure the parts of reading an article: `python -m benchmarks.articles [PART …]`.

Each part is a module with a `main()` of its own that takes its options from the command line; it prints its figures
and what it got wrong, and ends the program with 1 where a figure that the project promises is missed.
"""

import argparse
import subprocess
import sys
from pathlib import Path

PARTS = ("extraction", "speakers", "worthiness")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.articles", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("options", nargs=argparse.REMAINDER, help="for the only part that is named")
    arguments = parser.parse_args()
    parts = arguments.parts or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}. There are: {', '.join(PARTS)}.")
    if arguments.options and len(parts) != 1:
        parser.error(f"options ({' '.join(arguments.options)}) go to one part; name it.")
    missed = []
    for part in parts:
        print(f"\n== {part}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.articles.{part}", *arguments.options]
        if subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode:
            missed.append(part)
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nEvery figure was met.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
