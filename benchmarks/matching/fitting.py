"""Make the weights of `claims.matching.ranking` anew: `python -m benchmarks matching --fit`.

They are fitted on the questions for training alone. Every set weighs the same, however many questions it has. Questions
are taken as they are, and without author and day, so that the other figures learn to do without. Order is learned where
the right claim is among the candidates; probability from the same lists, and from the same without the right claim, as
if it had never been checked.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.contestants import Known, Ours
from benchmarks.matching.datasets import COLLECTIONS, Question
from benchmarks.matching.embeddings import asked_about, configured
from benchmarks.matching.finder import Finder
from benchmarks.matching.logistic import Lists, Matrix, Vector, whether, which
from claims.matching.query import Asked
from claims.matching.ranking import CROWD, MODEL, Among, compared
from claims.matching.similarity_features import FIGURES, Figures

_OF_ALL = (
    "headline_covered",
    "letters",
    "numbers_shared",
    "author_named",
    "same_week",
    "same_year",
)
#: Which figures count for each kind of pairs. The others it has none of, or it orders as well without them.
COUNTED = {
    "words": ("words", "asked_covered", "statement_covered", "names_heard", *_OF_ALL),
    "same": ("similarity", "asked_covered", *_OF_ALL),
    "across": ("words", "similarity", "numbers_shared", "names_heard"),
}
#: How much weights are drawn towards 0: more where there are many of them.
SHRINK = {"words": 3e-2, "same": 3e-2, "across": 1e-2}
#: What a question counts whose claim has never been checked, beside one whose claim has.
UNCHECKED = 0.5
#: So many questions of a set at most.
MOST = 1_000
#: So many digits of a weight are kept.
DIGITS = 3


@dataclass
class Pairs:
    """Questions and candidates of one kind, in lists: of one question each, and of one way of asking it."""

    figures: list[list[float]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    weigh: list[float] = field(default_factory=list)

    def add(self, rows: Sequence[tuple[Figures, bool]], weight: float) -> None:
        self.starts.append(len(self.right))
        self.weigh.append(weight)
        for figures, is_right in rows:
            self.figures.append([figures[name] for name in FIGURES])
            self.right.append(is_right)

    def lists(self, counted: Sequence[str]) -> Lists:
        columns = [FIGURES.index(name) for name in counted]
        return Lists(
            np.array(self.figures)[:, columns],
            np.array(self.starts),
            np.array(self.right),
            np.array(self.weigh),
        )


def fit(data: Path) -> int:
    """Write the model."""
    made = configured()
    pairs = {kind: Pairs() for kind in COUNTED}
    for name, read in COLLECTIONS.items():
        collection = read(data)
        finder = Finder(collection.claims, made)
        questions = sampled(collection.train)
        asked = asked_about(questions, made)
        for vectors, who_and_when in product((True, False), repeat=2):
            gather(pairs, Ours(finder, Known(vectors=vectors, who_and_when=who_and_when)), questions, asked)
        print(f"{name}: {len(asked):,} questions", flush=True)
    model = {
        kind: weighed(each.lists(COUNTED[kind]), COUNTED[kind], SHRINK[kind]) for kind, each in pairs.items()
    }
    MODEL.write_text(json.dumps(model, indent=2) + "\n")
    return 0


def sampled(questions: Sequence[Question]) -> Sequence[Question]:
    """So many that no set takes longer than the others; the same every time."""
    return questions if len(questions) <= MOST else random.Random(MOST).sample(questions, MOST)  # noqa: S311  no secret


def gather(
    pairs: Mapping[str, Pairs], ours: Ours, questions: Sequence[Question], asked: Sequence[Asked]
) -> None:
    """Add what is compared in these questions, by the kind of the pairs."""
    for question, each in zip(questions, asked, strict=True):
        known, candidates, rarity = ours.candidates(each)
        rows: dict[str, list[tuple[Figures, bool]]] = {}
        for candidate, (kind, figures) in zip(candidates, compared(known, candidates, rarity), strict=True):
            rows.setdefault(kind, []).append((figures, ours.id_of(candidate) in question.claims))
        for kind, those in rows.items():
            pairs[kind].add(those, 1 / len(questions))


def weighed(lists: Lists, counted: Sequence[str], shrink: float) -> dict[str, Any]:
    """The weights of one kind, as `claims.matching.ranking.Weights` takes them."""
    weights = which(lists, shrink)
    sums = lists.figures @ weights
    wrong = ~lists.right
    usual = crowded(sums, lists)
    all_of_them, others = (
        placed(sums, lists, np.ones(len(sums), bool), usual),
        placed(sums, lists, wrong, usual),
    )
    level, behind, ahead, constant = whether(
        np.concatenate([all_of_them, others[wrong]]),
        np.concatenate([lists.right, np.zeros(wrong.sum(), bool)]),
        np.concatenate([lists.weigh[lists.of], UNCHECKED * lists.weigh[lists.of][wrong]]),
    )
    return {
        "figures": {
            name: round(float(weight), DIGITS) for name, weight in zip(counted, weights, strict=True)
        },
        "level": round(float(level), DIGITS),
        "behind": round(float(behind), DIGITS),
        "ahead": round(float(ahead), DIGITS),
        "constant": round(float(constant), DIGITS),
        "usual": round(usual, DIGITS),
    }


def crowded(sums: Vector, lists: Lists) -> float:
    """The mean sum of candidates in the places of the crowd, where all of these are taken."""
    bounds = [*lists.starts, len(sums)]
    crowds = [
        np.sort(sums[start:end])[::-1][CROWD].mean()
        for start, end in pairwise(bounds)
        if end - start >= CROWD.stop
    ]
    return float(np.mean(crowds)) if crowds else 0.0


def placed(sums: Vector, lists: Lists, kept: NDArray[np.bool_], usual: float) -> Matrix:
    """The sum of each candidate, how far it is behind the best of those that are kept, and ahead of their crowd."""
    rows = np.zeros((len(sums), 3))
    for start, end in pairwise([*lists.starts, len(sums)]):
        part = slice(start, end)
        if kept[part].any():
            among = Among.of(sums[part][kept[part]].tolist(), usual)
            rows[part] = np.column_stack([sums[part], sums[part] - among.best, sums[part] - among.crowd])
    return rows
