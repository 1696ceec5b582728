"""Fits the judgement on training pairs, and measures it on the labelled pairs of the tests.

    python -m benchmarks.matching.fit_judgement [--vectors FILE] [--write]

`--vectors` keeps the vectors of all sentences between runs; `--write` replaces claims/matching/data/judgement.json.
Thresholds are chosen on the half `dev`; nothing is chosen on `held`.
"""

import argparse
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import pair_heads
from benchmarks.matching.pair_heads import Head
from benchmarks.matching.pair_vectors import PairVectors
from benchmarks.matching.softmax import Matrix, Softmax, fitted
from benchmarks.matching.training_pairs import Sentence, TrainingPair, training_pairs

if TYPE_CHECKING:
    from claims.matching.facts import Comparison

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "claims/matching/data/judgement.json"
HEADS = WEIGHTS.with_name("judgement_heads.npz")
LABELLED = ROOT / "tests/claims/matching/pairs.toml"

#: How much pairs of each label count.
_IMPORTANCE = {"same": 1.0, "contradicts": 1.0, "related": 1.0, "different": 0.6}
_SHRINK = 0.002
_FOLDS = 4
_LEAST, _RIGHTLY = 0.3, 0.975
#: Pairs that differ in what they say; in the others, only a name or number does.
_OF_MEANING = {"here", "across"}
#: What the heads tell apart.
_HEADS = {
    "same or opposite": ({"same"}, {"contradicts"}),
    "same or another": ({"same"}, {"related"}),
    "matter": ({"same", "contradicts", "related"}, {"different"}),
}


@dataclass
class Pairs:
    """Labelled pairs with what the judgement sees of them."""

    rows: Sequence[TrainingPair]
    words: list[dict[str, float]]
    vectors: list[dict[str, float]]
    asked: Matrix
    claims: Matrix
    labels: NDArray[np.int64]
    found: "list[Comparison]"

    def chances(self, model: Softmax, heads: Matrix | None) -> Matrix:
        """Of each kind; where it is ruled out, not of the same."""
        from claims.matching.figures import is_ruled_out

        chances = model.chances(self.figures(heads)[1])
        for row, (found, near) in enumerate(zip(self.found, self.vectors, strict=True)):
            if is_ruled_out(found, None if heads is None else near["similarity"]):
                chances[row, 0] = 0.0
        return chances

    def figures(self, heads: Matrix | None) -> tuple[list[str], Matrix]:
        """All of them with their names: of words alone, or with what vectors and heads tell."""
        if heads is None:
            return list(self.words[0]), np.array([list(row.values()) for row in self.words])
        names = [*self.words[0], *self.vectors[0], *(f"head: {name}" for name in _HEADS)]
        rows = [
            [*words.values(), *vectors.values(), *head]
            for words, vectors, head in zip(self.words, self.vectors, heads, strict=True)
        ]
        return names, np.array(rows)

    def importance(self) -> Matrix:
        """So that many pairs of one kind do not drown the others."""
        kinds = [(pair.label, pair.kind) for pair in self.rows]
        sizes = Counter(kinds)
        weights = np.array([sizes[kind] ** -0.75 for kind in kinds])
        for label, share in _IMPORTANCE.items():
            mine = np.array([pair.label == label for pair in self.rows])
            if mine.any():
                weights[mine] *= share / weights[mine].sum()
        return weights


def labelled(half: str) -> list[TrainingPair]:
    """The pairs of the tests."""
    pairs = []
    for number, statement in enumerate(tomllib.loads(LABELLED.read_text(encoding="utf-8"))["statement"]):
        if statement["half"] == half:
            claim = Sentence(statement["text"], statement["language"])
            pairs += [
                TrainingPair(
                    Sentence(other["text"], other.get("language", claim.language)),
                    claim,
                    other["label"],
                    other["kind"],
                    number,
                )
                for other in statement["others"]
            ]
    return pairs


def seen(rows: Sequence[TrainingPair], vectors: PairVectors) -> Pairs:
    """What the judgement sees of pairs."""
    from claims.matching.facts import compared, facts_of
    from claims.matching.figures import figures_of_vectors, figures_of_words
    from claims.matching.judgement import KINDS

    words, near, comparisons = [], [], []
    asked = np.array([vectors.of("query", row.asked) for row in rows], dtype=np.float64)
    claims = np.array([vectors.of("passage", row.claim) for row in rows], dtype=np.float64)
    for row, ours, theirs in zip(rows, asked, claims, strict=True):
        found = compared(
            facts_of(row.asked.text, row.asked.language), facts_of(row.claim.text, row.claim.language)
        )
        words.append(figures_of_words(found))
        comparisons.append(found)
        near.append(figures_of_vectors(found, float(ours @ theirs), {}))
    labels = np.array([KINDS.index(row.label) for row in rows])
    return Pairs(rows, words, near, asked, claims, labels, comparisons)


def fit_heads(pairs: Pairs, chosen: NDArray[np.bool_]) -> list[Head]:
    """One for each difference that vectors tell."""
    chance = np.random.default_rng(13)
    heads = []
    for one, other in _HEADS.values():
        mine = np.flatnonzero(
            chosen & np.array([pair.label in one | other and pair.kind in _OF_MEANING for pair in pairs.rows])
        )
        side = np.array([1.0 if pairs.rows[int(at)].label in one else -1.0 for at in mine])
        heads.append(pair_heads.fitted(pairs.asked[mine], pairs.claims[mine], side, chance))
    return heads


