"""Run measurements as separate programs, so that none benefits from another's memory or caches."""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def run(package: str, titles: Mapping[str, str], *, description: str | None) -> int:
    """Run the modules of a package that the command line names, or all. Return 1 if a figure was missed.

    Args:
        titles: what each module measures, by its name.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=description)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(titles))
    parser.add_argument("options", nargs=argparse.REMAINDER, help="for the only one that is named")
    arguments = parser.parse_args()
    names = arguments.names or list(titles)
    if unknown_names := [name for name in names if name not in titles]:
        parser.error(f"there is no {', '.join(unknown_names)}. There are: {', '.join(titles)}.")
    if arguments.options and len(names) != 1:
        parser.error(f"options ({' '.join(arguments.options)}) go to one measurement; name it.")
    missed = []
    for name in names:
        print(f"\n== {name}: {titles[name]}", flush=True)
        command = [sys.executable, "-m", f"{package}.{name}", *arguments.options]
        if subprocess.run(command, cwd=Path(__file__).parents[1], check=False).returncode:
            missed.append(name)
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nEvery figure was met.")
    return bool(missed)
