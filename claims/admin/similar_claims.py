"""Similar claims, shown while a person types a statement and on the claim's page.

Unpublished claims are included if the person may read them, so that two people do not check the same claim.
"""

from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.admin.move_buttons import get_last_move
from claims.admin.public_state import build_public_badge, prefetch_newest_publication
from claims.admin.status_badges import annotate_signoffs_given, build_kind_badge, build_verdict_badges
from claims.matching.alignment import Span
from claims.matching.answers import Match, MatchOptions
from claims.matching.desk import match_desk_text
from claims.models import Claim, Verdict
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.newsroom.people import get_display_name
from factcheck import features
from factcheck.admin.base import get_page_url

#: The most similar claims shown; editors read no more than these while typing.
SIMILAR_LIMIT = 6
#: The shortest statement compared, in letters; a shorter one could be the beginning of any statement.
MIN_LETTERS = 8

_KIND_ORDER = {"same": 0, "contradicts": 1, "related": 2}
_OPEN_STATES = (Verdict.State.DRAFT, Verdict.State.IN_REVIEW)
_PAST_STATES = (Verdict.State.SUPERSEDED, Verdict.State.RETRACTED)


@dataclass(frozen=True, slots=True)
class SimilarClaim:
    """Another claim, with its relation to the statement and its state."""

    claim: Claim
    url: str
    kind: SafeString
    reasons: tuple[str, ...]
    #: The differing words: those only in the compared text, and those only in the claim's statement.
    text: str
    text_differs: tuple[Span, ...]
    claim_differs: tuple[Span, ...]
    state: SafeString
    verdicts: list[tuple[Verdict, SafeString]]
    #: The names of people working on the claim now.
    people: list[str]
    #: Whether another claim can be merged into this one: they may be the same, and this is neither merged nor declined.
    accepts_merge: bool


def find_similar_claims(
    statement: str, *, person: User, own_claim: Claim | None = None
) -> list[SimilarClaim]:
    """Return claims related to a statement; claims that are the same come first.

    Args:
        own_claim: the claim to which the statement belongs; it is left out.
    """
    if len(statement.strip()) < MIN_LETTERS:
        return []
    matches = _find_best_matches(statement[:MAX_STATEMENT_LENGTH], person)
    for pk in _find_same_words(own_claim):
        matches[pk] = Match(pk, statement, "", "same", 1.0, (_("The words are the same."),))
    rows = {claim.pk: claim for claim in _load_readable(matches, person, excluded_claim=own_claim)}
    claims = sorted(
        (match for match in matches.values() if match.claim in rows),
        key=lambda match: (_KIND_ORDER[match.kind], -match.confidence),
    )
    text = statement[:MAX_STATEMENT_LENGTH].strip()
    return [_build_similar_claim(rows[match.claim], match, text) for match in claims[:SIMILAR_LIMIT]]


def collect_additions(statement: str, *, person: User) -> dict[str, Any]:
    """Return the template context that features add to the panel."""
    if len(statement.strip()) < MIN_LETTERS:
        return {}
    additions = (
        build_addition(statement[:MAX_STATEMENT_LENGTH], person=person)
        for build_addition in features.load_declared("beside_claim")
    )
    return dict(ChainMap(*additions))


def build_similar_context(statement: str, *, person: User, own_claim: Claim | None = None) -> dict[str, Any]:
    """Return the panel's template context. The panel offers to merge `own_claim` if the person may do so."""
    may_merge = bool(
        own_claim
        and person.has_perm("claims.merge_claim")
        and own_claim.state != Claim.State.MERGED
        and not own_claim.merged_claims.exists()
    )
    return {
        "similar": find_similar_claims(statement, person=person, own_claim=own_claim),
        **collect_additions(statement, person=person),
        "merges": own_claim if may_merge else None,
        "last_move": get_last_move(own_claim) if own_claim else 0,
    }


def _find_best_matches(statement: str, person: User) -> dict[int, Match]:
    """Return the best match with each similar claim, keyed by claim id."""
    best_matches: dict[int, Match] = {}
    for passage in match_desk_text(
        statement, reader=person, options=MatchOptions(cut="text", max_matches=2 * SIMILAR_LIMIT)
    ).passages:
        for match in passage.matches:
            earlier_match = best_matches.get(match.claim)
            if earlier_match is None or (_KIND_ORDER[match.kind], -match.confidence) < (
                _KIND_ORDER[earlier_match.kind],
                -earlier_match.confidence,
            ):
                best_matches[match.claim] = match
    return best_matches


def _find_same_words(own_claim: Claim | None) -> Iterable[int]:
    """Return the ids of other claims whose statement has the same words in any spelling."""
    if own_claim is None:
        return ()
    key = Claim.objects.filter(pk=own_claim.pk).values("statement_key")
    same_claims = Claim.objects.filter(statement_key__in=key).exclude(pk=own_claim.pk).order_by("pk")
    return same_claims.values_list("pk", flat=True)[:SIMILAR_LIMIT]


def _load_readable(claims: Iterable[int], person: User, *, excluded_claim: Claim | None) -> QuerySet[Claim]:
    verdicts = (
        annotate_signoffs_given(Verdict.objects.readable_by(person))
        .exclude(state__in=_PAST_STATES)
        .select_related("publisher", "rating", "author")
        .defer("explanation")
    )
    rows = Claim.objects.readable_by(person).filter(pk__in=list(claims)).exclude(state=Claim.State.MERGED)
    if excluded_claim:
        # The page already lists the claims merged into this one.
        rows = rows.exclude(pk__in=[excluded_claim.pk, *filter(None, [excluded_claim.merged_into_id])])
    return rows.select_related("claimant", "created_by").prefetch_related(
        Prefetch("verdicts", verdicts), prefetch_newest_publication()
    )


def _build_similar_claim(claim: Claim, match: Match, text: str) -> SimilarClaim:
    verdicts = list(claim.verdicts.all())
    return SimilarClaim(
        claim=claim,
        url=get_page_url(claim),
        kind=build_kind_badge(match.kind),
        reasons=tuple(match.reasons),
        text=text,
        text_differs=match.text_differs,
        # The compared text may have matched another version of the claim's statement.
        claim_differs=match.claim_differs if claim.statement == match.statement else (),
        state=build_public_badge(claim),
        verdicts=[(verdict, build_verdict_badges(verdict)) for verdict in verdicts],
        people=_list_authors(verdicts),
        accepts_merge=match.kind != "contradicts"
        and claim.state in (Claim.State.PROPOSED, Claim.State.ACCEPTED),
    )


def _list_authors(verdicts: list[Verdict]) -> list[str]:
    """Return the names of the authors of open verdicts."""
    authors = [verdict.author for verdict in verdicts if verdict.state in _OPEN_STATES and verdict.author]
    return list(dict.fromkeys(get_display_name(author) for author in authors))
