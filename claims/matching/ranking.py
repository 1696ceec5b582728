"""Rank candidate claims by the probability that the text means them.

The model is small enough to be read: `data/ranking.json` has the weight of each feature of `likeness`. It has three
kinds of pairs: claims in the language of the query, claims in another, and claims without a vector.
docs/matching.md describes the fitting, the data and the results; `benchmarks.matching.fitting` fits it again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from claims.matching.query import Asked, Candidate
from claims.matching.similarity_features import Figures, Question, Rarity, primary

MODEL = Path(__file__).parent / "data" / "ranking.json"

#: The places of candidates that resemble the question by chance. Where there are few claims, as many as usual do.
CROWD = slice(5, 20)
#: Log-odds beyond which nothing is surer.
_MOST = 30.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its probability.

    Attributes:
        probability: that the question is about this claim, or about one that says the same.
        features: the figures in which both were compared, which the probability rests on.
    """

    candidate: Candidate
    probability: float
    features: Figures


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of features for one kind of pairs.

    Attributes:
        figures: what each figure weighs; others count nothing.
        level: what their sum weighs in the log-odds,
        behind: what it weighs how far the sum is behind that of the best candidate,
        ahead: how far it is ahead of what resembles the question by chance,
        alone: what figures weigh there by themselves, whatever the other candidates are,
        constant: and the log-odds where all of these are 0.
        usual: the sum of a candidate that resembles a question by chance, among very many claims.
    """

    figures: Mapping[str, float]
    level: float
    behind: float
    ahead: float
    alone: Mapping[str, float]
    constant: float
    usual: float

    def sum(self, figures: Figures) -> float:
        return _weighed(self.figures, figures)

    def probability(self, of: float, among: "Among", figures: Figures) -> float:
        behind, ahead = of - among.best, of - among.crowd
        odds = self.level * of + self.behind * behind + self.ahead * ahead + self.constant
        odds += _weighed(self.alone, figures)
        return 1 / (1 + exp(-max(-_MOST, min(_MOST, odds))))


def _weighed(weights: Mapping[str, float], figures: Figures) -> float:
    return sum(weight * figures[name] for name, weight in weights.items())


@dataclass(frozen=True, slots=True)
class Among:
    """The candidates that one is compared with.

    Attributes:
        best: the largest sum.
        crowd: the mean of those that come too late to be meant, and not late enough to be strange; the same claim may
            have been checked five times.
    """

    best: float
    crowd: float

    @classmethod
    def of(cls, sums: Iterable[float], usual: float) -> "Among":
        ordered = sorted(sums, reverse=True)
        crowd = ordered[CROWD]
        missing = CROWD.stop - CROWD.start - len(crowd)
        return cls(ordered[0], (sum(crowd) + missing * usual) / (len(crowd) + missing))


def ranked(
    asked: Asked, candidates: Sequence[Candidate], *, rarity: Mapping[str, float] | None = None
) -> list[Ranked]:
    """Return candidates, the most probable first; equal ones keep their order.

    Args:
        rarity: the inverse document frequency of words, as far as it is known.
    """
    pairs = compared(asked, candidates, rarity)
    sums = [weights()[kind].sum(figures) for kind, figures in pairs]
    of_kind: dict[str, list[float]] = {}
    for (kind, _), of in zip(pairs, sums, strict=True):
        of_kind.setdefault(kind, []).append(of)
    among = {kind: Among.of(those, weights()[kind].usual) for kind, those in of_kind.items()}
    found = [
        Ranked(candidate, weights()[kind].probability(of, among[kind], figures), figures)
        for candidate, of, (kind, figures) in zip(candidates, sums, pairs, strict=True)
    ]
    return sorted(found, key=lambda each: -each.probability)


def compared(
    asked: Asked, candidates: Sequence[Candidate], rarity: Mapping[str, float] | None
) -> list[tuple[str, Figures]]:
    """Of which kind the pair with each candidate is, and in what figures both are alike."""
    question = Question.of(asked, Rarity(rarity))
    return [(kind_of(asked, candidate), question.likeness(candidate)) for candidate in candidates]


def kind_of(asked: Asked, candidate: Candidate) -> str:
    """Of which kind a pair is: `words`, `across` or `same`."""
    if candidate.similarity is None:
        return "words"
    if asked.language and candidate.language and asked.language != primary(candidate.language):
        return "across"
    return "same"


@cache
def weights() -> Mapping[str, Weights]:
    return {kind: Weights(**known) for kind, known in json.loads(MODEL.read_text("utf-8")).items()}
