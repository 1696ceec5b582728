"""The desk's pages for links that need a decision: the page is gone, has moved, or no longer contains a quote."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.features.links import link_edits
from claims.features.links.link_notifications import describe_change
from claims.features.links.models import LinkOutcome, LinkState
from claims.models import Claim, Publication
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.row_actions import change_rows, row_action

#: The most claims listed per link; if more cite the source, a link leads to the list of all.
_MAX_SHOWN_CLAIMS = 4

_BADGE_TONES: dict[str, Tone] = {
    LinkOutcome.ALIVE: "good",
    LinkOutcome.GONE: "bad",
    LinkOutcome.CHANGED: "bad",
    LinkOutcome.MOVED: "waiting",
    LinkOutcome.UNREACHABLE: "faded",
}


@admin.register(LinkState)
class LinkStateAdmin(QueueOrder, ReadOnlyAdmin, DeskAdmin):
    list_display = ("outcome_details",)
    list_display_links = None
    list_filter = (QueueFilter, ("outcome", ChoicesDropdownFilter))
    list_per_page = 20
    list_select_related = ("source", "accepted_by")
    search_fields = ("source__title", "source__url")
    search_help_text = _("Search by source title or address")
    ordering = ("-since", "-pk")
    actions = ("accept_selected",)
    change_form_outer_before_template = "admin/desk/source_link_top.html"
    fields = ("source", "url", ("http_status", "moved_to"), ("checked_at", "next_at"))

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        claims = _find_claims_by_source([link.pk for link in rows])
        for link in rows:
            link.cited_by = claims.get(link.pk, [])

    @admin.display(description=_("the source and the status of its link"))
    def outcome_details(self, link: LinkState) -> SafeString:
        return render_to_string("admin/desk/source_link.html", _build_context(link))

    def build_page_context(self, request: HttpRequest, link: Any, /) -> dict[str, Any]:
        self.prepare(request, [link])
        return {**_build_context(link), "records": list(link.source.link_checks.all()[:20])}

    # Actions ---------------------------------------------------------------------------------------------------------

    def has_accept_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(link_edits.CHANGE_LINK_PERMISSION)

    @admin.action(description=_("Mark as correct"), permissions=["accept"])
    def accept_selected(self, request: HttpRequest, rows: QuerySet[LinkState]) -> None:
        person = get_person(request)
        accepted_count = change_rows(
            request, rows, lambda link: link_edits.mark_as_correct(link, by=person), attrgetter("source")
        )
        if accepted_count:
            message = ngettext("%d link marked as correct.", "%d links marked as correct.", accepted_count)
            messages.success(request, message % accepted_count)

    @row_action(_("Use the new address"), permission="accept")
    def use_new_address(self, request: HttpRequest, link: LinkState) -> str:
        link_edits.use_new_address(link, by=get_person(request))
        return gettext("The source now has the new address, which will be checked within a few minutes.")

    @row_action(_("Mark as correct"), permission="accept")
    def mark_as_correct(self, request: HttpRequest, link: LinkState) -> str:
        link_edits.mark_as_correct(link, by=get_person(request))
        return gettext("Marked as correct. If the page changes again, the link will be listed again.")

    @row_action(_("Archive again"), permission="view")
    def request_copy(self, request: HttpRequest, link: LinkState) -> str:
        link_edits.request_new_copy(link, by=get_person(request))
        return gettext("A copy of the current page will be made within a few minutes.")

    @row_action(_("Check now"), permission="view")
    def check_now(self, request: HttpRequest, link: LinkState) -> str:
        link_edits.schedule_check(link, by=get_person(request))
        return gettext("The page will be checked within two minutes.")

    def get_page_after(self, request: HttpRequest, row: LinkState) -> str:
        return reverse("admin:links_linkstate_changelist") + "?queue=links"


def _find_claims_by_source(source_ids: list[int]) -> dict[int, list[tuple[Claim, str]]]:
    """Return the published claims that cite each source, newest first, in one query."""
    entries = Publication.objects.current().filter(source_ids__overlap=source_ids).select_related("claim")
    claims_by_source: dict[int, list[tuple[Claim, str]]] = {}
    for entry in entries.only("source_ids", "claim__statement").order_by("-published_at", "-claim_id")[:1000]:
        for source_id in {*entry.source_ids} & {*source_ids}:
            claims_by_source.setdefault(source_id, []).append((entry.claim, get_page_url(entry.claim)))
    return claims_by_source


def _build_context(link: Any) -> dict[str, Any]:
    outcome = str(link.get_outcome_display()) if link.outcome else gettext("Not checked yet")
    return {
        "link": link,
        "is_checked": settings.LINK_CHECKS,
        "badge": render_badge(outcome, _BADGE_TONES.get(link.outcome, "faded")),
        "what_happened": describe_change(link),
        "source_page": get_page_url(link.source),
        "link_page": get_page_url(link),
        "claims": link.cited_by[:_MAX_SHOWN_CLAIMS],
        "more_claims": max(0, len(link.cited_by) - _MAX_SHOWN_CLAIMS),
    }
