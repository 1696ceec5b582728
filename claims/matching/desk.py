"""Matches among unpublished claims at the desk. Public requests must never use this module."""

from collections.abc import Iterable, Sequence
from functools import partial

import orjson
from django.contrib.auth.models import User
from django.db import connection

from claims.matching.answers import Answer, MatchOptions, compute_answers
from claims.matching.candidates import (
    CANDIDATE_LIMIT,
    ClaimTexts,
    FoundCandidates,
    build_candidates,
    compute_word_shares,
    find_nearest,
    load_all_vectors,
)
from claims.matching.query import TextQuery, get_primary_language
from claims.matching.semantic_fallback import MAX_CANDIDATES, rank_claims_by_meaning
from claims.matching.shared_words import WORD_LIMIT, find_claims_sharing_words, get_common_words
from claims.models import Claim, Verdict

#: A word in this many claims at the desk is too common to find claims by itself.
_COMMON_WORD_CLAIMS = 1_000
#: If all words of a text are that common, a claim must contain at least this many of them.
_MIN_COMMON_WORDS = 3

_OPEN_STATES = (Claim.State.PROPOSED, Claim.State.ACCEPTED)
_SHARING_SQL = f"""
    WITH posted AS MATERIALIZED (
        SELECT sought.words, found.id FROM jsonb_array_elements(%s::jsonb) AS listed (words), LATERAL (
            SELECT ARRAY(SELECT jsonb_array_elements_text(listed.words)) AS words
        ) AS sought CROSS JOIN LATERAL (
            SELECT id FROM claims_claim
            WHERE state IN ('proposed', 'accepted') AND claims_statement_words(statement) @> sought.words
            LIMIT {_COMMON_WORD_CLAIMS}
        ) AS found
    )
    SELECT id FROM posted JOIN (SELECT words, count(*) AS had FROM posted GROUP BY words) AS counted USING (words)
    GROUP BY id ORDER BY sum(1 / ln(1 + had)) DESC, id DESC LIMIT %s
"""  # noqa: S608  made of constants of this file


def match_desk_text(text: str, *, reader: User, options: MatchOptions = MatchOptions()) -> Answer:  # noqa: B008  it is frozen
    """Match a text with claims at the desk that this person may read."""
    [result] = compute_answers([text], options, lambda queries: find_candidates(queries, reader=reader))
    return result


def find_claims_by_meaning(text: str, *, reader: User) -> list[int]:
    """Return the ids of readable claims that a text may mean, most probable first."""
    return rank_claims_by_meaning(text, partial(find_candidates, reader=reader, limit=MAX_CANDIDATES))


def find_candidates(
    queries: Sequence[TextQuery], *, reader: User, limit: int = CANDIDATE_LIMIT
) -> FoundCandidates:
    """Return readable claims, in progress or published, that may match each of these texts."""
    nearest_claims = find_nearest(queries, is_public=False, limit=limit)
    words_in_common = find_claims_sharing_words([query.cleaned for query in queries], limit)
    claims_by_rare_words = [find_claims_with_rare_words(query.cleaned, limit) for query in queries]
    claim_ids = [
        {*words, *rare_word_claims, *meaning}
        for words, rare_word_claims, meaning in zip(
            words_in_common.shares, claims_by_rare_words, nearest_claims, strict=True
        )
    ]
    texts = load_claim_texts({claim for query in claim_ids for claim in query}, reader)
    candidates = [
        compute_word_shares(
            query.cleaned, {claim: texts[claim] for claim in claims & texts.keys()}, words_in_common.rarity
        )
        for query, claims in zip(queries, claim_ids, strict=True)
    ]
    vectors = load_all_vectors(candidates, nearest_claims, is_public=False)
    return FoundCandidates(
        [
            build_candidates(words, similar_claims, texts, vectors, text_query.vector)
            for text_query, words, similar_claims in zip(queries, candidates, nearest_claims, strict=True)
        ],
        words_in_common.rarity,
        words_in_common.unknown_forms,
    )


def find_claims_with_rare_words(text: str, limit: int) -> list[int]:
    """Return claims at the desk that share rare words with a text. Claims that share the rarest words come first.

    Words are compared without stemming (`claims_statement_words`); `compute_word_shares` compares more precisely.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(claims_statement_words(%s))", [text])
        words = list(dict.fromkeys(word for (word,) in cursor.fetchall()))[:WORD_LIMIT]
        common_words = get_common_words().claims
        rare_words = [
            [word] for word in words if len(word) > 1 and common_words.get(word, 0) <= _COMMON_WORD_CLAIMS
        ]
        if not words:
            return []
        searched_words = rare_words or [sorted(words, key=len, reverse=True)[:_MIN_COMMON_WORDS]]
        cursor.execute(_SHARING_SQL, [orjson.dumps(searched_words).decode(), limit])
        return [claim for (claim,) in cursor.fetchall()]


def load_claim_texts(claims: Iterable[int], reader: User) -> dict[int, ClaimTexts]:
    """Return the texts of the claims that are in progress or published and that this person may read, by claim id."""
    ids = sorted(claims)
    rows = (
        Claim.objects.filter(pk__in=ids, state__in=_OPEN_STATES)
        .readable_by(reader)
        .select_related("claimant")
    )
    headlines: dict[int, list[str]] = {}
    titled_verdicts = (
        Verdict.objects.filter(claim_id__in=ids).exclude(title="").readable_by(reader).order_by("pk")
    )
    for claim, title in titled_verdicts.values_list("claim_id", "title"):
        headlines.setdefault(claim, []).append(title)
    return {
        row.pk: ClaimTexts(
            row.statement,
            get_primary_language(row.language),
            row.claimant.name if row.claimant else "",
            row.claimed_on,
            "\n".join(dict.fromkeys(headlines.get(row.pk, []))),
        )
        for row in rows
    }
