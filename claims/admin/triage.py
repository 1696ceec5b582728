"""The triage screen: one proposal at a time, each decision on one key."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.admin.move_buttons import MovesAdmin
from claims.admin.triage_decisions import Decided, NotDecided, Outcome, Seen, decide, file_under, give, undo
from claims.admin.triage_page import (
    ListedProposal,
    articles,
    choices_in_triage,
    claim_in_triage,
    decided_since,
    in_order,
    number_waiting,
)
from claims.admin.triage_turns import take
from claims.models import Claim, Topic, Transition
from factcheck.admin.base import person_at
from factcheck.admin.list_columns import SHOWING
from factcheck.admin.unsaved import stored

#: What an address of the screen says besides what the list is narrowed by: the claim shown, since when decisions
#: count, and what can be undone.
OWN = ("at", "since", "undo")

_SAID = {
    "accept": gettext_lazy("Accepted."),
    "decline": gettext_lazy("Declined."),
    "merge": gettext_lazy("Merged."),
    "topic": gettext_lazy("Topic added."),
    "assign": gettext_lazy("Assigned."),
    "undo": gettext_lazy("Undone."),
}
#: So many claims at most are decided by one key: those of an article, or those that were selected.
_MOST_AT_ONCE = 200


class Triage(MovesAdmin):
    """The screen beside the list of claims: it takes the list's filters, search and order."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("triage/", view(self.triage_view), name="claims_claim_triage"),
            path("triage/undo/", view(self.undo_view), name="claims_claim_triage_undo"),
            path("triage/<int:pk>/", view(self.triaged_claim_view), name="claims_claim_triage_claim"),
            path("triage/<int:pk>/<slug:action>/", view(self.decide_view), name="claims_claim_triage_decide"),
            *super().get_urls(),
        ]

    def has_triage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.triage_claim")

    def triage_view(self, request: HttpRequest) -> HttpResponse:
        """The whole screen."""
        person = self._triaging(request)
        asked = request.GET
        rows = self._narrowed(request)
        if rows is None:
            messages.warning(request, _("These filters do not exist. All proposals are shown."))
            return HttpResponseRedirect(reverse("admin:claims_claim_triage") + "?queue=triage")
        since = _number(asked["since"]) if "since" in asked else _newest_transition()
        listed = articles(rows, person)
        order = list(in_order(listed))
        # A requested proposal is shown even if another user has it; otherwise none of those is chosen.
        asked_for = _number(asked.get("at"))
        key = asked_for or _first_free(order, person)
        shown = self._triaged(request, str(key)) if key else None
        if asked_for:
            take([asked_for], by=person)
        start = next((at for at, one in enumerate(order) if one.pk == key), -1)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Triage"),
            "opts": self.opts,
            "articles": listed,
            "number": len(order),
            "progress": replace(decided_since(person, since), waiting=number_waiting(rows)),
            "list_page": f"{reverse('admin:claims_claim_changelist')}?{_narrowing(asked).urlencode()}",
            "undo": asked.get("undo", ""),
            "previous": order[start - 1].pk if start > 0 else None,
            **self._fragment(request, shown, since, then=_after(order, start, than=shown)),
        }
        return TemplateResponse(request, "admin/desk/triage.html", context)

    def triaged_claim_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One claim of the screen, fetched ahead while another one is shown."""
        person = self._triaging(request)
        claim = self._triaged(request, str(pk))
        take([claim.pk, *([_number(request.GET.get("with"))] if request.GET.get("with") else [])], by=person)
        since = _number(request.GET.get("since"))
        context = {**self._fragment(request, claim, since, then=None), "is_fetched": True}
        return TemplateResponse(request, "admin/desk/triage_claim.html", context)

    def decide_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Decide about the claim, and about others selected with it or from the same article."""
        person = self._triaging(request)
        if request.method != "POST" or action not in _SAID or action == "undo":
            raise Http404
        asked = request.POST
        seen = [Seen(pk, _number(asked.get("seen")))]
        seen += [one for text in asked.getlist("also")[:_MOST_AT_ONCE] if (one := Seen.read(text))]
        seen = list({one.claim: one for one in seen}.values())
        return self._answer(request, action, self._carry_out(request, action, seen, person))

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Take back what was decided last."""
        person = self._triaging(request)
        if request.method != "POST":
            raise Http404
        tokens = request.POST.get("undo", "").split()[: _MOST_AT_ONCE + 1]
        decided = [one for token in tokens if (one := Decided.read(token))]
        return self._answer(request, "undo", undo(decided, by=person))

    # What is done -----------------------------------------------------------------------------------------------------

    def _carry_out(
        self, request: HttpRequest, action: str, seen: Sequence[Seen], person: User
    ) -> Sequence[Outcome]:
        asked = request.POST
        note = (asked.get("reason", "") or asked.get("note", "")).strip()
        if action == "topic":
            topic = _topic(asked.get("topic") or asked.get("other_topic", ""))
            if topic is None:
                return [NotDecided(one.claim, "", _("There is no such topic.")) for one in seen[:1]]
            return file_under(seen, topic, by=person)
        if action == "assign":
            colleague = User.objects.filter(pk=_number(asked.get("person")), is_active=True).first()
            if colleague is None:
                return [NotDecided(one.claim, "", _("Enter a person.")) for one in seen[:1]]
            return give(seen, colleague, by=person)
        into = None
        if action == "merge":
            into = self._named(request, asked.get("into") or asked.get("other_into", ""))
            note = note or _("These are the same claim.")
        return decide(seen, action, by=person, note=note, into=into)

    def _named(self, request: HttpRequest, number: str) -> Claim | None:
        """The claim to merge into, if the person may read it."""
        claim: Claim | None = self.get_queryset(request).filter(pk=_number(number)).first()
        return claim

    def _answer(self, request: HttpRequest, action: str, outcomes: Sequence[Outcome]) -> HttpResponse:
        """Return the outcome: JSON for the screen's script, otherwise the screen with the next claim."""
        done = [one for one in outcomes if isinstance(one, Decided)]
        refused = [one for one in outcomes if isinstance(one, NotDecided)]
        if done and not refused:
            stored(request)
        undoable = " ".join(one.token for one in done if action != "undo")
        said = str(_SAID[action])
        if len(done) > 1:
            said += " " + ngettext("%d claim.", "%d claims.", len(done)) % len(done)
        if request.headers.get("Accept") == "application/json":
            return self._as_json(request, said, done, refused, undoable)
        if done:
            messages.success(request, said)
        for one in refused:
            messages.error(request, _not_done(one))
        query = QueryDict(request.POST.get("list", ""), mutable=True)
        for name in OWN:
            query.pop(name, None)
        query["since"] = request.POST.get("since", "0")
        if then := _number(request.POST.get("then" if done else "here")):
            query["at"] = str(then)
        if undoable:
            query["undo"] = undoable
        return HttpResponseRedirect(f"{reverse('admin:claims_claim_triage')}?{query.urlencode()}")

    def _as_json(
        self,
        request: HttpRequest,
        said: str,
        done: Sequence[Decided],
        refused: Sequence[NotDecided],
        undoable: str,
    ) -> JsonResponse:
        # How many there are in all is known since the screen was opened; to count again would cost more than the move.
        far = decided_since(person_at(request), _number(request.POST.get("since")))
        far = replace(far, waiting=max(0, _number(request.POST.get("all")) - far.decided))
        forbidden = all(one.is_forbidden for one in refused)
        status = 200 if done or not refused else 403 if forbidden else 409
        return JsonResponse(
            {
                "said": said if done else "",
                "done": [one.claim for one in done],
                "refused": [{"claim": one.claim, "words": _not_done(one)} for one in refused],
                "undo": undoable,
                "progress": str(far),
            },
            status=status,
        )

    # What is shown ----------------------------------------------------------------------------------------------------

    def _triaging(self, request: HttpRequest) -> User:
        if not self.has_triage_permission(request):
            raise PermissionDenied
        return person_at(request)

    def _triaged(self, request: HttpRequest, pk: str) -> Claim:
        claim: Claim | None = self.get_queryset(request).select_related("claimant").filter(pk=pk).first()
        if claim is None:
            raise Http404
        return claim

    def _narrowed(self, request: HttpRequest) -> QuerySet[Claim] | None:
        """Return the proposals in the list's filters, search and order; None if a filter is invalid."""
        kept = request.GET
        request.GET = _narrowing(kept)  # type: ignore[assignment]  # never modified
        try:
            rows = self._filtered(request)
        finally:
            request.GET = kept
        return None if rows is None else rows.filter(state=Claim.State.PROPOSED)

    def _filtered(self, request: HttpRequest) -> QuerySet[Claim] | None:
        """The rows of the list at this address; None where its filters cannot be."""
        try:
            rows: QuerySet[Claim] = self.get_changelist_instance(request).queryset
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return None
        return rows

    def _fragment(
        self, request: HttpRequest, claim: Claim | None, since: int, then: int | None
    ) -> dict[str, Any]:
        person = person_at(request)
        listed = request.GET.get("list") or _narrowing(request.GET).urlencode()
        common = {"list": listed, "since": since, "then": then, **choices_in_triage(person)}
        if claim is None:
            return {**common, "claim": None}
        return {**common, **claim_in_triage(claim, person)}


