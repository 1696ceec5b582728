"""The ledger, read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.status_badges import build_status_badge
from claims.models import Publication
from factcheck.admin.base import DeskAdmin, LookOnly
from factcheck.admin.days_filter import DaysFilter
from factcheck.admin.technical import fingerprint, folded_json


@admin.register(Publication)
class PublicationAdmin(LookOnly, DeskAdmin):
    list_display = ("claim", "version", "shown_status", "kind", "note", "published_at", "superseded_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("published_at", DaysFilter),
    )
    sortable_by = ("version", "shown_status", "kind", "published_at", "superseded_at")
    list_select_related = ("claim",)
    search_fields = ("claim__statement", "note")
    ordering = ("-sequence",)
    fields = (
        "claim",
        ("version", "kind"),
        "shown_status",
        "note",
        ("published_at", "superseded_at"),
        "page",
        "pretty_body",
        "proof",
    )
    readonly_fields = ("shown_status", "page", "pretty_body", "proof")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        rows = super().get_queryset(request)
        # The body can be long; the list does not show it.
        return rows.defer("body", "search_text", "search_statement", "search")

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, publication: Publication) -> SafeString:
        return build_status_badge(publication)

    @admin.display(description=_("for readers"))
    def page(self, publication: Publication) -> SafeString:
        address = reverse("claim-version", args=[publication.claim_id, publication.version])
        return format_html('<a href="{}">{}</a>', address, _("This version as readers saw it"))

    @admin.display(description=_("JSON"))
    def pretty_body(self, publication: Publication) -> SafeString:
        return folded_json(_("The API’s JSON of this version"), publication.document)

    @admin.display(description=_("unchanged since"))
    def proof(self, publication: Publication) -> SafeString | str:
        sentence = _("A publication cannot be changed. Anyone who has a copy can compare it with this one.")
        return fingerprint(sentence, publication.body_sha256)
