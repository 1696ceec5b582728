"""The desk's read-only list and page of claims published by followed newsrooms."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.features.federation.models import PeerClaim
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin
from factcheck.admin.technical import render_json

_BADGE_TONES: dict[str, Tone] = {
    PeerClaim.Status.PUBLISHED: "good",
    PeerClaim.Status.RETRACTED: "bad",
    PeerClaim.Status.MERGED: "faded",
}


@admin.register(PeerClaim)
class PeerClaimAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("short_statement", "newsroom", "rating", "status_badge", "reviewed_on", "page_link")
    list_filter = (
        ("newsroom", AutocompleteSelectFilter),
        ("status", ChoicesDropdownFilter),
        ("rating_class", ChoicesDropdownFilter),
    )
    list_select_related = ("newsroom",)
    search_fields = ("statement", "claimant", "rating")
    sortable_by = ()
    ordering = ("-pk",)
    fields = (
        "newsroom",
        "statement",
        ("language", "claimant", "claimed_on"),
        ("rating", "rating_class", "reviewed_on"),
        "summary",
        "status_badge",
        "note",
        "page_link",
        ("published_at", "taken_at"),
        "formatted_body",
        "signed_publication",
    )
    readonly_fields = ("status_badge", "page_link", "formatted_body", "signed_publication")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeerClaim]:
        rows: QuerySet[PeerClaim] = super().get_queryset(request)
        # These can be long; the list does not show them.
        return rows.defer("body", "change", "summary")

    @admin.display(description=_("statement"))
    def short_statement(self, claim: PeerClaim) -> SafeString:
        return format_html('<span dir="auto">{}</span>', claim)

    @admin.display(description=_("status"))
    def status_badge(self, claim: PeerClaim) -> SafeString:
        return render_badge(claim.get_status_display(), _BADGE_TONES[claim.status])

    @admin.display(description=_("available since"))
    def page_link(self, claim: PeerClaim) -> SafeString:
        return format_html(
            '<a href="{}" rel="noopener noreferrer">{}</a>', claim.url, _("Page at the newsroom")
        )

    @admin.display(description=_("JSON"))
    def formatted_body(self, claim: PeerClaim) -> SafeString:
        return render_json(_("JSON from the newsroom’s API"), claim.document)

    @admin.display(description=_("signed"))
    def signed_publication(self, claim: PeerClaim) -> SafeString:
        return render_json(
            _("The publication as the newsroom signed it, with the signature that proves its origin."),
            f"{claim.change}\n\n{claim.signature}",
        )