def _narrowing(asked: QueryDict) -> QueryDict:
    """Return the list's filters, without parameters of the screen."""
    kept = asked.copy()
    for name in (*OWN, *SHOWING, PAGE_VAR, "list", "with"):
        kept.pop(name, None)
    return kept


def _after(order: Sequence[ListedProposal], start: int, *, than: Claim | None) -> int | None:
    """Return the next proposal without another viewer, from the shown one on and then from the beginning."""
    following = [one.pk for one in (*order[start + 1 :], *order[: max(start, 0)]) if not one.other]
    return next((pk for pk in following if than is None or pk != than.pk), None)


def _first_free(order: Sequence[ListedProposal], person: User) -> int:
    """The first proposal that is the person's from now on; where others look at all of them, the first; 0 of none."""
    free = (one.pk for one in order if not one.other and take([one.pk], by=person))
    return next(free, order[0].pk if order else 0)


def _newest_transition() -> int:
    return Transition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _topic(asked: str) -> Topic | None:
    """The topic of this number or name."""
    topics = (
        Topic.objects.filter(pk=int(asked)) if _number(asked) else Topic.objects.filter(name__iexact=asked)
    )
    return topics.order_by("pk").first()


def _not_done(one: NotDecided) -> str:
    if not one.statement:
        return one.why
    return f"“{Truncator(one.statement).chars(80)}”: {one.why}"
