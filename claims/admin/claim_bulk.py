"""Bulk actions on the list of claims. Each claim is decided in its own transaction, as in triage."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.admin.claim_page import render_claim_link
from claims.admin.cluster import open_cluster
from claims.admin.move_buttons import MovesAdmin
from claims.admin.public_state import build_public_badge, prefetch_newest_publication
from claims.admin.status_badges import build_verdict_badges
from claims.admin.triage_decisions import (
    DecidedClaim,
    DecisionOutcome,
    FailedDecision,
    SeenClaim,
    add_topic_to_claims,
    decide_claims,
    load_last_moves,
)
from claims.models import Appearance, Claim, Topic, Verdict
from claims.review import clusters
from claims.review.decline_reasons import DECLINE_REASONS
from factcheck.admin.base import get_person
from factcheck.admin.row_actions import describe_unchanged

#: The most claims per action, so that one click cannot keep the database busy for long.
MAX_SELECTED = 1_000
#: The most claims listed on the page or in a message of refusal.
_LISTED_LIMIT = 20
#: The most claims compared side by side.
_MERGE_LIMIT = 12
_TOPIC_LIMIT = 500

SelectedClaims = QuerySet[Claim]


class ClaimBulkActions(MovesAdmin):
    """Mixin with the bulk actions of the list of claims."""

    actions: tuple[str, ...] = (
        "accept_selected",
        "decline_selected",
        "add_topic_to_selected",
        "merge_selected",
        "put_selected_into_cluster",
    )

    def has_triage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.triage_claim")

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.merge_claim")

    def has_gather_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["claims.add_cluster", "claims.change_cluster"])

    @admin.action(description=gettext_lazy("Accept for checking"), permissions=["triage"])
    def accept_selected(self, request: HttpRequest, claims: SelectedClaims) -> None:
        if (seen_claims := self._get_selected(request, claims)) is not None:
            self._report_outcomes(request, decide_claims(seen_claims, "accept", by=get_person(request)))

    @admin.action(description=gettext_lazy("Decline…"), permissions=["triage"])
    def decline_selected(self, request: HttpRequest, claims: SelectedClaims) -> HttpResponse | None:
        """Ask for one reason, then decline all selected claims for that reason."""

        def decline(seen_claims: Sequence[SeenClaim]) -> Sequence[DecisionOutcome] | None:
            reason = (request.POST.get("reason") or request.POST.get("words", "")).strip()
            return (
                decide_claims(seen_claims, "decline", by=get_person(request), note=reason) if reason else None
            )

        context = {"title": _("Decline claims"), "reasons": [str(reason) for reason in DECLINE_REASONS]}
        return self._ask_for_details(request, claims, "decline", decline, context)

    @admin.action(description=gettext_lazy("Add a topic…"), permissions=["triage"])
    def add_topic_to_selected(self, request: HttpRequest, claims: SelectedClaims) -> HttpResponse | None:
        """Ask for the topic, then add it to all selected claims."""

        def add_topic(seen_claims: Sequence[SeenClaim]) -> Sequence[DecisionOutcome] | None:
            topic_id = request.POST.get("topic", "")
            topic = Topic.objects.filter(pk=topic_id).first() if topic_id.isdecimal() else None
            return add_topic_to_claims(seen_claims, topic, by=get_person(request)) if topic else None

        topics = Topic.objects.order_by("name").values_list("pk", "name")[:_TOPIC_LIMIT]
        return self._ask_for_details(
            request, claims, "topic", add_topic, {"title": _("Add topics to claims"), "topics": topics}
        )

    @admin.action(description=gettext_lazy("Merge…"), permissions=["merge"])
    def merge_selected(self, request: HttpRequest, claims: SelectedClaims) -> HttpResponse | None:
        """Show the claims side by side, ask which claim to keep, then merge the other claims into the kept one."""
        claim_count = claims.count()
        if not 2 <= claim_count <= _MERGE_LIMIT:
            messages.warning(request, _("Select from 2 to %d claims to merge.") % _MERGE_LIMIT)
            return None

        def merge_claims(seen_claims: Sequence[SeenClaim]) -> Sequence[DecisionOutcome] | None:
            claim_id = request.POST.get("stays", "")
            kept_claim = claims.filter(pk=claim_id).first() if claim_id.isdecimal() else None
            if kept_claim is None:
                return None
            other_claims = [seen_claim for seen_claim in seen_claims if seen_claim.claim != kept_claim.pk]
            note = request.POST.get("note", "").strip() or _("These are the same claim.")
            return decide_claims(
                other_claims, "merge", by=get_person(request), note=note, merge_target=kept_claim
            )

        context = {"title": _("Merge claims"), "sides": self._build_comparison_rows(request, claims)}
        return self._ask_for_details(request, claims, "merge", merge_claims, context)

    @admin.action(description=gettext_lazy("Same rumour: add to a cluster"), permissions=["gather"])
    def put_selected_into_cluster(self, request: HttpRequest, claims: SelectedClaims) -> HttpResponse | None:
        return open_cluster(request, lambda: clusters.gather(claims.order_by("pk"), by=get_person(request)))

    # Forms and messages ----------------------------------------------------------------------------------------------

    def _get_selected(self, request: HttpRequest, claims: SelectedClaims) -> list[SeenClaim] | None:
        """Return the selected claims; if there are too many, add a message and return None."""
        claim_ids = list(claims.order_by("pk").values_list("pk", flat=True)[: MAX_SELECTED + 1])
        if len(claim_ids) > MAX_SELECTED:
            messages.warning(
                request, _("No more than %d claims at once. Filter the list, or select fewer.") % MAX_SELECTED
            )
            return None
        last_moves = load_last_moves(claim_ids)
        return [SeenClaim(claim_id, last_moves.get(claim_id, 0)) for claim_id in claim_ids]

    def _ask_for_details(
        self,
        request: HttpRequest,
        claims: SelectedClaims,
        action_label: str,
        carry_out: Callable[[Sequence[SeenClaim]], Sequence[DecisionOutcome] | None],
        context: dict[str, Any],
    ) -> HttpResponse | None:
        """Ask for missing details on a separate page, then apply the action to the claims that the page showed."""
        if (listed_claims := self._get_selected(request, claims)) is None:
            return None
        shown_claims = [
            seen_claim for text in request.POST.getlist("seen") if (seen_claim := SeenClaim.parse(text))
        ] or listed_claims
        is_confirmed = "is_confirmed" in request.POST
        if is_confirmed and (outcomes := carry_out(shown_claims)) is not None:
            self._report_outcomes(request, outcomes)
            return None
        if is_confirmed:
            listed_claims = shown_claims
        rows = claims.filter(
            pk__in=[seen_claim.claim for seen_claim in listed_claims[:_LISTED_LIMIT]]
        ).order_by("pk")
        context = {
            **context,
            "kind": action_label,
            "action": request.POST.get("action", ""),
            "seen": [f"{seen_claim.claim}-{seen_claim.last_move}" for seen_claim in listed_claims],
            "keys": [seen_claim.claim for seen_claim in listed_claims],
            "number": len(listed_claims),
            "rows": rows,
            "rest": max(0, len(listed_claims) - _LISTED_LIMIT),
            "is_confirmed": is_confirmed,
        }
        return self.show_page(request, "bulk", context)

    def _build_comparison_rows(self, request: HttpRequest, claims: SelectedClaims) -> list[dict[str, Any]]:
        """Return the data of the claims for the side-by-side comparison, oldest claim first."""
        person = get_person(request)
        verdicts = Verdict.objects.readable_by(person).exclude(state__in=["superseded", "retracted"])
        rows = claims.select_related("claimant").prefetch_related(
            "topics",
            Prefetch("verdicts", verdicts.select_related("publisher", "rating").defer("explanation")),
            Prefetch("appearances", Appearance.objects.select_related("source")),
            prefetch_newest_publication(),
        )
        return [
            {
                "claim": claim,
                "link": render_claim_link(claim),
                "badge": build_public_badge(claim),
                "verdicts": [(verdict, build_verdict_badges(verdict)) for verdict in claim.verdicts.all()],
                "takes": claim.state in (Claim.State.PROPOSED, Claim.State.ACCEPTED),
            }
            for claim in rows.order_by("pk")
        ]

    def _report_outcomes(self, request: HttpRequest, outcomes: Sequence[DecisionOutcome]) -> None:
        failures = [outcome for outcome in outcomes if isinstance(outcome, FailedDecision)]
        for outcome in failures[:_LISTED_LIMIT]:
            messages.warning(request, describe_unchanged(outcome.statement, outcome.reason))
        if len(failures) > _LISTED_LIMIT:
            more_count = len(failures) - _LISTED_LIMIT
            messages.warning(
                request,
                ngettext("%d claim was not changed.", "%d claims were not changed.", more_count) % more_count,
            )
        if count := sum(isinstance(outcome, DecidedClaim) for outcome in outcomes):
            messages.success(request, ngettext("%d claim changed.", "%d claims changed.", count) % count)
