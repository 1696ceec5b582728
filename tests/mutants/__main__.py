"""Put each fault of `mutants.toml` into a copy of the program, and check that its tests fail.

Ends with an error when a fault goes unnoticed, or when its place is no longer in the program.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
MUTANTS = Path(__file__).with_name("mutants.toml")
#: What pytest ends with when tests failed, as against a mistake in how it was called.
TESTS_FAILED = 1
MINUTES = 10


@dataclass(frozen=True)
class Mutant:
    """A fault: `before` occurs once in `file` and becomes `after`; some test of `killed_by` then fails."""

    file: str
    before: str
    after: str
    killed_by: list[str]

    def apply(self, tree: Path) -> str:
        """Change the file below `tree` and return what it was.

        Raises:
            ValueError: the file does not have the place exactly once.
        """
        path = tree / self.file
        original = path.read_text(encoding="utf-8")
        if (count := original.count(self.before)) != 1:
            raise ValueError(f"{self.file} has {self.before!r} {count} times instead of once.")
        path.write_text(original.replace(self.before, self.after), encoding="utf-8")
        return original


def read_mutants() -> list[Mutant]:
    rows = tomllib.loads(MUTANTS.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**row) for row in rows]


def run_tests(tree: Path, tests: list[str]) -> int:
    """Run tests in a copy and return pytest's exit status, or its usual one for failures when they do not end."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        ended = subprocess.run(command, cwd=tree, check=False, capture_output=True, timeout=MINUTES * 60)
    except subprocess.TimeoutExpired:
        return TESTS_FAILED
    return ended.returncode


def try_mutant(mutant: Mutant, trees: SimpleQueue[Path]) -> str:
    """Return the error of the mutant's tests, or nothing."""
    tree = trees.get()
    try:
        original = mutant.apply(tree)
        try:
            status = run_tests(tree, mutant.killed_by)
        finally:
            (tree / mutant.file).write_text(original, encoding="utf-8")
    except (ValueError, OSError) as error:
        return str(error)
    finally:
        trees.put(tree)
    if status == TESTS_FAILED:
        return ""
    return "not noticed" if status == 0 else f"pytest ended with {status}"


def copy_tree(target: Path) -> Path:
    """Copy the files in git, so that no fault is ever in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants of files whose path has one of these words")
    parser.add_argument(
        "--jobs", type=int, default=2, help="how many at a time, each with a database server (2)"
    )
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in read_mutants()
        if not options.words or any(word in mutant.file for word in options.words)
    ]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        # The database server, which runs as another account, gets to its own folder in each copy.
        Path(folder).chmod(0o711)
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.jobs):
            trees.put(copy_tree(Path(folder) / str(number)))
        # If they fail without the fault, their failure proves nothing.
        if run_tests(Path(folder) / "0", sorted({test for mutant in chosen for test in mutant.killed_by})):
            sys.exit("The tests fail without any fault. Mend that first.")
        for mutant, wrong in zip(chosen, pool.map(lambda one: try_mutant(one, trees), chosen), strict=True):
            survivors += bool(wrong)
            outcome = "SURVIVED" if wrong else "killed"
            print(f"{outcome:9}{mutant.file}: {mutant.after.strip()[:80]!r} {wrong}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants were killed.")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