def read_heads(heads: Sequence[Head], pairs: Pairs) -> Matrix:
    """What each head says of each pair."""
    return np.stack([head.read(pairs.asked, pairs.claims) for head in heads], axis=1)


def fit(pairs: Pairs) -> tuple[Softmax, Softmax, list[Head]]:
    """The model of words, that of vectors, and its heads; that of vectors learns from heads of other meanings."""
    meanings = np.array([pair.meaning for pair in pairs.rows])
    unknowing = np.zeros((len(pairs.rows), len(_HEADS)))
    for fold in range(_FOLDS):
        mine = meanings % _FOLDS == fold
        unknowing[mine] = read_heads(fit_heads(pairs, ~mine), pairs)[mine]
    heads = fit_heads(pairs, np.ones(len(pairs.rows), dtype=bool))
    settings: dict[str, Any] = {
        "kinds": pairs.labels,
        "importance": pairs.importance(),
        "count": 4,
        "shrink": _SHRINK,
    }
    return fitted(pairs.figures(None)[1], **settings), fitted(pairs.figures(unknowing)[1], **settings), heads


def least(chances: Matrix, rows: Sequence[TrainingPair]) -> float:
    """How likely "the same" must be: so that of other pairs, one in forty is called so."""
    wrong = sorted(chance for chance, row in zip(chances[:, 0], rows, strict=True) if row.label != "same")
    return round(max(_LEAST, float(wrong[int(len(wrong) * _RIGHTLY)]) + 0.001), 3)


def report(name: str, chances: Matrix, rows: Sequence[TrainingPair], threshold: float) -> None:
    """Print how many of each kind are called the same, and how many triplets are told apart."""
    called: dict[tuple[str, str], list[bool]] = {}
    for chance, row in zip(chances[:, 0], rows, strict=True):
        called.setdefault((row.label, row.kind), []).append(bool(chance >= threshold))
    print(f"\n{name}, called the same from {threshold}")
    for (label, kind), flags in sorted(called.items()):
        print(f"  {label:12} {kind:18} {len(flags):4} {np.mean(flags):6.1%}")
    different = [flag for (label, _), flags in called.items() if label == "contradicts" for flag in flags]
    print(f"  one fact differs, all   {len(different):4} {np.mean(different):6.1%}")
    right = triplets(chances[:, 0], rows)
    print(f"  triplets                {len(right):4} {np.mean(right):6.1%}")


def triplets(same: Matrix, rows: Sequence[TrainingPair]) -> list[bool]:
    """Which of two does a statement say: one that is the same, or one in which a fact differs?"""
    by_meaning: dict[int, dict[str, list[float]]] = {}
    for chance, row in zip(same, rows, strict=True):
        by_meaning.setdefault(row.meaning, {}).setdefault(row.label, []).append(float(chance))
    return [
        one > other
        for chances in by_meaning.values()
        for one in chances.get("same", ())
        for other in chances.get("contradicts", ())
    ]


def content(
    words: Softmax, vectors: Softmax, pairs: Pairs, thresholds: tuple[float, float]
) -> dict[str, Any]:
    """What the judgement reads."""
    none = np.zeros((len(pairs.rows), len(_HEADS)))
    return {
        "made by": "benchmarks/matching/fit_judgement.py",
        "words": _model(pairs.figures(None)[0], words, thresholds[0]),
        "vectors": _model(pairs.figures(none)[0], vectors, thresholds[1]),
    }


def write_heads(heads: Sequence[Head]) -> None:
    """The directions of all heads, in half precision."""
    arrays: dict[str, NDArray[np.float16]] = {}
    for name, head in zip(_HEADS, heads, strict=True):
        arrays |= {
            f"{name}: {part}": np.asarray(value, dtype=np.float16) for part, value in vars(head).items()
        }
    np.savez_compressed(HEADS, allow_pickle=False, **arrays)


def _model(names: Iterable[str], model: Softmax, threshold: float) -> dict[str, Any]:
    rounded = [[round(float(weight), 3) for weight in row] for row in model.weights]
    return {"least": threshold, "constant": rounded[0], "figures": dict(zip(names, rounded[1:], strict=True))}


def main() -> None:
    """Fit, measure, and write if that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    django.setup()
    sets = {"train": training_pairs(), "dev": labelled("dev"), "held": labelled("held")}
    vectors = PairVectors(arguments.vectors)
    for rows in sets.values():
        vectors.learn("query", [row.asked for row in rows])
        vectors.learn("passage", [row.claim for row in rows])
    everything = [row for rows in sets.values() for row in rows]
    vectors.centre_on("query", [row.asked for row in everything])
    vectors.centre_on("passage", [row.claim for row in everything])
    train = seen(sets["train"], vectors)
    words, knowing, heads = fit(train)
    thresholds = (0.5, 0.5)
    for half in ("dev", "held"):
        pairs = seen(sets[half], vectors)
        read = read_heads(heads, pairs)
        chances = pairs.chances(words, None), pairs.chances(knowing, read)
        if half == "dev":
            thresholds = least(chances[0], pairs.rows), least(chances[1], pairs.rows)
        report(f"{half}, words and facts alone", chances[0], pairs.rows, thresholds[0])
        report(f"{half}, with vectors", chances[1], pairs.rows, thresholds[1])
    if arguments.write:
        write_heads(heads)
        written = content(words, knowing, train, thresholds)
        WEIGHTS.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
