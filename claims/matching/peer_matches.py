"""Matches among the claims of followed newsrooms, by the same method as our own.

Words lead to their claims, and the same judgement says what each has to do with a text; meanings are not compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.matching.answers import MOST, AnsweredPassage, Terms, worked_out
from claims.matching.candidates import FoundCandidates, shares, together
from claims.matching.claim_text import Told
from claims.matching.query import Asked
from claims.matching.shared_words import MOST_WORDS, sharing
from claims.models import PeerClaim
from factcheck.database.read_connections import fetch

#: A word that so many of their claims have leads to none of them by itself.
_COMMON = 500
#: So many of their claims are compared with a text.
_CANDIDATES = 20

_SHARING = f"""
    WITH size AS (
        SELECT greatest(reltuples, 1) AS claims FROM pg_class WHERE oid = 'public.peerclaim_by_words'::regclass
    ), common AS MATERIALIZED (
        SELECT frequent.word FROM size, pg_stats,
            unnest(most_common_elems::text::text[], most_common_elem_freqs) AS frequent (word, share)
        WHERE schemaname = 'public' AND tablename = 'peerclaim_by_words' AND share * claims > {_COMMON}
    ), asked AS MATERIALIZED (
        SELECT DISTINCT given.number AS text, word
        FROM unnest(%s::text[]) WITH ORDINALITY AS given (said, number),
            unnest((public.claims_statement_words(said))[:{MOST_WORDS}]) AS word
        WHERE word NOT IN (SELECT common.word FROM common)
    ), posted AS MATERIALIZED (
        SELECT sought.word, found.id FROM (SELECT DISTINCT word FROM asked) AS sought CROSS JOIN LATERAL (
            SELECT id FROM public.claims_peerclaim
            WHERE status = 'published' AND public.claims_statement_words(statement) @> ARRAY[sought.word]
            LIMIT {_COMMON}
        ) AS found
    ), weighed AS (
        SELECT word, 1 / ln(1 + count(*)) AS weight FROM posted GROUP BY word
    )
    SELECT text, id FROM (
        SELECT text, id, row_number() OVER (PARTITION BY text ORDER BY sum(weight) DESC, id DESC) AS place
        FROM asked JOIN posted USING (word) JOIN weighed USING (word) GROUP BY text, id
    ) AS ordered
    WHERE place <= {_CANDIDATES}
"""  # noqa: S608  made of constants of this file


@dataclass(frozen=True, slots=True)
class CheckedElsewhere:
    """A claim of another newsroom related to a sentence; `Match` explains the other fields."""

    claim: PeerClaim
    kind: str
    confidence: float
    reasons: tuple[str, ...]


def checked_elsewhere(text: str, terms: Terms = Terms(cut="text")) -> list[CheckedElsewhere]:  # noqa: B008  frozen
    """Match a text with the claims of followed newsrooms, each once, same claims first."""
    if not fetch("SELECT EXISTS (SELECT FROM public.claims_peerclaim WHERE status = 'published')", [])[0][0]:
        return []
    [answer] = worked_out([text], terms, _candidates)
    best = _best(answer.passages)
    rows = PeerClaim.objects.standing().select_related("newsroom").defer("body", "change").in_bulk(list(best))
    return [
        CheckedElsewhere(rows[pk], kind, confidence, reasons)
        for pk, (kind, confidence, reasons) in best.items()
        if pk in rows
    ][: terms.most]


def _best(passages: Sequence[AnsweredPassage]) -> dict[int, tuple[str, float, tuple[str, ...]]]:
    """Of each claim the match that says most, those that say most first."""
    matches = [match for passage in passages for match in passage.matches]
    order = ("same", "contradicts", "related")
    best: dict[int, tuple[str, float, tuple[str, ...]]] = {}
    for match in sorted(matches, key=lambda match: (order.index(match.kind), -match.confidence)):
        best.setdefault(match.claim, (match.kind, match.confidence, match.reasons))
    return best


def _candidates(asked: Sequence[Asked]) -> FoundCandidates:
    texts = [each.cleaned for each in asked]
    shared = sharing(texts, MOST)
    found: list[set[int]] = [set() for _ in texts]
    for number, pk in fetch(_SHARING, [texts]):
        found[number - 1].add(pk)
    known = _told({pk for each in found for pk in each})
    compared = [
        shares(text, {pk: known[pk] for pk in each if pk in known}, shared.rarity)
        for text, each in zip(texts, found, strict=True)
    ]
    return FoundCandidates(
        [together(words, {}, known, {}, None) for words in compared], shared.rarity, shared.unknown
    )


def _told(ids: set[int]) -> dict[int, Told]:
    columns = ("pk", "statement", "language", "claimant", "claimed_on", "reviewed_on")
    rows = PeerClaim.objects.standing().filter(pk__in=sorted(ids)).values_list(*columns)
    return {
        pk: Told(statement, language.partition("-")[0].lower(), claimant, claimed_on, "", reviewed_on)
        for pk, statement, language, claimant, claimed_on, reviewed_on in rows
    }
