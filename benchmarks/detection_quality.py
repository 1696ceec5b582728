"""Measure the detector on the labelled articles of the tests: recall, precision and claimants, per article.

Run from the repository: `python -m benchmarks.detection_quality [--misses]`. Each article `NAME.txt` has its labels in
`NAME.toml`: `proposed` are the sentences, by their first words, that must be proposed, each with its claimant ("" for
none, "*" where opinions may differ); `optional` ones count neither way; every other proposal is a mistake.
"""

import argparse
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from claims.articles.detection import CandidateSentence, detect

ARTICLES = Path(__file__).parent.parent / "tests" / "claims" / "articles" / "detection" / "labelled"


@dataclass(frozen=True, slots=True)
class Measured:
    """How one labelled article came out."""

    name: str
    language: str
    labels: tuple[str, ...]
    expected: int
    missed: tuple[str, ...]
    proposed: int
    unwanted: tuple[str, ...]
    named: int
    misnamed: tuple[tuple[str, str, str | None], ...]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.expected

    @property
    def precision(self) -> float:
        return 1 - len(self.unwanted) / self.proposed if self.proposed else 0.0

    @property
    def claimants(self) -> float:
        return 1 - len(self.misnamed) / self.named if self.named else 1.0


def measure(path: Path) -> Measured:
    labels = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    candidates = detect(path.read_text("utf-8"), labels["language"])
    expected: dict[str, str] = dict(labels["proposed"])
    found = {start: _starting(candidates, start) for start in expected}
    wanted = (*expected, *labels["optional"])
    judged = [(start, who, found[start]) for start, who in expected.items() if who != "*" and found[start]]
    return Measured(
        name=path.stem,
        language=labels["language"],
        labels=wanted,
        expected=len(expected),
        missed=tuple(start for start, candidate in found.items() if candidate is None),
        proposed=len(candidates),
        unwanted=tuple(c.exact for c in candidates if not c.exact.startswith(wanted)),
        named=len(judged),
        misnamed=tuple(
            (start, who, c.claimant) for start, who, c in judged if c and (c.claimant or "") != who
        ),
    )


def _starting(candidates: list[CandidateSentence], start: str) -> CandidateSentence | None:
    return next((candidate for candidate in candidates if candidate.exact.startswith(start)), None)


def measure_all() -> Iterator[Measured]:
    for path in sorted(ARTICLES.glob("*.txt")):
        yield measure(path)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--misses", action="store_true", help="print each missed, unwanted and misnamed sentence"
    )
    options = arguments.parse_args()
    console = Console()
    table = Table("article", "language", "labelled", "proposed", "recall", "precision", "claimants")
    for measured in measure_all():
        table.add_row(
            measured.name,
            measured.language,
            str(measured.expected),
            str(measured.proposed),
            *(f"{share:.2f}" for share in (measured.recall, measured.precision, measured.claimants)),
        )
        if options.misses:
            for kind, lines in (
                ("missed", measured.missed),
                ("unwanted", measured.unwanted),
                ("misnamed", measured.misnamed),
            ):
                for line in lines:
                    console.print(f"{measured.name} {kind}: {line}", markup=False)
    console.print(table)


if __name__ == "__main__":
    main()
