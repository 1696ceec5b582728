"""The triage screen, which shows one proposal at a time and has a key for each decision."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.admin.move_buttons import MovesAdmin
from claims.admin.triage_decisions import (
    DecidedClaim,
    DecisionOutcome,
    FailedDecision,
    SeenClaim,
    add_topic_to_claims,
    carry_out_step,
    decide_claims,
    list_steps,
    reserve_proposals,
    undo_decisions,
)
from claims.admin.triage_page import (
    ListedProposal,
    build_choices,
    build_claim_context,
    count_decisions,
    count_waiting,
    group_by_article,
    iterate_in_order,
)
from claims.models import Claim, Topic, Transition
from claims.models.claim import TRIAGE_ORDERING
from factcheck.admin.base import get_person
from factcheck.admin.list_columns import VIEW_PARAMETERS
from factcheck.admin.row_actions import desk_page
from factcheck.admin.unsaved import mark_form_as_saved

#: The screen's own URL parameters beside the list's filters: the claim shown, the transition from which
#: decisions are counted, and the decisions that can be undone.
SCREEN_PARAMETERS = ("at", "since", "undo")

_DECISION_MESSAGES = {
    "accept": gettext_lazy("Accepted."),
    "decline": gettext_lazy("Declined."),
    "merge": gettext_lazy("Merged."),
    "topic": gettext_lazy("Topic added."),
    "undo": gettext_lazy("Undone."),
}
#: The most claims decided by one key press, which are those of an article or the selected ones.
_MAX_SELECTED = 200


class Triage(MovesAdmin):
    """Mixin with the triage screen of the list of claims. The screen uses the list's filters, search and order."""

    def has_triage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.triage_claim")

    @desk_page("triage/")
    def triage_view(self, request: HttpRequest) -> HttpResponse:
        """Show the complete triage screen."""
        person = self._require_triage_person(request)
        parameters = request.GET
        rows = self._filter_proposals(request)
        if rows is None:
            messages.warning(request, _("These filters do not exist. All proposals are shown."))
            return HttpResponseRedirect(reverse("admin:claims_claim_triage") + "?queue=triage")
        since = _parse_number(parameters["since"]) if "since" in parameters else _get_newest_transition()
        groups = group_by_article(rows, person)
        order = list(iterate_in_order(groups))
        # Show a requested proposal even if another person is viewing it; otherwise choose one that no one is viewing.
        requested_claim = _parse_number(parameters.get("at"))
        key = requested_claim or _reserve_first_free_proposal(order, person)
        claim = self._get_triaged_claim(request, str(key)) if key else None
        if requested_claim:
            reserve_proposals([requested_claim], by=person)
        start = next((position for position, proposal in enumerate(order) if proposal.pk == key), -1)
        context = {
            "title": _("Triage"),
            "articles": groups,
            "number": len(order),
            "progress": replace(count_decisions(person, since), waiting_count=count_waiting(rows)),
            "list_page": f"{reverse('admin:claims_claim_changelist')}?{_read_filters(parameters).urlencode()}",
            "undo": parameters.get("undo", ""),
            "previous": order[start - 1].pk if start > 0 else None,
            **self._render_fragment(
                request, claim, since, next_claim=_find_next_proposal(order, start, shown_claim=claim)
            ),
        }
        return self.show_page(request, "triage", context)

    @desk_page("triage/<int:pk>/", "triage_claim")
    def triaged_claim_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Render one claim of the screen. The browser loads it in advance while the previous claim is shown."""
        person = self._require_triage_person(request)
        claim = self._get_triaged_claim(request, str(pk))
        reserve_proposals(
            [claim.pk, *([_parse_number(request.GET.get("with"))] if request.GET.get("with") else [])],
            by=person,
        )
        since = _parse_number(request.GET.get("since"))
        context = {**self._render_fragment(request, claim, since, next_claim=None), "is_fetched": True}
        return TemplateResponse(request, "admin/desk/triage_claim.html", context)

    @desk_page("triage/<int:pk>/<slug:action>/", "triage_decide")
    def decide_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Carry out a decision on the claim, and on others that were selected with it or come from the same article."""
        person = self._require_triage_person(request)
        if request.method != "POST" or action not in (*_DECISION_MESSAGES, *list_steps()) or action == "undo":
            raise Http404
        values = request.POST
        seen_claims = [SeenClaim(pk, _parse_number(values.get("seen")))]
        seen_claims += [
            seen_claim
            for text in values.getlist("also")[:_MAX_SELECTED]
            if (seen_claim := SeenClaim.parse(text))
        ]
        seen_claims = list({seen_claim.claim: seen_claim for seen_claim in seen_claims}.values())
        return self._build_response(
            request, action, self._carry_out_decision(request, action, seen_claims, person)
        )

    @desk_page("triage/undo/", "triage_undo")
    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Undo the last decision."""
        person = self._require_triage_person(request)
        if request.method != "POST":
            raise Http404
        tokens = request.POST.get("undo", "").split()[: _MAX_SELECTED + 1]
        decisions = [decision for token in tokens if (decision := DecidedClaim.parse(token))]
        return self._build_response(request, "undo", undo_decisions(decisions, by=person))

    # Decisions ------------------------------------------------------------------------------------------------------

    def _carry_out_decision(
        self, request: HttpRequest, action: str, seen_claims: Sequence[SeenClaim], person: User
    ) -> Sequence[DecisionOutcome]:
        values = request.POST
        note = (values.get("reason", "") or values.get("note", "")).strip()
        if action == "topic":
            topic = _find_topic(values.get("topic") or values.get("other_topic", ""))
            if topic is None:
                return [
                    FailedDecision(seen_claim.claim, "", _("This topic does not exist."))
                    for seen_claim in seen_claims[:1]
                ]
            return add_topic_to_claims(seen_claims, topic, by=person)
        if step := list_steps().get(action):
            return carry_out_step(seen_claims, step, values, by=person)
        merge_target = None
        if action == "merge":
            merge_target = self._find_merge_target(
                request, values.get("into") or values.get("other_into", "")
            )
            note = note or _("These are the same claim.")
        return decide_claims(seen_claims, action, by=person, note=note, merge_target=merge_target)

    def _find_merge_target(self, request: HttpRequest, claim_id: str) -> Claim | None:
        """Return the claim with this id as the target of a merge, if the person may read it."""
        claim: Claim | None = self.get_queryset(request).filter(pk=_parse_number(claim_id)).first()
        return claim

    def _build_response(
        self, request: HttpRequest, action: str, outcomes: Sequence[DecisionOutcome]
    ) -> HttpResponse:
        """Return the outcomes as JSON if a script sent the request; otherwise redirect to the next claim."""
        decisions = [outcome for outcome in outcomes if isinstance(outcome, DecidedClaim)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, FailedDecision)]
        if decisions and not failures:
            mark_form_as_saved(request)
        undo_tokens = " ".join(outcome.token for outcome in decisions if action != "undo")
        step = list_steps().get(action)
        message = str(step.message if step else _DECISION_MESSAGES[action])
        if len(decisions) > 1:
            message += " " + ngettext("%d claim.", "%d claims.", len(decisions)) % len(decisions)
        if request.headers.get("Accept") == "application/json":
            return self._build_json_response(request, message, decisions, failures, undo_tokens)
        if decisions:
            messages.success(request, message)
        for outcome in failures:
            messages.error(request, _describe_failure(outcome))
        query = QueryDict(request.POST.get("list", ""), mutable=True)
        for name in SCREEN_PARAMETERS:
            query.pop(name, None)
        query["since"] = request.POST.get("since", "0")
        if next_claim := _parse_number(request.POST.get("then" if decisions else "here")):
            query["at"] = str(next_claim)
        if undo_tokens:
            query["undo"] = undo_tokens
        return HttpResponseRedirect(f"{reverse('admin:claims_claim_triage')}?{query.urlencode()}")

    def _build_json_response(
        self,
        request: HttpRequest,
        message: str,
        decisions: Sequence[DecidedClaim],
        failures: Sequence[FailedDecision],
        undo_tokens: str,
    ) -> JsonResponse:
        # The total was counted when the screen was opened; counting again would cost more than the decision.
        progress = count_decisions(get_person(request), _parse_number(request.POST.get("since")))
        progress = replace(
            progress, waiting_count=max(0, _parse_number(request.POST.get("all")) - progress.decided_count)
        )
        is_forbidden = all(outcome.is_forbidden for outcome in failures)
        status = 200 if decisions or not failures else 403 if is_forbidden else 409
        return JsonResponse(
            {
                "message": message if decisions else "",
                "done": [outcome.claim for outcome in decisions],
                "errors": [
                    {"claim": outcome.claim, "message": _describe_failure(outcome)} for outcome in failures
                ],
                "undo": undo_tokens,
                "progress": str(progress),
            },
            status=status,
        )

    # Display --------------------------------------------------------------------------------------------------------

    def _require_triage_person(self, request: HttpRequest) -> User:
        if not self.has_triage_permission(request):
            raise PermissionDenied
        return get_person(request)

    def _get_triaged_claim(self, request: HttpRequest, pk: str) -> Claim:
        claim: Claim | None = self.get_queryset(request).select_related("claimant").filter(pk=pk).first()
        if claim is None:
            raise Http404
        return claim

    def _filter_proposals(self, request: HttpRequest) -> QuerySet[Claim] | None:
        """Return the proposals that match the list's filters and search, None if a filter is invalid.

        They are in the order that the person chose in the list, and otherwise the most check-worthy first.
        """
        original_query = request.GET
        request.GET = _read_filters(original_query)  # type: ignore[assignment]  # never modified
        try:
            rows = self._filter_rows(request)
        finally:
            request.GET = original_query
        if rows is None:
            return None
        proposals = rows.filter(state=Claim.State.PROPOSED)
        return proposals if ORDER_VAR in request.GET else proposals.order_by(*TRIAGE_ORDERING)

    def _filter_rows(self, request: HttpRequest) -> QuerySet[Claim] | None:
        """Return the list's rows that match the filters in the URL, or None if a filter is invalid."""
        try:
            rows: QuerySet[Claim] = self.get_changelist_instance(request).queryset
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return None
        return rows

    def _render_fragment(
        self, request: HttpRequest, claim: Claim | None, since: int, next_claim: int | None
    ) -> dict[str, Any]:
        person = get_person(request)
        list_query = request.GET.get("list") or _read_filters(request.GET).urlencode()
        common_context = {"list": list_query, "since": since, "then": next_claim, **build_choices(person)}
        if claim is None:
            return {**common_context, "claim": None}
        return {**common_context, **build_claim_context(claim, person)}


