"""Possible duplicates: two claims side by side, to merge or to mark as different."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from claims.admin.cluster import open_cluster
from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.admin.public_state import build_public_badge, prefetch_states
from claims.admin.status_badges import build_verdict_badges
from claims.models import Claim, PossibleDuplicate, Verdict
from claims.review import duplicates
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.row_actions import change_rows, row_action
from factcheck.web.differences import highlight_difference

_PAST_STATES = (Verdict.State.SUPERSEDED, Verdict.State.RETRACTED)


@dataclass(frozen=True, slots=True)
class PairedClaim:
    """One of the two claims, with details that help to compare them."""

    claim: Claim
    url: str
    badge: SafeString
    statement: SafeString
    judgements: list[tuple[Verdict, SafeString]]


@admin.register(PossibleDuplicate)
class DuplicateAdmin(ReadOnlyAdmin, QueueOrder, DeskAdmin):
    list_display = ("comparison",)
    list_display_links = None
    list_filter = (QueueFilter, ("run", AutocompleteSelectFilter))
    list_per_page = 20
    search_fields = ("claim__statement", "claim__claimant__name", "earlier__claimant__name")
    search_help_text = _("Search by words in the statement, or by claimant")
    ordering = ("-pk",)
    actions = ("merge_selected", "mark_selected_different", "put_selected_into_cluster")
    change_form_outer_before_template = "admin/desk/duplicate_top.html"
    fields = ("created_at", "import_link", "confidence", "dismissed_at", "dismissed_by_name")
    readonly_fields = ("import_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PossibleDuplicate]:
        rows = super().get_queryset(request).select_related("claim__claimant", "earlier__claimant", "run")
        readable_verdicts = Verdict.objects.readable_by(get_person(request))
        verdicts = readable_verdicts.exclude(state__in=_PAST_STATES).select_related("publisher", "rating")
        return rows.prefetch_related(
            *prefetch_states(verdicts, "claim__"), *prefetch_states(verdicts, "earlier__")
        )

    @admin.display(description=_("the newer claim and the older claim"))
    def comparison(self, pair: PossibleDuplicate) -> SafeString:
        return render_to_string("admin/desk/duplicate.html", build_pair_context(pair))

    @admin.display(description=_("import"))
    def import_link(self, pair: PossibleDuplicate) -> SafeString | str:
        return format_html('<a href="{}">{}</a>', get_page_url(pair.run), pair.run_id) if pair.run else "–"

    def build_page_context(self, request: HttpRequest, pair: Any, /) -> dict[str, Any]:
        return {"pair": pair, **build_pair_context(pair)}

    # Deciding --------------------------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.merge_claim")

    @admin.action(description=_("Same claim: merge"), permissions=["decide"])
    def merge_selected(self, request: HttpRequest, pairs: QuerySet[PossibleDuplicate]) -> None:
        person = get_person(request)
        count = change_rows(
            request, pairs, lambda pair: duplicates.merge(pair, by=person), attrgetter("claim")
        )
        if count:
            messages.success(request, ngettext("%d claim merged.", "%d claims merged.", count) % count)

    @admin.action(description=_("Different claims"), permissions=["decide"])
    def mark_selected_different(self, request: HttpRequest, pairs: QuerySet[PossibleDuplicate]) -> None:
        count = duplicates.mark_as_different(pairs, by=get_person(request))
        message = ngettext(
            "%d pair marked as different claims.", "%d pairs marked as different claims.", count
        )
        messages.success(request, message % count)

    def has_gather_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["claims.merge_claim", "claims.add_cluster", "claims.change_cluster"])

    @admin.action(description=_("Same rumour: add to a cluster"), permissions=["gather"])
    def put_selected_into_cluster(
        self, request: HttpRequest, pairs: QuerySet[PossibleDuplicate]
    ) -> HttpResponse | None:
        return open_cluster(request, lambda: duplicates.gather(pairs, by=get_person(request)))

    @row_action(_("Same claim: merge"), permission="decide")
    def merge(self, request: HttpRequest, pair: PossibleDuplicate) -> str:
        """Merge the newer claim of a pair into the older one, and return a message."""
        duplicates.merge(pair, by=get_person(request))
        link = format_html('<a href="{}">{}</a>', get_page_url(pair.earlier), pair.earlier)
        return format_html(gettext("Merged into “{}”."), link)

    @row_action(_("Different"), permission="decide")
    def mark_as_different(self, request: HttpRequest, pair: PossibleDuplicate) -> str:
        duplicates.mark_as_different([pair], by=get_person(request))
        return gettext("Marked as different claims.")

    @row_action(_("Different, but the same rumour"), permission="gather")
    def group_as_rumour(self, request: HttpRequest, pair: PossibleDuplicate) -> str | HttpResponse:
        return open_cluster(request, lambda: duplicates.gather([pair], by=get_person(request))) or ""

    def get_page_after(self, request: HttpRequest, row: PossibleDuplicate) -> str:
        """Return the URL of the filtered list from which the person came, or else of the list of open pairs."""
        list_url = reverse("admin:claims_possibleduplicate_changelist")
        referrer = request.headers.get("Referer", "")
        if f"{list_url}?" in referrer and url_has_allowed_host_and_scheme(referrer, {request.get_host()}):
            return referrer
        return f"{list_url}?queue=duplicates"


def build_pair_context(pair: PossibleDuplicate) -> dict[str, Any]:
    """Return the template context with both claims, and whether the pair still waits for a decision."""
    earlier_statement, newer_statement = highlight_difference(pair.earlier.statement, pair.claim.statement)
    is_merged = Claim.State.MERGED in (pair.claim.state, pair.earlier.state)
    outcome: SafeString | None
    if pair.dismissed_at:
        outcome = render_badge(gettext("Different claims, according to %s") % pair.dismissed_by_name, "faded")
    else:
        outcome = render_badge(_("Merged"), "faded") if is_merged else None
    return {
        "pair": pair,
        "sides": [
            _build_compared_claim(pair.claim, newer_statement),
            _build_compared_claim(pair.earlier, earlier_statement),
        ],
        "outcome": outcome,
    }


def _build_compared_claim(claim: Claim, statement: SafeString) -> PairedClaim:
    verdicts = claim.verdicts.all()
    judgements = [(verdict, build_verdict_badges(verdict)) for verdict in verdicts]
    badge = build_public_badge(claim, verdicts)
    return PairedClaim(claim, get_page_url(claim), badge, statement, judgements)
