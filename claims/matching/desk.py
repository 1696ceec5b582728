"""Matches among unpublished claims at the desk, with their assignees.

Never used for public requests: these claims are unpublished.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Exists, OuterRef

from claims.matching.answers import Answer, Terms, worked_out
from claims.matching.candidates import MOST, FoundCandidates, nearest, shares, together, vectors_of_all
from claims.matching.claim_text import Told
from claims.matching.query import Asked
from claims.matching.shared_words import MOST_WORDS, frequent, sharing
from claims.models import Claim, Publication, Verdict
from claims.newsroom.people import display_name

#: A word that so many claims of the desk have leads to none of them by itself.
_COMMON = 1_000
#: Where all words are so common, claims have to have so many of them.
_TOGETHER = 3

_STATES = (Claim.State.PROPOSED, Claim.State.ACCEPTED)
_SHARING = f"""
    WITH posted AS MATERIALIZED (
        SELECT sought.words, found.id FROM jsonb_array_elements(%s::jsonb) AS listed (words), LATERAL (
            SELECT ARRAY(SELECT jsonb_array_elements_text(listed.words)) AS words
        ) AS sought CROSS JOIN LATERAL (
            SELECT id FROM claims_claim
            WHERE state IN ('proposed', 'accepted') AND claims_statement_words(statement) @> sought.words
            LIMIT {_COMMON}
        ) AS found
    )
    SELECT id FROM posted JOIN (SELECT words, count(*) AS had FROM posted GROUP BY words) AS counted USING (words)
    GROUP BY id ORDER BY sum(1 / ln(1 + had)) DESC, id DESC LIMIT %s
"""  # noqa: S608  made of constants of this file


@dataclass(frozen=True)
class Work:
    """The work in progress on a claim.

    Attributes:
        state: one of `Claim.State`.
        people: who drafts a verdict on it, or has one in review.
    """

    state: str
    is_published: bool
    people: tuple[str, ...]


def answered(text: str, *, reader: User, terms: Terms = Terms()) -> Answer:  # noqa: B008  it is frozen
    """Match a text with claims at the desk that this person may read."""
    [answer] = worked_out([text], terms, lambda asked: candidates_for(asked, reader=reader))
    return answer


def candidates_for(asked: Sequence[Asked], *, reader: User, most: int = MOST) -> FoundCandidates:
    """Claims that this person may read and that are worked on or published, for each of these texts."""
    near = nearest(asked, public=False, most=most)
    shared = sharing([each.cleaned for each in asked], most)
    rough = [sharing_words(each.cleaned, most) for each in asked]
    found = [
        {*words, *rest, *meaning} for words, rest, meaning in zip(shared.shares, rough, near, strict=True)
    ]
    known = told({claim for each in found for claim in each}, reader)
    compared = [
        shares(each.cleaned, {claim: known[claim] for claim in claims & known.keys()}, shared.rarity)
        for each, claims in zip(asked, found, strict=True)
    ]
    vectors = vectors_of_all(compared, near, public=False)
    return FoundCandidates(
        [
            together(words, similar, known, vectors, one.vector)
            for one, words, similar in zip(asked, compared, near, strict=True)
        ],
        shared.rarity,
        shared.unknown,
    )


def sharing_words(text: str, most: int) -> list[int]:
    """Claims of the desk that share rare words with a text, those with the rarest ones first.

    Words are compared roughly, as they stand (`claims_statement_words`); `shares` looks closer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(claims_statement_words(%s))", [text])
        words = list(dict.fromkeys(word for (word,) in cursor.fetchall()))[:MOST_WORDS]
        common = frequent().claims
        rare = [[word] for word in words if len(word) > 1 and common.get(word, 0) <= _COMMON]
        if not words:
            return []
        sought = rare or [sorted(words, key=len, reverse=True)[:_TOGETHER]]
        cursor.execute(_SHARING, [orjson.dumps(sought).decode(), most])
        return [claim for (claim,) in cursor.fetchall()]


def told(claims: Iterable[int], reader: User) -> dict[int, Told]:
    """Return the texts of those of these claims that are in progress or published, and that this person may read."""
    ids = sorted(claims)
    rows = Claim.objects.filter(pk__in=ids, state__in=_STATES).readable_by(reader).select_related("claimant")
    headlines: dict[int, list[str]] = {}
    titled = Verdict.objects.filter(claim_id__in=ids).exclude(title="").readable_by(reader).order_by("pk")
    for claim, title in titled.values_list("claim_id", "title"):
        headlines.setdefault(claim, []).append(title)
    return {
        row.pk: Told(
            row.statement,
            row.language.partition("-")[0].lower(),
            row.claimant.name if row.claimant else "",
            row.claimed_on,
            "\n".join(dict.fromkeys(headlines.get(row.pk, []))),
        )
        for row in rows
    }


def work_on(claims: Iterable[int], *, reader: User) -> dict[int, Work]:
    """Return the work in progress on those of these claims that this person may read."""
    ids = sorted(claims)
    people: dict[int, list[str]] = {}
    drafts = Verdict.objects.filter(claim_id__in=ids, state__in=["draft", "in_review"]).readable_by(reader)
    for draft in drafts.select_related("author").order_by("pk"):
        if draft.author:
            people.setdefault(draft.claim_id, []).append(display_name(draft.author))
    public = Publication.objects.current().filter(claim=OuterRef("pk"))
    rows = Claim.objects.filter(pk__in=ids).readable_by(reader).annotate(is_published=Exists(public))
    return {
        claim: Work(state, is_published, tuple(dict.fromkeys(people.get(claim, []))))
        for claim, state, is_published in rows.values_list("pk", "state", "is_published")
    }
