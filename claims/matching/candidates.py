"""Candidate claims for texts: by shared rare words, and by similar meaning.

These are current publications alone. Of what the desk works on, `claims.matching.desk` knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from django.db.models import QuerySet

from claims.matching import embedding
from claims.matching.claim_text import Told, current
from claims.matching.query import Asked, Candidate, Vector
from claims.matching.shared_words import forms_of, share, sharing, words_of
from claims.models import Publication

#: What is near to a text, by the ids of claims: how near, and the vectors.
Near = Mapping[int, tuple[float, Vector]]

#: So many candidates of a text come from words, and so many from vectors; of each, where many texts are asked about
#: together, for then most of them say nothing that was checked, and to compare candidates takes longest.
MOST, MOST_OF_MANY = 30, 12
MANY = 10


@dataclass(frozen=True)
class FoundCandidates:
    """The candidates for texts, in no order; how rare the words of the texts are, and which of them no claim has."""

    candidates: list[list[Candidate]]
    rarity: Mapping[str, float]
    unknown: frozenset[str]


def published(
    asked: Sequence[Asked], *, rows: QuerySet[Publication] | None = None, most: int = 0, least: int = 0
) -> FoundCandidates:
    """Current publications that may be meant by each of these texts.

    Args:
        rows: those of them that count; all, if not given.
        most: so many from words, and as many from vectors; if not given, as many as suit the number of texts,
        least: but not fewer than this.
    """
    most = most or max(least, MOST_OF_MANY if len(asked) > MANY else MOST)
    near = nearest(asked, public=True, most=most)
    shared = sharing([each.cleaned for each in asked], most, beside=near)
    bodies = current({claim for each in (*shared.shares, *near) for claim in each}, rows)
    known = {claim: Told.in_public(orjson.loads(body)) for claim, body in bodies.items()}
    vectors = vectors_of_all(shared.shares, near, public=True)
    return FoundCandidates(
        [
            together(shares, similar, known, vectors, one.vector)
            for one, shares, similar in zip(asked, shared.shares, near, strict=True)
        ],
        shared.rarity,
        shared.unknown,
    )


def shares(text: str, claims: Mapping[int, Told], rarity: Mapping[str, float]) -> dict[int, float]:
    """Return the words that claims share with a text, by claim id, as `shared_words.WordsInCommon`."""
    forms, *others = map(
        forms_of, words_of([text, *(f"{claim.statement}\n{claim.headline}" for claim in claims.values())])
    )
    return {claim: share(forms, other, rarity) for claim, other in zip(claims, others, strict=True)}


def nearest(asked: Sequence[Asked], *, public: bool, most: int) -> list[Near]:
    """Return the claims nearest in meaning to each of these texts."""
    return [
        {
            claim: (similarity, vector)
            for claim, similarity, vector in embedding.nearest(each.vector, public=public, most=most)
        }
        if each.vector is not None
        else {}
        for each in asked
    ]


def vectors_of_all(
    shares: Iterable[Iterable[int]], near: Sequence[Near], *, public: bool
) -> dict[int, Vector]:
    """The vectors of all that was found, also of what only words led to."""
    known = {claim: vector for each in near for claim, (_, vector) in each.items()}
    missing = {claim for each in shares for claim in each} - known.keys()
    return {**known, **embedding.vectors_of(sorted(missing), public=public)} if known and missing else known


def together(
    shares: Mapping[int, float],
    near: Near,
    known: Mapping[int, Told],
    vectors: Mapping[int, Vector],
    asked: Vector | None,
) -> list[Candidate]:
    """The candidates of a text, of what its words and its meaning led to."""
    return [
        Candidate(
            claim,
            told.statement,
            told.language,
            told.claimant,
            told.claimed_on,
            shares.get(claim, 0.0),
            _cosine(asked, vectors.get(claim)),
            vectors.get(claim),
            told.headline,
            told.reviewed_on,
        )
        for claim in {**shares, **near}
        if (told := known.get(claim)) is not None
    ]


def _cosine(one: Vector | None, other: Vector | None) -> float | None:
    return None if one is None or other is None else float(one @ other)
