"""Candidate claims for texts: by shared rare words, and by similar meaning.

All candidates are current publications. `claims.matching.desk` finds unpublished claims.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from claims.matching import embedding
from claims.matching.query import Candidate, TextQuery, Vector, get_primary_language
from claims.matching.shared_words import build_forms, compute_shares, find_claims_sharing_words, split_words
from claims.models import Publication
from factcheck.database.read_connections import fetch_rows

#: The claims nearest to a text, by id: their similarity and their vectors.
NearestClaims = Mapping[int, tuple[float, Vector]]

#: The maximum number of candidates from words and from vectors; fewer if many texts are matched together, because
#: most of them match nothing and comparing candidates takes longest.
CANDIDATE_LIMIT, CANDIDATE_LIMIT_OF_MANY = 30, 12
MANY_TEXTS = 10


def load_publication_column(
    claims: Collection[int], rows: QuerySet[Publication] | None = None, *, column: str = "body"
) -> dict[int, Any]:
    """Return a column of these claims' current publications.

    Args:
        rows: the publications to read; by default, all.
    """
    if not claims:
        return {}
    publications = (Publication.objects.current() if rows is None else rows).filter(
        claim_id__in=sorted(claims)
    )
    try:
        sql, parameters = publications.order_by().values_list("claim_id", column).query.sql_with_params()
    except EmptyResultSet:  # no publication can meet the conditions of `rows`
        return {}
    return dict(fetch_rows(sql, parameters))


@dataclass(frozen=True)
class ClaimTexts:
    """The texts of a claim for matching. `Candidate` describes each field."""

    statement: str
    language: str
    claimant: str
    claimed_on: date | None
    headline: str
    reviewed_on: date | None = None

    @classmethod
    def build_public(cls, body: dict[str, Any]) -> "ClaimTexts":
        """Return the texts of a claim's current publication."""
        return cls(
            body["statement"],
            get_primary_language(body["language"]),
            body["claimant"]["name"] if body["claimant"] else "",
            date.fromisoformat(body["claimed_on"]) if body["claimed_on"] else None,
            # An entry restored from an old export may have verdicts without `title`.
            "\n".join(filter(None, (verdict.get("title", "") for verdict in body["verdicts"]))),
            min(
                (date.fromisoformat(day) for verdict in body["verdicts"] if (day := verdict["reviewed_on"])),
                default=None,
            ),
        )


@dataclass(frozen=True)
class FoundCandidates:
    """The unordered candidates for texts, the rarity of the texts' words, and the words that no claim contains."""

    candidates: list[list[Candidate]]
    rarity: Mapping[str, float]
    unknown_words: frozenset[str]


def find_published(
    queries: Sequence[TextQuery],
    *,
    rows: QuerySet[Publication] | None = None,
    limit: int = 0,
    min_limit: int = 0,
) -> FoundCandidates:
    """Return current publications that may match each of these texts.

    Args:
        rows: the publications to search; by default, all.
        limit: the maximum number of claims found by words, and of claims found by vectors; the default depends on
            the number of texts.
        min_limit: the minimum value of that default.
    """
    limit = limit or max(min_limit, CANDIDATE_LIMIT_OF_MANY if len(queries) > MANY_TEXTS else CANDIDATE_LIMIT)
    nearest_claims = find_nearest(queries, is_public=True, limit=limit)
    words_in_common = find_claims_sharing_words(
        [query.cleaned for query in queries], limit, further_claims=nearest_claims
    )
    bodies = load_publication_column(
        {claim for claim_ids in (*words_in_common.shares, *nearest_claims) for claim in claim_ids}, rows
    )
    texts = {claim: ClaimTexts.build_public(orjson.loads(body)) for claim, body in bodies.items()}
    vectors = load_all_vectors(words_in_common.shares, nearest_claims, is_public=True)
    return FoundCandidates(
        [
            build_candidates(shares, similar_claims, texts, vectors, text_query.vector)
            for text_query, shares, similar_claims in zip(
                queries, words_in_common.shares, nearest_claims, strict=True
            )
        ],
        words_in_common.rarity,
        words_in_common.unknown_forms,
    )


def compute_word_shares(
    text: str, claims: Mapping[int, ClaimTexts], rarity: Mapping[str, float]
) -> dict[int, float]:
    """Return the share of a text's words that each claim has, by claim id, as `WordsInCommon.shares` defines it."""
    forms, *forms_by_claim = map(
        build_forms,
        split_words([text, *(f"{claim.statement}\n{claim.headline}" for claim in claims.values())]),
    )
    return {
        claim: compute_shares(forms, claim_forms, rarity)
        for claim, claim_forms in zip(claims, forms_by_claim, strict=True)
    }


def find_nearest(queries: Sequence[TextQuery], *, is_public: bool, limit: int) -> list[NearestClaims]:
    """Return the claims nearest in meaning to each of these texts."""
    return [
        {
            claim: (similarity, vector)
            for claim, similarity, vector in embedding.find_nearest(
                query.vector, is_public=is_public, limit=limit
            )
        }
        if query.vector is not None
        else {}
        for query in queries
    ]


def load_all_vectors(
    shares: Iterable[Iterable[int]], nearest_claims: Sequence[NearestClaims], *, is_public: bool
) -> dict[int, Vector]:
    """Load the vectors of all candidates, including candidates found only by their words."""
    known_vectors = {
        claim: vector for claim_ids in nearest_claims for claim, (_, vector) in claim_ids.items()
    }
    missing_claims = {claim for claim_ids in shares for claim in claim_ids} - known_vectors.keys()
    return (
        {**known_vectors, **embedding.load_vectors(sorted(missing_claims), is_public=is_public)}
        if known_vectors and missing_claims
        else known_vectors
    )


def build_candidates(
    shares: Mapping[int, float],
    nearest_claims: NearestClaims,
    texts: Mapping[int, ClaimTexts],
    vectors: Mapping[int, Vector],
    query_vector: Vector | None,
) -> list[Candidate]:
    """Build the candidates of a text from matches by words and by meaning."""
    return [
        Candidate(
            claim,
            claim_text.statement,
            claim_text.language,
            claim_text.claimant,
            claim_text.claimed_on,
            shares.get(claim, 0.0),
            _compute_cosine(query_vector, vectors.get(claim)),
            vectors.get(claim),
            claim_text.headline,
            claim_text.reviewed_on,
        )
        for claim in {**shares, **nearest_claims}
        if (claim_text := texts.get(claim)) is not None
    ]


def _compute_cosine(vector: Vector | None, other_vector: Vector | None) -> float | None:
    return None if vector is None or other_vector is None else float(vector @ other_vector)
