"""Pairs that are nothing alike but have near vectors, as whoever searches among many claims meets them."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.pair_vectors import PairVectors
from benchmarks.matching.training_pairs import Sentence, TrainingPair

_NEAREST = 4
#: Nearer ones are taken to be about the same matter.
_SAME_MATTER = 0.25
_PUBLISHED = 3_000
#: Of fewer claims a language has no mean.
_ENOUGH = 15


def near_misses(pairs: Sequence[TrainingPair], vectors: PairVectors) -> list[TrainingPair]:
    """For each training sentence, the nearest claims of other meanings."""
    ours = {pair.asked: pair.meaning for pair in pairs if pair.kind in {"here", "across"}}
    theirs = {pair.claim: pair.meaning for pair in pairs if pair.kind in {"here", "across"}}
    meanings = np.array(list(theirs.values()))
    missed = []
    for asked, meaning, near in zip(
        ours, ours.values(), _cosines(ours, "query", theirs, "passage", vectors), strict=True
    ):
        missed += _pairs(asked, meaning, list(theirs), np.where(meanings == meaning, -1, near), "near")
    return missed


def published_misses(
    pairs: Sequence[TrainingPair], claims: Sequence[Sentence], vectors: PairVectors
) -> list[TrainingPair]:
    """For each training sentence, the nearest of claims that others have published."""
    ours = {pair.asked: pair.meaning for pair in pairs if pair.kind in {"here", "across"}}
    theirs = dict.fromkeys(claims, 0)
    missed = []
    for asked, meaning, near in zip(
        ours, ours.values(), _cosines(ours, "query", theirs, "published", vectors), strict=True
    ):
        missed += _pairs(asked, meaning, list(theirs), near, "published")
    return missed


def published(path: Path) -> list[Sentence]:
    """A sample of the claims in a file: a JSON object a line, with `claim` and `lang`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    sample = random.Random(13).sample(rows, min(_PUBLISHED, len(rows)))  # noqa: S311  it draws examples
    sentences = [
        Sentence(row["claim"], row["lang"][:2])
        for row in sample
        if row.get("lang") and row["lang"][:2] != "mu"
    ]
    sizes = Counter(sentence.language for sentence in sentences)
    return [sentence for sentence in dict.fromkeys(sentences) if sizes[sentence.language] >= _ENOUGH]


def _cosines(
    ours: Iterable[Sentence], role: str, theirs: Iterable[Sentence], their_role: str, vectors: PairVectors
) -> NDArray[np.float32]:
    here = np.array([vectors.of(role, sentence) for sentence in ours])
    there = np.array([vectors.of(their_role, sentence) for sentence in theirs])
    return here @ there.T


def _pairs(
    asked: Sentence, meaning: int, claims: Sequence[Sentence], near: NDArray[np.float32], kind: str
) -> list[TrainingPair]:
    return [
        TrainingPair(asked, claims[at], "related" if near[at] > _SAME_MATTER else "different", kind, meaning)
        for at in np.argsort(-near)[:_NEAREST]
    ]
