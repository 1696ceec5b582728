"""The list of claims, from which several are triaged at once."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter

from claims.admin.cluster import gather
from claims.admin.list_filters import (
    JudgedFilter,
    LanguageFilter,
    PublicFilter,
    QueueFilter,
    QueueOrder,
    ScoreFilter,
    WatchFilter,
)
from claims.admin.status_badges import state_badge, verdict_badges
from claims.admin.triage import Triage
from claims.models import Appearance, Claim, Repeat, Verdict
from claims.models.readership import READ_DRAFTS
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import workflow
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at
from factcheck.admin.short_words import short

_BY_RATING = ("verdicts__rating", AutocompleteSelectFilter)


class ClaimList(QueueOrder, Triage):
    """The list of claims: what it shows, searches and filters, and triage of several."""

    list_display = (
        "statement_cut",
        "state_badge",
        "verdict",
        "percent",
        "said_by",
        "where",
        "about",
        "claimed_on",
    )
    list_display_links = ("statement_cut",)
    list_filter = (
        QueueFilter,
        ("state", ChoicesDropdownFilter),
        JudgedFilter,
        PublicFilter,
        ScoreFilter,
        ("topics", AutocompleteSelectFilter),
        ("claimant", AutocompleteSelectFilter),
        ("appearances__source", AutocompleteSelectFilter),
        WatchFilter,
        _BY_RATING,
        LanguageFilter,
        ("claimed_on", RangeDateFilter),
    )
    search_fields = ("statement", "claimant__name", "appearances__exact")
    search_help_text = gettext_lazy("Words of the statement or the quote, or who said it")
    ordering = ("-pk",)
    # What a page of long words may weigh.
    list_per_page = 40
    list_select_related = ("claimant",)
    actions = ("accept_selected", "decline_selected", "gather_selected")

    def filtered_rows(self, request: HttpRequest) -> QuerySet[Claim] | None:
        try:
            rows: QuerySet[Claim] = self.get_changelist_instance(request).queryset
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return None
        return rows

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        verdicts = Verdict.objects.readable_by(person_at(request)).select_related("rating").order_by("-pk")
        appearances = Appearance.objects.select_related("source").defer("prefix", "suffix")
        known = Repeat.objects.open().defer("exact", "prefix", "suffix")
        changelist.result_list = changelist.result_list.prefetch_related(
            Prefetch("verdicts", verdicts.defer("explanation")),
            Prefetch("appearances", appearances),
            Prefetch("checked_before", known),
            "topics",
        )
        return changelist

    @admin.display(description=_("statement"), ordering="statement")
    def statement_cut(self, claim: Claim) -> SafeString:
        checked = badge(_("Checked already"), "waiting") if claim.checked_before.all() else ""
        return format_html('<span class="desk-statement" dir="auto">{}</span> {}', claim, checked)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, claim: Claim) -> SafeString:
        return state_badge(claim)

    @admin.display(description=_("verdict"))
    def verdict(self, claim: Claim) -> SafeString | str:
        """Per publisher the verdict that counts now; superseded ones are on the claim's page."""
        past = (Verdict.State.SUPERSEDED, Verdict.State.RETRACTED)
        present = [verdict for verdict in claim.verdicts.all() if verdict.state not in past]
        return format_html_join(" ", "{}", ((verdict_badges(verdict),) for verdict in present)) or "–"

    @admin.display(description=gettext_lazy("worth"), ordering="score")
    def percent(self, claim: Claim) -> str:
        return "–" if claim.score is None else f"{claim.score:.0%}"

    @admin.display(description=gettext_lazy("claimant"), ordering="claimant__name")
    def said_by(self, claim: Claim) -> str:
        return short(claim.claimant.name, 40) if claim.claimant else "–"

    @admin.display(description=gettext_lazy("where"))
    def where(self, claim: Claim) -> SafeString | str:
        sources = {appearance.source_id: appearance.source for appearance in claim.appearances.all()}
        links = ((change_page(source), short(source.title, 50)) for source in sources.values())
        return format_html_join(" ", '<a href="{}" class="desk-where">{}</a>', links) or "–"

    @admin.display(description=gettext_lazy("topics"))
    def about(self, claim: Claim) -> str:
        return ", ".join(short(topic.name, 30) for topic in claim.topics.all()) or "–"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """The search of the list, and of the field that names a claim to merge into: one that stands by itself."""
        if request.GET.get("field_name") == "merged_into":
            queryset = queryset.filter(state__in=[Claim.State.PROPOSED, Claim.State.ACCEPTED])
        return super().get_search_results(request, queryset, search_term)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Without the rating, for who may not read drafts: it would find a claim by what a draft says of it."""
        filters = super().get_list_filter(request)
        if request.user.has_perm(READ_DRAFTS):
            return filters
        return tuple(one for one in filters if one != _BY_RATING)

    # Triage of several -----------------------------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Accept for checking"), permissions=["triage"])
    def accept_selected(self, request: HttpRequest, claims: QuerySet[Claim]) -> None:
        self._move_all(request, claims, "accept", note="")

    @admin.action(description=gettext_lazy("Decline…"), permissions=["triage"])
    def decline_selected(self, request: HttpRequest, claims: QuerySet[Claim]) -> HttpResponse | None:
        """Ask once for the reason, then decline them all."""
        if reason := request.POST.get("reason", "").strip():
            self._move_all(request, claims, "decline", note=reason)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Decline claims"),
            "claims": claims,
            "asked": "reason" in request.POST,
        }
        return TemplateResponse(request, "admin/desk/decline.html", context)

    def has_gather_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["claims.add_cluster", "claims.change_cluster"])

    @admin.action(description=gettext_lazy("One rumour: put into a cluster"), permissions=["gather"])
    def gather_selected(self, request: HttpRequest, claims: QuerySet[Claim]) -> HttpResponse | None:
        return gather(request, claims.order_by("pk"))

    def _move_all(self, request: HttpRequest, claims: QuerySet[Claim], action: str, *, note: str) -> None:
        moved = 0
        for claim in claims:
            try:
                workflow.move(claim, action, by=person_at(request), note=note)
            except (NotPossible, NotAllowed) as refusal:
                messages.warning(
                    request, _("Not moved: “%(claim)s” %(why)s") % {"claim": claim, "why": refusal}
                )
            else:
                moved += 1
        if moved:
            done = ngettext("%d claim moved.", "%d claims moved.", moved) % moved
            messages.success(request, done)
