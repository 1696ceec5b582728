"""What a claim has to do with a text: the same, about the same matter, the opposite, or something else.

Vectors alone never decide: a claim and its opposite have nearly the same. The facts of both are compared, and a small
model that `benchmarks/matching/fit_judgement.py` fits weighs them beside words and vectors; docs/judgement.md is its card.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from django.utils.translation import gettext as _

from claims.matching.asked import Asked, Candidate
from claims.matching.facts import Comparison, Difference, compared, facts_of
from claims.matching.figures import Figures, beside, figures_of_vectors, figures_of_words

Kind = Literal["same", "related", "contradicts", "different"]
#: As the model gives their chances.
KINDS: tuple[Kind, ...] = ("same", "contradicts", "related", "different")

_DATA = Path(__file__).parent / "data" / "judgement.json"
_MOST_REASONS = 3


@dataclass(frozen=True)
class Judgement:
    """How a claim stands to a text.

    Attributes:
        confidence: how likely it is of this kind, 0 to 1.
        reasons: sentences for people that name the facts.
    """

    kind: Kind
    confidence: float
    reasons: tuple[str, ...]


def judge(asked: Asked, candidate: Candidate) -> Judgement:
    """Compare a text with a claim; without vectors by words and facts alone."""
    found = compared(
        facts_of(asked.cleaned or asked.text, asked.language),
        facts_of(candidate.statement, candidate.language),
    )
    chances = chances_of(asked, candidate, found)
    kind = _kind(chances, found)
    return Judgement(kind, round(chances[kind], 3), _reasons(kind, found))


def chances_of(asked: Asked, candidate: Candidate, found: Comparison) -> dict[Kind, float]:
    """How likely each kind is; they add up to 1."""
    figures = figures_of_words(found)
    model = _models()["words"]
    if asked.vector is not None and candidate.vector is not None:
        similarity = candidate.similarity
        if similarity is None:
            similarity = float(asked.vector @ candidate.vector)
        knowing = _models()["vectors"]
        if len(asked.vector) == knowing.dimensions:
            model = knowing
            heads = model.heads_of(beside(asked.vector, candidate.vector))
            figures |= figures_of_vectors(found, similarity, heads)
    return dict(zip(KINDS, model.chances(figures), strict=True))


def _kind(chances: dict[Kind, float], found: Comparison) -> Kind:
    """The likeliest, but only a fact that differs makes an opposite, and only a likelihood above all others the same."""
    if chances["same"] >= _models()["words"].least:
        return "same"
    others: tuple[Kind, ...] = (
        ("contradicts", "related", "different") if found.differences else ("related", "different")
    )
    return max(others, key=lambda kind: chances[kind])


class Model:
    """Weights that are read from a file, and what they make of figures.

    Attributes:
        names: of the figures, in order.
        weights: for each kind; the first is added to all.
        dimensions: of the vectors that its heads can read.
        least: how likely "the same" must be to be said.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self.names: list[str] = list(content["figures"])
        self.weights: Figures = np.array(
            [content["constant"], *content["figures"].values()], dtype=np.float64
        )
        self.dimensions: int = content.get("dimensions", 0)
        self.least: float = content["least"]
        heads = content.get("heads", {})
        self._head_names = list(heads)
        self._heads: Figures = np.array([head["weights"] for head in heads.values()], dtype=np.float64)
        self._head_constants: Figures = np.array(
            [head["constant"] for head in heads.values()], dtype=np.float64
        )

    def heads_of(self, pair: Figures) -> dict[str, float]:
        """What each head reads from two vectors."""
        read = self._heads @ pair + self._head_constants
        return dict(zip(self._head_names, map(float, read), strict=True))

    def chances(self, figures: dict[str, float]) -> list[float]:
        """Of each kind, in the order of `KINDS`."""
        row = np.array([1.0, *(figures[name] for name in self.names)])
        scores = row @ self.weights
        likely = np.exp(scores - scores.max())
        return [float(chance) for chance in likely / likely.sum()]


@cache
def _models() -> dict[str, Model]:
    content = json.loads(_DATA.read_text(encoding="utf-8"))
    return {name: Model(content[name]) for name in ("words", "vectors")}


def _reasons(kind: Kind, found: Comparison) -> tuple[str, ...]:
    if kind == "different":
        return ()
    differing = [_difference(difference) for difference in found.differences]
    if kind == "contradicts":
        return tuple(differing[:_MOST_REASONS])
    agreeing = _agreements(found)
    if kind == "related":
        return tuple([*differing, *agreeing][:_MOST_REASONS]) or (_("Both are about the same matter."),)
    return tuple(agreeing[:_MOST_REASONS])


def _difference(found: Difference) -> str:
    named = {"ours": found.ours, "theirs": found.theirs}
    if found.kind == "negation":
        return _("One of them denies what the other says.")
    if found.kind == "roles":
        return _("Both use the same words, but who does it and to whom is the other way round.")
    if found.kind == "date":
        return _("They name different days.")
    if found.kind == "name":
        return _("The text names %(ours)s, the claim names %(theirs)s.") % named
    if found.kind == "place":
        return _("The text is about %(ours)s, the claim is about %(theirs)s.") % named
    return _("The text says %(ours)s, the claim says %(theirs)s.") % named


def _agreements(found: Comparison) -> list[str]:
    reasons = []
    if found.is_same_wording:
        reasons.append(_("Both use nearly the same words."))
    elif not found.same_language:
        reasons.append(_("They say it in different languages."))
    else:
        reasons.append(_("They say it in other words."))
    known = {
        "number": _("The numbers agree."),
        "year": _("The years agree."),
        "name": _("They name the same people or bodies."),
        "place": _("They name the same places."),
    }
    return reasons + [sentence for kind, sentence in known.items() if found.agreements.get(kind)]
