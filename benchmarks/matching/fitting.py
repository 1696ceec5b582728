"""Refit the weights of `claims.matching.ranking`: `python -m benchmarks matching --fit`.

They are fitted on training questions only. Every data set has the same weight, however many questions it has. Each
question is used twice, unchanged and without author and day, so that the other features learn to work without these.
The order is fitted on lists of candidates with the right claim. The probability is fitted on the same lists, on these
lists without the right claim (as if it had never been checked), and on ordinary sentences not worth checking. No set
has claims in a language other than that of their questions, so the weights of such pairs (`across`) stay unchanged.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.contestants import EnabledFeatures, Ours
from benchmarks.matching.datasets import COLLECTIONS, Question, draw_sample, load_ordinary_sentences
from benchmarks.matching.embeddings import build_embeddings, build_queries
from benchmarks.matching.finder import Finder
from benchmarks.matching.logistic import CandidateLists, Matrix, Vector, fit_choice, fit_probability
from claims.matching.query import TextQuery
from claims.matching.ranking import CROWD_RANKS, WEIGHTS_FILE, CompetingCandidates, compare_candidates
from claims.matching.similarity_features import FEATURE_NAMES, Features

_COMMON_FEATURES = ("headline_covered", "letters", "numbers_shared", "author_named", "same_week", "same_year")
#: Which figures count for each kind of pairs. The others it has none of, or it orders as well without them.
ORDER_FEATURES = {
    "words": ("words", "asked_covered", "statement_covered", *_COMMON_FEATURES),
    "same": ("similarity", "asked_covered", *_COMMON_FEATURES),
}
#: Which of them also count by themselves, whatever the other candidates are, in how likely a claim is meant.
INDEPENDENT_FEATURES = {"words": ("statement_covered",), "same": ("similarity", "statement_covered")}
#: How much weights are drawn towards 0.
SHRINKAGE = 3e-2
#: What a question counts whose claim has never been checked, beside one whose claim has.
UNCHECKED_WEIGHT = 0.5
#: So many questions of a set at most.
MAX_EXAMPLES = 1_000
#: So many digits of a weight are kept.
DIGITS = 3


@dataclass
class Pairs:
    """Questions of one kind with their candidates."""

    figures: list[list[float]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    question_weights: list[float] = field(default_factory=list)

    def add(self, rows: Sequence[tuple[Features, bool]], weight: float) -> None:
        self.starts.append(len(self.right))
        self.question_weights.append(weight)
        for figures, is_right in rows:
            self.figures.append([figures[name] for name in FEATURE_NAMES])
            self.right.append(is_right)

    def build_lists(self, names: Sequence[str]) -> CandidateLists:
        return CandidateLists(
            self.select_columns(names),
            np.array(self.starts),
            np.array(self.right),
            np.array(self.question_weights),
        )

    def select_columns(self, names: Sequence[str]) -> Matrix:
        return np.array(self.figures)[:, [FEATURE_NAMES.index(name) for name in names]]


def fit(data: Path, *, with_vectors: bool) -> int:
    """Fit and write the model. Without vectors, only the weights of words are fitted."""
    embeddings = build_embeddings() if with_vectors else None
    pairs = {kind: Pairs() for kind in ORDER_FEATURES}
    ordinary_sentences = draw_sample(load_ordinary_sentences(data, "train"), MAX_EXAMPLES)
    for name, read in COLLECTIONS.items():
        collection = read(data)
        finder = Finder(collection.claims, embeddings)
        questions = draw_sample(collection.train, MAX_EXAMPLES)
        queries = build_queries(questions, embeddings)
        for vectors, author_and_date in product((True, False), repeat=2):
            gather(
                pairs,
                Ours(finder, EnabledFeatures(vectors=vectors, author_and_date=author_and_date)),
                questions,
                queries,
            )
        ordinary_queries = build_queries(ordinary_sentences, embeddings)
        for vectors in (True, False):
            gather(
                pairs, Ours(finder, EnabledFeatures(vectors=vectors)), ordinary_sentences, ordinary_queries
            )
        print(f"{name}: {len(queries):,} questions", flush=True)
    model = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    for kind, kind_pairs in pairs.items():
        if not kind_pairs.right:
            continue
        lists = kind_pairs.build_lists(ORDER_FEATURES[kind])
        order_weights = fit_choice(lists, SHRINKAGE)
        model[kind] = {
            "figures": _round_weights(ORDER_FEATURES[kind], order_weights),
            **fit_certainty(
                lists,
                order_weights,
                kind_pairs.select_columns(INDEPENDENT_FEATURES[kind]),
                INDEPENDENT_FEATURES[kind],
            ),
        }
    WEIGHTS_FILE.write_text(json.dumps(model, indent=2) + "\n")
    return 0


def gather(
    pairs: Mapping[str, Pairs], ours: Ours, questions: Sequence[Question], queries: Sequence[TextQuery]
) -> None:
    """Add the features of these questions to the pairs of their kind."""
    for question, query in zip(questions, queries, strict=True):
        reduced_query, candidates, rarity = ours.find_candidates(query)
        rows: dict[str, list[tuple[Features, bool]]] = {}
        for candidate, (kind, figures) in zip(
            candidates, compare_candidates(reduced_query, candidates, rarity), strict=True
        ):
            rows.setdefault(kind, []).append((figures, ours.get_claim_id(candidate) in question.claims))
        for kind in rows.keys() & pairs.keys():
            pairs[kind].add(rows[kind], 1 / len(questions))


def fit_certainty(
    lists: CandidateLists, order: Vector, independent_features: Matrix, names: Sequence[str]
) -> dict[str, Any]:
    """Fit the parameters of certainty, in the form of `claims.matching.ranking.Weights`.

    Args:
        order: the weights of the features in the lists.
        alone, names: the features that count independently of other candidates, in the same rows.
    """
    sums = lists.figures @ order
    wrong = ~lists.right
    usual_sum = compute_crowd_mean(sums, lists)
    all_candidates, wrong_candidates = (
        np.column_stack([place_candidates(sums, lists, is_included, usual_sum), independent_features])
        for is_included in (np.ones(len(sums), bool), wrong)
    )
    level, behind, ahead, *feature_weights, constant = fit_probability(
        np.concatenate([all_candidates, wrong_candidates[wrong]]),
        np.concatenate([lists.right, np.zeros(wrong.sum(), bool)]),
        np.concatenate(
            [
                lists.question_weights[lists.question_indexes],
                UNCHECKED_WEIGHT * lists.question_weights[lists.question_indexes][wrong],
            ]
        ),
    )
    return {
        "level": round(float(level), DIGITS),
        "behind": round(float(behind), DIGITS),
        "ahead": round(float(ahead), DIGITS),
        "alone": _round_weights(names, feature_weights),
        "constant": round(float(constant), DIGITS),
        "usual": round(usual_sum, DIGITS),
    }


def _round_weights(names: Sequence[str], weights: Iterable[float]) -> dict[str, float]:
    return {name: round(float(weight), DIGITS) for name, weight in zip(names, weights, strict=True)}


def compute_crowd_mean(sums: Vector, lists: CandidateLists) -> float:
    """Return the mean sum of the candidates at the crowd's positions, over lists long enough for all of them."""
    bounds = [*lists.starts, len(sums)]
    crowds = [
        np.sort(sums[start:end])[::-1][CROWD_RANKS].mean()
        for start, end in pairwise(bounds)
        if end - start >= CROWD_RANKS.stop
    ]
    return float(np.mean(crowds)) if crowds else 0.0


def place_candidates(
    sums: Vector, lists: CandidateLists, is_included: NDArray[np.bool_], usual_sum: float
) -> Matrix:
    """Return each candidate's sum, its distance from the best of the others, and its lead over the rest."""
    rows = np.zeros((len(sums), 3))
    for start, end in pairwise([*lists.starts, len(sums)]):
        candidate_range = slice(start, end)
        if is_included[candidate_range].any():
            included_sums = CompetingCandidates.build(
                sums[candidate_range][is_included[candidate_range]].tolist(), usual_sum
            )
            rows[candidate_range] = np.column_stack(
                [
                    sums[candidate_range],
                    sums[candidate_range] - included_sums.best,
                    sums[candidate_range] - included_sums.crowd,
                ]
            )
    return rows