def _read_filters(parameters: QueryDict) -> QueryDict:
    """Return the list's filters, without the screen's own parameters."""
    filters = parameters.copy()
    for name in (*SCREEN_PARAMETERS, *VIEW_PARAMETERS, PAGE_VAR, "list", "with"):
        filters.pop(name, None)
    return filters


def _find_next_proposal(
    order: Sequence[ListedProposal], start: int, *, shown_claim: Claim | None
) -> int | None:
    """Return the id of the next proposal that no one else is viewing, or None. After the last proposal, continue
    with the first."""
    next_ids = [
        proposal.pk
        for proposal in (*order[start + 1 :], *order[: max(start, 0)])
        if not proposal.other_viewer
    ]
    return next((pk for pk in next_ids if shown_claim is None or pk != shown_claim.pk), None)


def _reserve_first_free_proposal(order: Sequence[ListedProposal], person: User) -> int:
    """Reserve the first proposal that no one else is viewing, and return its id. If others are viewing all
    proposals, return the id of the first one without reserving it; return 0 if there are no proposals.
    """
    free_ids = (
        proposal.pk
        for proposal in order
        if not proposal.other_viewer and reserve_proposals([proposal.pk], by=person)
    )
    return next(free_ids, order[0].pk if order else 0)


def _get_newest_transition() -> int:
    return Transition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _parse_number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _find_topic(topic_id: str) -> Topic | None:
    """Return the topic with this id or name."""
    topics = (
        Topic.objects.filter(pk=int(topic_id))
        if _parse_number(topic_id)
        else Topic.objects.filter(name__iexact=topic_id)
    )
    return topics.order_by("pk").first()


def _describe_failure(failure: FailedDecision) -> str:
    if not failure.statement:
        return failure.reason
    return f"“{Truncator(failure.statement).chars(80)}”: {failure.reason}"
