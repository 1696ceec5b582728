"""Find claims of followed newsrooms for a text, in the same way as our own claims.

Claims are found by shared words, and matching then decides how each relates to the text. Vectors are not compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from claims.features.federation.models import PeerClaim
from claims.matching.answers import MATCH_LIMIT, AnsweredPassage, MatchOptions, compute_answers
from claims.matching.candidates import ClaimTexts, FoundCandidates, build_candidates, compute_word_shares
from claims.matching.query import TextQuery, get_primary_language
from claims.matching.shared_words import WORD_LIMIT, find_claims_sharing_words
from factcheck.database.read_connections import fetch_rows

#: A word in this many peer claims is too common to find any of them.
_MAX_CLAIMS_PER_WORD = 500
#: The most peer claims compared with a text.
_MAX_CANDIDATES = 20
#: The most claims shown below the results for a reader's text.
_MAX_MATCHES_FOR_READERS = 5

_SHARED_WORDS_SQL = f"""
    WITH size AS (
        SELECT greatest(reltuples, 1) AS claims FROM pg_class WHERE oid = 'public.peerclaim_by_words'::regclass
    ), common AS MATERIALIZED (
        SELECT frequent.word FROM size, pg_stats,
            unnest(most_common_elems::text::text[], most_common_elem_freqs) AS frequent (word, share)
        WHERE schemaname = 'public' AND tablename = 'peerclaim_by_words' AND share * claims > {_MAX_CLAIMS_PER_WORD}
    ), asked AS MATERIALIZED (
        SELECT DISTINCT given.number AS text, word
        FROM unnest(%s::text[]) WITH ORDINALITY AS given (said, number),
            unnest((public.claims_statement_words(said))[:{WORD_LIMIT}]) AS word
        WHERE word NOT IN (SELECT common.word FROM common)
    ), posted AS MATERIALIZED (
        SELECT sought.word, found.id FROM (SELECT DISTINCT word FROM asked) AS sought CROSS JOIN LATERAL (
            SELECT id FROM public.federation_peerclaim
            WHERE status = 'published' AND public.claims_statement_words(statement) @> ARRAY[sought.word]
            LIMIT {_MAX_CLAIMS_PER_WORD}
        ) AS found
    ), weighed AS (
        SELECT word, 1 / ln(1 + count(*)) AS weight FROM posted GROUP BY word
    )
    SELECT text, id FROM (
        SELECT text, id, row_number() OVER (PARTITION BY text ORDER BY sum(weight) DESC, id DESC) AS place
        FROM asked JOIN posted USING (word) JOIN weighed USING (word) GROUP BY text, id
    ) AS ordered
    WHERE place <= {_MAX_CANDIDATES}
"""  # noqa: S608  made of constants of this file


@dataclass(frozen=True, slots=True)
class PeerMatch:
    """A claim of another newsroom that relates to a sentence of a text. See `Match` for the other fields."""

    claim: PeerClaim
    kind: str
    confidence: float
    reasons: tuple[str, ...]


def find_peer_matches(text: str, options: MatchOptions = MatchOptions(cut="text")) -> list[PeerMatch]:  # noqa: B008  frozen
    """Return the claims of followed newsrooms that match a text, each once; claims that say the same come first."""
    if not fetch_rows(
        "SELECT EXISTS (SELECT FROM public.federation_peerclaim WHERE status = 'published')", []
    )[0][0]:
        return []
    [match_result] = compute_answers([text], options, _find_candidates)
    best_matches = _choose_best_matches(match_result.passages)
    rows = (
        PeerClaim.objects.not_withdrawn()
        .select_related("newsroom")
        .defer("body", "change")
        .in_bulk(list(best_matches))
    )
    return [
        PeerMatch(rows[pk], kind, confidence, reasons)
        for pk, (kind, confidence, reasons) in best_matches.items()
        if pk in rows
    ][: options.max_matches]


def build_peer_context(text: str) -> dict[str, Any]:
    """Return the template context with other newsrooms' checks of a reader's text."""
    return {
        "peer_matches": find_peer_matches(
            text, MatchOptions(cut="auto", max_matches=_MAX_MATCHES_FOR_READERS)
        )
    }


def _choose_best_matches(
    passages: Sequence[AnsweredPassage],
) -> dict[int, tuple[str, float, tuple[str, ...]]]:
    """Return the strongest match of each claim, keyed by claim id, strongest first."""
    matches = [match for passage in passages for match in passage.matches]
    relation_order = ("same", "contradicts", "related")
    best_matches: dict[int, tuple[str, float, tuple[str, ...]]] = {}
    for match in sorted(matches, key=lambda match: (relation_order.index(match.kind), -match.confidence)):
        best_matches.setdefault(match.claim, (match.kind, match.confidence, match.reasons))
    return best_matches


def _find_candidates(queries: Sequence[TextQuery]) -> FoundCandidates:
    texts = [query.cleaned for query in queries]
    claims = find_claims_sharing_words(texts, MATCH_LIMIT)
    claims_by_text: list[set[int]] = [set() for _ in texts]
    for query_number, pk in fetch_rows(_SHARED_WORDS_SQL, [texts]):
        claims_by_text[query_number - 1].add(pk)
    texts_by_id = _load_claim_texts({pk for ids in claims_by_text for pk in ids})
    candidates = [
        compute_word_shares(text, {pk: texts_by_id[pk] for pk in ids if pk in texts_by_id}, claims.rarity)
        for text, ids in zip(texts, claims_by_text, strict=True)
    ]
    return FoundCandidates(
        [build_candidates(word_shares, {}, texts_by_id, {}, None) for word_shares in candidates],
        claims.rarity,
        claims.unknown_forms,
    )


def _load_claim_texts(claim_ids: set[int]) -> dict[int, ClaimTexts]:
    columns = ("pk", "statement", "language", "claimant", "claimed_on", "reviewed_on")
    rows = PeerClaim.objects.not_withdrawn().filter(pk__in=sorted(claim_ids)).values_list(*columns)
    return {
        pk: ClaimTexts(statement, get_primary_language(language), claimant, claimed_on, "", reviewed_on)
        for pk, statement, language, claimant, claimed_on, reviewed_on in rows
    }
