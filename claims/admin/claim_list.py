"""The list of claims: columns, search, filters, and optional grouping by article."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter

from claims.admin.claim_bulk import ClaimBulk
from claims.admin.claim_search import find_meant_claims
from claims.admin.claims_by_article import ARTICLE_ORDER, ListByArticle, add_article_headings, is_by_article
from claims.admin.list_filters import (
    JudgedFilter,
    LanguageFilter,
    PartyFilter,
    PublicFilter,
    QueueFilter,
    QueueOrder,
    ScoreFilter,
)
from claims.admin.pasted_rows import PERMISSION, paste_view
from claims.admin.period_filters import AddedFilter, PublishedFilter
from claims.admin.public_state import build_public_badge, prefetch_newest_publication
from claims.admin.scheduling import annotate_planned
from claims.admin.status_badges import build_verdict_badges
from claims.admin.triage import Triage
from claims.articles.score_reasons import get_band_label
from claims.models import Appearance, Claim, Repeat, Verdict
from claims.models.visibility import READ_DRAFTS
from factcheck.admin.abbreviations import short
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at
from factcheck.admin.list_columns import ShownList
from factcheck.list_phrases import listed

_BY_RATING = ("verdicts__rating", AutocompleteSelectFilter)


class ClaimList(QueueOrder, ClaimBulk, Triage):
    """The list of claims. What is done with several at once is in `ClaimBulk`, one after the other in `Triage`."""

    list_display = (
        "statement_cut",
        "state_badge",
        "verdict",
        "band",
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
        PartyFilter,
        ("appearances__source", AutocompleteSelectFilter),
        _BY_RATING,
        LanguageFilter,
        ("claimed_on", RangeDateFilter),
    )
    list_more = ("id", "language", "context", "reason", "created_at", "updated_at")
    downloaded_as: ClassVar[dict[str, str]] = {"statement_cut": "statement", "band": "score"}
    search_fields = ("statement", "claimant__name", "appearances__exact")
    search_help_text = gettext_lazy("Words in the statement or the quote, or the claimant")
    ordering = ("-pk",)
    # What a page of long words may weigh.
    list_per_page = 38
    list_select_related = ("claimant",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.paste_view)
        return [path("paste/", view, name="claims_claim_paste"), *super().get_urls()]

    def paste_view(self, request: HttpRequest) -> HttpResponse:
        return paste_view(self, request)

    # By article -------------------------------------------------------------------------------------------------------

    def list_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        query = request.GET.copy()
        query.pop(PAGE_VAR, None)
        triage = []
        if self.has_triage_permission(request):
            triage = [(_("Triage this list"), f"{reverse('admin:claims_claim_triage')}?{query.urlencode()}")]
        if request.user.has_perm(PERMISSION):
            triage.append((_("Paste rows"), reverse("admin:claims_claim_paste")))
        if is_by_article(request):
            del query["group"]
            return [*triage, (_("Do not group by article"), f"?{query.urlencode()}")]
        query["group"] = ARTICLE_ORDER
        return [*triage, (_("By article"), f"?{query.urlencode()}")]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ShownList]:
        return ListByArticle if is_by_article(request) else ShownList

    def prepare(self, request: HttpRequest, rows: Sequence[Claim]) -> None:
        verdicts = Verdict.objects.readable_by(person_at(request)).select_related("rating").order_by("-pk")
        appearances = Appearance.objects.select_related("source").defer("prefix", "suffix")
        known = Repeat.objects.open().defer("exact", "prefix", "suffix")
        prefetch_related_objects(
            rows,
            Prefetch("verdicts", annotate_planned(verdicts.defer("explanation"))),
            Prefetch("appearances", appearances),
            Prefetch("checked_before", known),
            "topics",
            prefetch_newest_publication(),
        )
        if is_by_article(request):
            add_article_headings(rows)

    # Columns ----------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("statement"), ordering="statement")
    def statement_cut(self, claim: Claim) -> SafeString:
        checked = badge(_("Already checked"), "waiting") if claim.checked_before.all() else ""
        heading = getattr(claim, "article_heading", "")
        return format_html('{}<span class="desk-statement" dir="auto">{}</span> {}', heading, claim, checked)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, claim: Claim) -> SafeString:
        return build_public_badge(claim, claim.verdicts.all())

    @admin.display(description=gettext_lazy("verdict"))
    def verdict(self, claim: Claim) -> SafeString | str:
        """Show the current verdict of each publisher; superseded ones are on the claim's page."""
        past = (Verdict.State.SUPERSEDED, Verdict.State.RETRACTED)
        present = [verdict for verdict in claim.verdicts.all() if verdict.state not in past]
        return format_html_join(" ", "{}", ((build_verdict_badges(verdict),) for verdict in present)) or "–"

    @admin.display(description=gettext_lazy("check-worthiness"), ordering="score")
    def band(self, claim: Claim) -> str:
        return get_band_label(claim.score) or "–"

    @admin.display(description=gettext_lazy("claimant"), ordering="claimant__name")
    def said_by(self, claim: Claim) -> str:
        return short(claim.claimant.name, 40) if claim.claimant else "–"

    @admin.display(description=gettext_lazy("found in"))
    def where(self, claim: Claim) -> SafeString | str:
        sources = {appearance.source_id: appearance.source for appearance in claim.appearances.all()}
        links = ((change_page(source), short(source.title, 50)) for source in sources.values())
        return format_html_join(" ", '<a href="{}" class="desk-where">{}</a>', links) or "–"

    @admin.display(description=gettext_lazy("topics"))
    def about(self, claim: Claim) -> str:
        return listed(short(topic.name, 30) for topic in claim.topics.all()) or "–"

    def likely(self, request: HttpRequest, rows: QuerySet[Claim], words: str) -> QuerySet[Claim] | None:
        """Search for the probable meaning if there are no results; the list says so."""
        found = find_meant_claims(rows, self.get_search_fields(request), words)
        if found is not None:
            request.meant = words  # type: ignore[attr-defined]  # for what stands above the list
        return found

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search the list, also for the field that names a claim to merge into, which must be an active one."""
        if request.GET.get("field_name") == "merged_into":
            queryset = queryset.filter(state__in=[Claim.State.PROPOSED, Claim.State.ACCEPTED])
        return super().get_search_results(request, queryset, search_term)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Leave the rating out for people who may not read drafts: it would reveal what a draft says.

        The others also get filters that match the figures of their dashboard.
        """
        filters = super().get_list_filter(request)
        if request.user.has_perm(READ_DRAFTS):
            return [*filters, AddedFilter, PublishedFilter]
        return tuple(one for one in filters if one != _BY_RATING)
