"""The panels around the form on the claim's page."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.admin.article_page import build_annotated_context
from claims.admin.draft_inline import PREFIX
from claims.admin.evidence import list_evidence
from claims.admin.live_preview import SANDBOX, build_checklist
from claims.admin.media_preview import render_explanation, render_media_preview
from claims.admin.move_buttons import build_moves_context, find_change_request
from claims.admin.orphaned_quotes import build_orphaned_quote_context
from claims.admin.public_state import build_published_badge
from claims.admin.quote_form import render_in_context
from claims.admin.scheduling import (
    PublicChange,
    build_previews,
    build_scheduling_context,
    list_public_changes,
)
from claims.admin.status_badges import (
    annotate_signoffs_given,
    build_anchor_badge,
    build_rating_badge,
    build_state_badge,
    build_status_badge,
)
from claims.admin.timeline import build_timeline, get_move_label, list_kinds
from claims.admin.translation_form import build_translations_context
from claims.articles import score_reasons
from claims.ledger.document.claim_body import CORRECTIONS
from claims.ledger.publishing import have_claimed_media_changed, have_reviewed_parts_changed
from claims.models import Claim, Claimant, Cluster, Publication, Transition, Verdict
from claims.newsroom.likely_claimants import find_likely_claimants
from factcheck import features
from factcheck.admin.base import get_page_url

#: The most quotes, verdicts and ledger entries shown on a page; the rest is under “History” or in their lists.
_LISTED_LIMIT = 10
#: The number of newest verdicts loaded, which include all open and public ones.
_VERDICT_LIMIT = 100
_OPEN_STATES = (Verdict.State.DRAFT, Verdict.State.IN_REVIEW)


def build_claim_context(claim: Claim, person: User) -> dict[str, Any]:
    readable_verdicts = annotate_signoffs_given(claim.verdicts.readable_by(person))
    rows = readable_verdicts.select_related("publisher", "rating", "author").defer("explanation")
    verdicts = list(rows.order_by("-pk")[:_VERDICT_LIMIT])
    publications = list(claim.publications.defer("body", "search_text", "search_statement")[:_LISTED_LIMIT])
    current_publication = next((entry for entry in publications if is_current(entry)), None)
    return {
        "claim": claim,
        "claim_badge": build_published_badge(publications[0]) if publications else build_state_badge(claim),
        "band": score_reasons.get_band_label(claim.score),
        "score_reasons": score_reasons.describe_reasons(claim.score_reasons),
        "likely_claimants": suggest_claimants(claim),
        "quotes": list_quotes(claim),
        "pictures": [
            render_media_preview(row.media) for row in claim.media.select_related("media")[:_LISTED_LIMIT]
        ],
        "may_place": person.has_perm("claims.change_appearance"),
        "verdicts": [
            (verdict, build_rating_badge(verdict.rating), build_state_badge(verdict))
            for verdict in verdicts[:_LISTED_LIMIT]
        ],
        "publications": [(entry, build_status_badge(entry)) for entry in publications],
        "correction_effects": describe_corrections(publications, person),
        "public": current_publication,
        "public_differs": current_publication is not None
        and (
            have_reviewed_parts_changed(claim, current_publication)
            or have_claimed_media_changed(claim, current_publication)
        ),
        "under_review": any(verdict.state == Verdict.State.IN_REVIEW for verdict in verdicts),
        "draft_offer": choose_draft_offer(claim, verdicts, person),
        "clusters": list_clusters(claim, person),
        "merged_claims": [
            (merged_claim, get_page_url(merged_claim))
            for merged_claim in claim.merged_claims.readable_by(person)
        ],
    }


def describe_corrections(
    publications: Sequence[Publication], person: User
) -> list[tuple[Publication, list[str]]]:
    """Return each correction of a claim, with lines in which features describe its effects, such as deliveries."""
    corrections = [entry for entry in publications if entry.kind in CORRECTIONS]
    if not corrections:
        return []
    lines_by_entry = [
        describe_effects(corrections, person)
        for describe_effects in features.load_declared("correction_effects")
    ]
    return [
        (entry, [line for lines in lines_by_entry for line in lines.get(entry.pk, ())])
        for entry in corrections
    ]


def build_screen_context(claim: Claim, person: User, *, draft: Verdict | None) -> dict[str, Any]:
    """Build the context of the panels around the verdict form: drafting, review and public state.

    Args:
        draft: the draft that the page edits.
    """
    return {
        "draft": draft,
        "preview": reverse("admin:claims_claim_preview", args=[claim.pk]) if draft else "",
        "sandbox": SANDBOX,
        **build_verdict_context(draft or _choose_verdict(claim, person), person, is_edited=draft is not None),
        **build_timeline_context(claim, person),
        **_build_article_context(claim, person),
    }


def build_verdict_context(verdict: Verdict | None, person: User, *, is_edited: bool) -> dict[str, Any]:
    """Return the template context with a verdict's missing parts, sign-offs, schedule and possible moves."""
    if verdict is None:
        return {"verdict": None}
    moves = build_moves_context(verdict, person)
    is_draft, is_in_review = verdict.state == Verdict.State.DRAFT, verdict.state == Verdict.State.IN_REVIEW
    missing_parts = build_checklist(verdict, f"{PREFIX}-0" if is_edited else "") if is_draft else []
    if missing_parts:
        # The list of missing parts already names these obstacles.
        moves["obstacles"] = []
    signoffs = list(verdict.signoffs.readable_by(person))
    return {
        "verdict": verdict,
        "verdict_badge": build_state_badge(verdict),
        "verdict_rating": build_rating_badge(verdict.rating),
        "verdict_moves": moves,
        "missing": missing_parts,
        "signoffs": signoffs,
        "valid_signoffs": list(verdict.signoffs.readable_by(person).valid()) if is_in_review else [],
        "returned": find_change_request(verdict),
        "changes": _list_corrected_parts(verdict) if is_in_review else [],
        "verdict_panels": features.build_panels("claims.verdict", verdict, person=person),
        **build_translations_context(verdict, person),
        "evidence": [] if is_edited else list_evidence(verdict),
        "explanation": "" if is_edited else render_explanation(verdict.explanation, verdict.claim),
        **build_scheduling_context(verdict, person, is_ready=_is_ready(moves)),
    }


