"""What the claim's page shows around its form."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.admin.claim_history import label_of, state_change
from claims.admin.comment import comments_context
from claims.admin.lost_quote import lost_context
from claims.admin.quote_form import in_context
from claims.admin.status_badges import anchor_badge, rating_badge, state_badge, status_badge
from claims.ledger.publishing import reviewed_parts_differ
from claims.models import Claim, Claimant, Cluster, Publication, Transition, Verdict
from claims.newsroom.likely_claimants import likely_claimants
from factcheck.admin.base import change_page

_OPEN = (Verdict.State.DRAFT, Verdict.State.IN_REVIEW)


def claim_context(claim: Claim, person: User) -> dict[str, Any]:
    readable = claim.verdicts.readable_by(person)
    verdicts = list(readable.select_related("publisher", "rating", "author").order_by("-pk"))
    publications = list(claim.publications.defer("search_text", "search_statement"))
    current = next((entry for entry in publications if is_current(entry)), None)
    return {
        "claim": claim,
        "claim_badge": state_badge(claim),
        "score_reasons": claim.score_reasons,
        "likely_claimants": likely_claimants_of(claim),
        "quotes": quotes_of(claim),
        "may_place": person.has_perm("claims.change_appearance"),
        "verdicts": [(verdict, rating_badge(verdict.rating), state_badge(verdict)) for verdict in verdicts],
        "publications": [(entry, status_badge(entry)) for entry in publications],
        "moves_made": moves_made(claim.transitions.readable_by(person).select_related("verdict")),
        "public": current,
        "public_differs": current is not None and reviewed_parts_differ(claim, current),
        "under_review": any(verdict.state == Verdict.State.IN_REVIEW for verdict in verdicts),
        "draft_offer": draft_offer(claim, verdicts, person),
        "clusters": clusters_of(claim, person),
        "merged_claims": [(other, change_page(other)) for other in claim.merged_claims.readable_by(person)],
        **comments_context(claim, person),
    }


def clusters_of(claim: Claim, person: User) -> list[Cluster]:
    if not person.has_perm("claims.view_cluster"):
        return []
    return list(claim.clusters.exclude(state=Cluster.State.DISSOLVED))


def likely_claimants_of(claim: Claim) -> list[tuple[Claimant, str]]:
    """Who is known already and may be meant by the claimant's name, until the claim is decided upon."""
    if claim.claimant is None or claim.state not in (Claim.State.PROPOSED, Claim.State.ACCEPTED):
        return []
    found = likely_claimants([claim.claimant])
    return [(other, change_page(other)) for other in found.get(claim.claimant.name, [])]


def is_current(entry: Publication) -> bool:
    """The same condition as `Publication.objects.current()`, of a row that has been read."""
    return entry.superseded_at is None and entry.status == Publication.Status.PUBLISHED


def quotes_of(claim: Claim) -> list[dict[str, Any]]:
    appearances = claim.appearances.select_related("source__publisher", "snapshot")
    return [
        {
            "row": row,
            "badge": anchor_badge(row),
            "context": in_context(row),
            "page": change_page(row.source),
            "lost": lost_context(row),
        }
        for row in appearances
        if row.exact
    ]


def moves_made(transitions: Any) -> list[tuple[Transition, str, str]]:
    return [
        (move, label_of(move.action), "" if move.before == move.after else state_change(move))
        for move in transitions
    ]


def draft_offer(claim: Claim, verdicts: list[Verdict], person: User) -> str:
    """Which draft of the house can be begun now: "first", "version" or none."""
    ours = [verdict for verdict in verdicts if verdict.publisher.is_house]
    if claim.state != Claim.State.ACCEPTED or not person.has_perm("claims.add_verdict"):
        return ""
    if any(verdict.state in _OPEN for verdict in ours):
        return ""
    return "version" if ours else "first"


def claim_link(claim: Claim) -> SafeString:
    return format_html(
        '<a href="{}" class="desk-link" dir="auto">{}</a>', change_page(claim), claim.statement
    )
