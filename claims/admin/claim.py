"""Claims: the triage list, and the page from which everything about a claim is done."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter

from claims.admin import article_form, lost_quote
from claims.admin.appearance import AppearanceInline
from claims.admin.claim_history import of_claim, reads_work_on
from claims.admin.claim_page import claim_context
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
from claims.admin.move_buttons import MovesAdmin
from claims.admin.similar_claims import similar, similar_context
from claims.admin.status_badges import state_badge, verdict_badges
from claims.models import Appearance, Claim, Claimant, ClaimTopic, Repeat, Verdict
from claims.models.readership import READ_DRAFTS
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import claim_edits, verdict_drafts, workflow
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at, words_of
from factcheck.admin.past_of_rows import PastEvent, changes_of, links_of

_BY_RATING = ("verdicts__rating", AutocompleteSelectFilter)


@admin.register(Claim)
class ClaimAdmin(QueueOrder, MovesAdmin):
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
    list_select_related = ("claimant",)
    autocomplete_fields = ("claimant", "topics")
    inlines = (AppearanceInline,)
    actions = ("accept_selected", "decline_selected", "gather_selected")
    versioned_relations = ("topics", "appearances")
    told_otherwise = ("state", "state_before_merge", "merged_into_id")
    change_form_outer_before_template = "admin/desk/claim_top.html"
    change_form_outer_after_template = "admin/desk/claim_bottom.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "statement",
                    "claimant",
                    ("claimed_on", "language"),
                    "context",
                    "topics",
                    "first_appearance",
                )
            },
        ),
    )

    # The list --------------------------------------------------------------------------------------------------------

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
        return claim.claimant.name if claim.claimant else "–"

    @admin.display(description=gettext_lazy("where"))
    def where(self, claim: Claim) -> SafeString | str:
        sources = {appearance.source_id: appearance.source for appearance in claim.appearances.all()}
        links = ((change_page(source), source.title, source.title) for source in sources.values())
        return format_html_join(" ", '<a href="{}" title="{}" class="desk-where">{}</a>', links) or "–"

    @admin.display(description=gettext_lazy("topics"))
    def about(self, claim: Claim) -> str:
        return ", ".join(topic.name for topic in claim.topics.all()) or "–"

    def matching(self, request: HttpRequest, rows: QuerySet[Claim], words: str) -> QuerySet[Claim]:
        """Each word in the statement, in a quote or in who said it; without joins, which would repeat claims."""
        for part in words_of(words):
            said_by = Claimant.objects.filter(name__icontains=part)
            quoted = Appearance.objects.filter(exact__icontains=part)
            rows = rows.filter(
                Q(statement__icontains=part) | Q(claimant__in=said_by) | Q(pk__in=quoted.values("claim"))
            )
        return rows

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

    def has_triage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.triage_claim")

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

    # The page --------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name="claims_claim_import"),
            path(
                "propose-more/<int:source>/",
                self.admin_site.admin_view(self.more_view),
                name="claims_claim_propose_more",
            ),
            path("similar/", self.admin_site.admin_view(self.similar_view), name="claims_claim_similar"),
            path("<int:pk>/draft/", self.admin_site.admin_view(self.draft_view), name="claims_claim_draft"),
            path(
                "<int:pk>/appearances/<int:appearance>/<int:number>/<int:start>-<int:end>/",
                self.admin_site.admin_view(self.take_place_view),
                name="claims_claim_take_place",
            ),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        return article_form.import_view(self, request)

    def more_view(self, request: HttpRequest, source: int) -> HttpResponse:
        return article_form.more_view(request, source)

    def take_place_view(self, request: HttpRequest, **place: int) -> HttpResponse:
        return lost_quote.take_place(self, request, **place)

    def similar_view(self, request: HttpRequest) -> HttpResponse:
        """The panel beside a statement that is being typed. It is posted: addresses end up in logs."""
        if request.method != "POST" or not self.has_view_or_change_permission(request):
            raise Http404
        asked = request.POST.get("claim", "")
        own = self.get_object(request, asked) if asked.isdecimal() else None
        found = similar(request.POST.get("statement", ""), person=person_at(request), to=own)
        return TemplateResponse(request, "admin/desk/similar.html", {"similar": found})

    def has_change_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        """Who cannot triage works on proposals only: what has been accepted is the checkers'."""
        editable = obj is None or claim_edits.may_edit(obj, person_at(request))
        return editable and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        """What has been worked on is declined or merged; only what nobody has touched can be deleted."""
        deletable = obj is None or not claim_edits.is_worked_on(obj)
        return super().has_delete_permission(request, obj) and deletable

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> tuple[str, ...]:
        return () if obj is None else claim_edits.fixed_fields(obj)

    def get_fieldsets(self, request: HttpRequest, obj: Claim | None = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj is not None:
            return sections
        fields = tuple(field for field in sections[0][1]["fields"] if field != "first_appearance")
        return ((None, {"fields": fields}),)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("statement", "context"):
            field.widget.attrs["rows"] = 3
        if db_field.name == "statement":
            field.widget.attrs["data-similar"] = reverse("admin:claims_claim_similar")
            match = request.resolver_match
            field.widget.attrs["data-similar-to"] = match.kwargs.get("object_id", "") if match else ""
        return field

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if first := form.base_fields.get("first_appearance"):
            # One of its own places; adding or editing one is done below on the same page.
            first.queryset = obj.appearances.select_related("source") if obj else Appearance.objects.none()
            first.widget.can_add_related = first.widget.can_change_related = False
            first.widget.can_delete_related = first.widget.can_view_related = False
        return form

    def save_model(self, request: HttpRequest, obj: Claim, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = person_at(request)
        super().save_model(request, obj, form, change)
        if "statement" in form.changed_data:
            self._tell_of_the_same(request, obj)

    def _tell_of_the_same(self, request: HttpRequest, claim: Claim) -> None:
        """Point to the claims in the same words, however they are typed; whoever may can merge the two."""
        key = Claim.objects.filter(pk=claim.pk).values("statement_key")
        same = Claim.objects.readable_by(person_at(request)).filter(statement_key__in=key)
        for other in same.exclude(pk=claim.pk).order_by("pk")[:3]:
            words = _("The same statement is there already: {} ({}). If it is the same claim, merge the two.")
            link = format_html('<a href="{}">{}</a>', change_page(other), other)
            messages.warning(request, format_html(words, link, other.get_state_display()))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        claim = self.as_saved(request, kwargs.get("obj"))
        if claim and kwargs.get("change"):
            context |= claim_context(claim, person_at(request)) | self.moves_context(
                claim, person_at(request)
            )
            if claim.state in (Claim.State.PROPOSED, Claim.State.ACCEPTED):
                context |= similar_context(claim.statement, person=person_at(request), to=claim)
        return super().render_change_form(request, context, *args, **kwargs)

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Begin the house's verdict, or its next version, and go to its page."""
        claim = self.get_object(request, str(pk))
        if claim is None or not request.user.has_perm("claims.add_verdict"):
            raise Http404
        if request.method != "POST":
            return HttpResponseRedirect(change_page(claim))
        try:
            verdict = verdict_drafts.draft(claim, author=person_at(request))
        except NotPossible as refusal:
            messages.error(request, str(refusal))
            return redirect(change_page(claim))
        messages.success(request, _("Drafted. Fill it in, then submit it for review."))
        return redirect(change_page(verdict))

    def history_entries(self, row: Claim, reader: User) -> list[PastEvent]:
        if not reads_work_on(row, reader):
            return of_claim(row, reader)
        return [
            *super().history_entries(row, reader),
            *changes_of(Appearance, of=_("an appearance"), claim_id=row.pk),
            *links_of(ClaimTopic, shown="topic", claim_id=row.pk),
            *of_claim(row, reader),
        ]