def _list_corrected_parts(verdict: Verdict) -> list[PublicChange]:
    """Return the parts of the public page that a correction changes, to show them to the reviewer."""
    if not verdict.supersedes_id:
        return []
    # A copy, because the preview sets the time of publication.
    return list_public_changes(build_previews(copy(verdict), "publish"))


def _is_ready(moves: dict[str, Any]) -> bool:
    """Return whether the verdict can be published, either now or when the deadlines for replies have passed."""
    is_offered = any(option.action == "publish" for option in moves["options"])
    return is_offered or any(option.action == "publish" and option.opens_at for option in moves["obstacles"])


def build_timeline_context(claim: Claim, person: User, *, kind: str = "", page: int = 1) -> dict[str, Any]:
    return {
        "timeline": build_timeline(claim, person, kind=kind, page=page),
        "timeline_kinds": [(timeline_kind.name, timeline_kind.label) for timeline_kind in list_kinds()],
    }


def _choose_verdict(claim: Claim, person: User) -> Verdict | None:
    """Return the verdict to show if none is being edited: preferably unpublished, and preferably the newsroom's."""
    rows = claim.verdicts.readable_by(person).select_related("publisher", "rating", "author")
    candidates = (
        annotate_signoffs_given(rows)
        .filter(state__in=[*_OPEN_STATES, Verdict.State.PUBLISHED])
        .annotate(is_public=Case(When(state=Verdict.State.PUBLISHED, then=True), default=False))
    )
    return candidates.order_by("is_public", "-publisher__is_house", "-pk").first()


def _build_article_context(claim: Claim, person: User) -> dict[str, Any]:
    """Return the template context with the text around the claim's first quote, and the other notes in that text."""
    if not person.has_perms(["sources.view_source", "sources.view_snapshot"]):
        return {}
    appearances = (
        claim.appearances.filter(snapshot__isnull=False).exclude(exact="").select_related("snapshot__source")
    )
    first_appearance = appearances.order_by("pk").first()
    if first_appearance is None or first_appearance.snapshot is None:
        return {}
    return {
        "annotated_quote": first_appearance.pk,
        **build_annotated_context(first_appearance.snapshot, person, claim),
    }


def list_clusters(claim: Claim, person: User) -> list[Cluster]:
    if not person.has_perm("claims.view_cluster"):
        return []
    return list(claim.clusters.exclude(state=Cluster.State.DISSOLVED))


def suggest_claimants(claim: Claim) -> list[tuple[Claimant, str]]:
    """Return known claimants with names similar to the claim's claimant, unless the claim was declined or merged."""
    if claim.claimant is None or claim.state not in (Claim.State.PROPOSED, Claim.State.ACCEPTED):
        return []
    claimants = find_likely_claimants([claim.claimant])
    return [(claimant, get_page_url(claimant)) for claimant in claimants.get(claim.claimant.name, [])]


def is_current(entry: Publication) -> bool:
    """Return whether a loaded ledger entry is current, by the condition of `Publication.objects.current()`."""
    return entry.superseded_at is None and entry.status == Publication.Status.PUBLISHED


def list_quotes(claim: Claim) -> list[dict[str, Any]]:
    appearances = claim.appearances.select_related("source__publisher", "snapshot")
    return [
        {
            "row": row,
            "badge": build_anchor_badge(row),
            "context": render_in_context(row),
            "page": get_page_url(row.source),
            "orphaned_quote": build_orphaned_quote_context(row),
        }
        for row in appearances.exclude(exact="")[:_LISTED_LIMIT]
    ]


def describe_moves(transitions: Any) -> list[tuple[Transition, str, str]]:
    return [
        (move, get_move_label(move.action), "" if move.before == move.after else move.states)
        for move in transitions
    ]


def choose_draft_offer(claim: Claim, verdicts: list[Verdict], person: User) -> str:
    """Return the kind of draft to offer: "first", "correction", "version" (after a retraction) or "" for none."""
    newsroom_verdicts = [verdict for verdict in verdicts if verdict.publisher.is_house]
    if claim.state != Claim.State.ACCEPTED or not person.has_perm("claims.add_verdict"):
        return ""
    if any(verdict.state in _OPEN_STATES for verdict in newsroom_verdicts):
        return ""
    if any(verdict.state == Verdict.State.PUBLISHED for verdict in newsroom_verdicts):
        return "correction"
    return "version" if newsroom_verdicts else "first"


def render_claim_link(claim: Claim) -> SafeString:
    return format_html(
        '<a href="{}" class="desk-link" dir="auto">{}</a>', get_page_url(claim), claim.statement
    )
