"""What a claim has to do with a text: the same, about the same matter, the opposite, or something else.

Vectors alone never decide: a claim and its opposite have nearly the same. The facts of both are compared, and a small
model weighs them beside words and vectors. `benchmarks/matching/fit_judgement.py` fits it; its card is
docs/judgement.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from django.utils.translation import gettext as _

from claims.matching.asked import Asked, Candidate, Vector
from claims.matching.embedding import embedder
from claims.matching.facts import Comparison, Difference, compared, facts_of, is_named
from claims.matching.facts.overlap import overlap
from claims.matching.figures import figures_of_vectors, figures_of_words, is_ruled_out

Kind = Literal["same", "related", "contradicts", "different"]
#: As the model gives their chances.
KINDS: tuple[Kind, ...] = ("same", "contradicts", "related", "different")

_DATA = Path(__file__).parent / "data"
_MOST_REASONS = 3
#: Texts that share so much of their words are in one language. Of a short text, the language is hard to tell.
_SAME_LANGUAGE = 0.6
#: The model whose vectors the heads read, as the names of embedders have it.
_FITTED_ON = "multilingual-e5-small"


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
    text = asked.cleaned or asked.text
    ours = facts_of(text, asked.language)
    theirs = facts_of(candidate.statement, candidate.language)
    if ours.language != theirs.language:
        share = overlap(ours.words, theirs.words, "").share
        # A language that cannot be told is mostly that of a short text in which names stand.
        if share >= _SAME_LANGUAGE or (share and not ours.language):
            ours = facts_of(text, candidate.language)
    found = compared(ours, theirs)
    chances, least = chances_of(asked, candidate, found)
    kind = _kind(chances, least, found)
    reasons = _reasons(kind, found)
    if kind in {"same", "related"} and is_named(candidate.claimant, ours):
        reasons = (
            *reasons,
            _("The text names %(claimant)s, who said it.") % {"claimant": candidate.claimant},
        )
    return Judgement(kind, round(chances[kind], 3), reasons)


def chances_of(asked: Asked, candidate: Candidate, found: Comparison) -> tuple[dict[Kind, float], float]:
    """How likely each kind is (they add up to 1), and how likely "the same" must be to be said."""
    by_words = _by_words(found)
    ours, theirs = asked.vector, candidate.vector
    if ours is None or theirs is None or not _are_read(ours):
        return by_words
    # In nearly the same words, other vectors tell of a slip of the keyboard rather than of another meaning.
    if found.is_same_wording and not found.differences and by_words[0]["same"] >= by_words[1]:
        return by_words
    similarity = float(ours @ theirs) if candidate.similarity is None else candidate.similarity
    return _by_vectors(found, similarity, _heads().read(ours, theirs))


def _by_words(found: Comparison) -> tuple[dict[Kind, float], float]:
    # Vectors may tell of an opposite that no fact shows; words cannot.
    ruled_out: dict[Kind, bool] = {"same": is_ruled_out(found, None), "contradicts": not found.differences}
    return _chances(_models()["words"], figures_of_words(found), ruled_out)


def _by_vectors(
    found: Comparison, similarity: float, heads: dict[str, float]
) -> tuple[dict[Kind, float], float]:
    words = figures_of_words(found)
    figures = words | figures_of_vectors(words, found, similarity, heads)
    return _chances(_models()["vectors"], figures, {"same": is_ruled_out(found, similarity)})


def _chances(
    model: "Model", figures: dict[str, float], ruled_out: dict[Kind, bool]
) -> tuple[dict[Kind, float], float]:
    chances = model.chances(figures, [kind for kind in KINDS if ruled_out.get(kind)])
    return dict(zip(KINDS, chances, strict=True)), model.least


def _kind(chances: dict[Kind, float], least: float, found: Comparison) -> Kind:
    """The likeliest, but only a fact that differs makes an opposite, and the same is said from some likelihood on."""
    if chances["same"] >= least:
        return "same"
    others: tuple[Kind, ...] = (
        ("contradicts", "related", "different") if found.differences else ("related", "different")
    )
    return max(others, key=lambda kind: chances[kind])


class Model:
    """Weights of figures, and the chances that they make.

    Attributes:
        names: of the figures, in order.
        least: how likely "the same" must be to be said.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self.names: list[str] = list(content["figures"])
        self.least: float = content["least"]
        self._weights = np.array([content["constant"], *content["figures"].values()], dtype=np.float64)

    def chances(self, figures: dict[str, float], ruled_out: Sequence[Kind]) -> list[float]:
        """Of each kind, in the order of `KINDS`."""
        scores = np.array([1.0, *(figures[name] for name in self.names)]) @ self._weights
        scores[[KINDS.index(kind) for kind in ruled_out]] = -np.inf
        likely = np.exp(scores - scores.max())
        return [float(chance) for chance in likely / likely.sum()]


class Heads:
    """What two vectors tell beyond their cosine: how far they are apart in directions that matter (`d'Md + a'Nb`)."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as content:
            arrays = {name: content[name].astype(np.float32) for name in content.files}
        self._names = list(dict.fromkeys(name.partition(": ")[0] for name in arrays))
        self._forms = [
            [
                arrays[f"{name}: {part}"]
                for part in ("constant", "apart", "apart_weights", "together", "together_weights")
            ]
            for name in self._names
        ]
        self.dimensions: int = self._forms[0][1].shape[1]

    def read(self, ours: Vector, theirs: Vector) -> dict[str, float]:
        """Of one pair, by the names of heads."""
        return {
            name: float(
                constant
                + (apart @ (ours - theirs)) ** 2 @ apart_weights
                + ((together @ ours) * (together @ theirs)) @ together_weights
            )
            for name, (constant, apart, apart_weights, together, together_weights) in zip(
                self._names, self._forms, strict=True
            )
        }


@cache
def _models() -> dict[str, Model]:
    content = json.loads((_DATA / "judgement.json").read_text(encoding="utf-8"))
    return {name: Model(content[name]) for name in ("words", "vectors")}


def _are_read(vector: Vector) -> bool:
    """Whether the heads were fitted on vectors of this kind; others may have as many dimensions."""
    by = embedder()
    return len(vector) == _heads().dimensions and (by is None or _FITTED_ON in by.name)


@cache
def _heads() -> Heads:
    return Heads(_DATA / "judgement_heads.npz")


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
