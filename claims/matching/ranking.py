"""Rank candidate claims by the probability that the text means them.

The model is small enough to read: `data/ranking.json` has the weight of each of the `similarity_features`. There are
separate weights for claims in the language of the query, claims in another language, and claims without a vector.
docs/matching.md describes the fitting, the data and the results; `benchmarks.matching.fitting` repeats the fitting.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from claims.matching.query import Candidate, TextQuery, get_primary_language
from claims.matching.similarity_features import ComparedQuery, Features, Rarity

WEIGHTS_FILE = Path(__file__).parent / "data" / "ranking.json"

#: The ranks of candidates that resemble the query by chance; `Weights.usual` stands in for missing candidates.
CROWD_RANKS = slice(5, 20)
#: The limit of log-odds.
_MAX_LOG_ODDS = 30.0


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate with its probability.

    Attributes:
        probability: the probability that the query is about this claim, or about a claim that says the same.
    """

    candidate: Candidate
    probability: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the features for one kind of pair (`find_pair_kind`).

    Attributes:
        figures: the weight of each feature in the candidate's sum; features without a weight do not count.
        level: the weight of that sum in the log-odds.
        behind: the weight of the distance to the best candidate's sum.
        ahead: the weight of the lead over candidates that resemble the query by chance.
        alone: the weights of features that count independently of the other candidates.
        constant: the log-odds if all features are 0.
        usual: the sum of a candidate that resembles a query by chance, among very many claims.
    """

    figures: Mapping[str, float]
    level: float
    behind: float
    ahead: float
    alone: Mapping[str, float]
    constant: float
    usual: float

    def sum(self, figures: Features) -> float:
        return _sum_weighted(self.figures, figures)

    def compute_probability(
        self, candidate_sum: float, competitors_by_kind: "CompetingCandidates", figures: Features
    ) -> float:
        distance_to_best, over_crowd = (
            candidate_sum - competitors_by_kind.best,
            candidate_sum - competitors_by_kind.crowd,
        )
        odds = (
            self.level * candidate_sum
            + self.behind * distance_to_best
            + self.ahead * over_crowd
            + self.constant
        )
        odds += _sum_weighted(self.alone, figures)
        return 1 / (1 + exp(-max(-_MAX_LOG_ODDS, min(_MAX_LOG_ODDS, odds))))


def _sum_weighted(weights: Mapping[str, float], figures: Features) -> float:
    return sum(weight * figures[name] for name, weight in weights.items())


@dataclass(frozen=True, slots=True)
class CompetingCandidates:
    """The other candidates that a candidate is compared with.

    Attributes:
        best: the largest sum of a candidate (`Weights`).
        crowd: the mean sum of the candidates at `CROWD_RANKS`. The ranks begin at the sixth, because the same claim may
            have been checked five times.
    """

    best: float
    crowd: float

    @classmethod
    def build(cls, sums: Iterable[float], usual_sum: float) -> "CompetingCandidates":
        descending = sorted(sums, reverse=True)
        crowd_sums = descending[CROWD_RANKS]
        missing_count = CROWD_RANKS.stop - CROWD_RANKS.start - len(crowd_sums)
        return cls(
            descending[0], (sum(crowd_sums) + missing_count * usual_sum) / (len(crowd_sums) + missing_count)
        )


def rank_candidates(
    query: TextQuery, candidates: Sequence[Candidate], *, rarity: Mapping[str, float] | None = None
) -> list[RankedCandidate]:
    """Return the candidates, most probable first; equally probable candidates keep their order.

    Args:
        rarity: the inverse document frequency of words; may lack words.
    """
    pairs = compare_candidates(query, candidates, rarity)
    sums = [load_weights()[kind].sum(figures) for kind, figures in pairs]
    sums_by_kind: dict[str, list[float]] = {}
    for (kind, _), candidate_sum in zip(pairs, sums, strict=True):
        sums_by_kind.setdefault(kind, []).append(candidate_sum)
    competitors_by_kind = {
        kind: CompetingCandidates.build(kind_sums, load_weights()[kind].usual)
        for kind, kind_sums in sums_by_kind.items()
    }
    ranked_candidates = [
        RankedCandidate(
            candidate,
            load_weights()[kind].compute_probability(candidate_sum, competitors_by_kind[kind], figures),
        )
        for candidate, candidate_sum, (kind, figures) in zip(candidates, sums, pairs, strict=True)
    ]
    return sorted(ranked_candidates, key=lambda weight: -weight.probability)


def compare_candidates(
    query: TextQuery, candidates: Sequence[Candidate], rarity: Mapping[str, float] | None
) -> list[tuple[str, Features]]:
    """Return the pair kind and the similarity features of the query with each candidate."""
    compared_query = ComparedQuery.build(query, Rarity(rarity))
    return [
        (find_pair_kind(query, candidate), compared_query.compute_features(candidate))
        for candidate in candidates
    ]


def find_pair_kind(query: TextQuery, candidate: Candidate) -> str:
    """Return the kind of a pair: `words` without vectors, `across` between two languages, otherwise `same`."""
    if candidate.similarity is None:
        return "words"
    if query.language and candidate.language and query.language != get_primary_language(candidate.language):
        return "across"
    return "same"


@cache
def load_weights() -> Mapping[str, Weights]:
    return {kind: Weights(**numbers) for kind, numbers in json.loads(WEIGHTS_FILE.read_text("utf-8")).items()}
