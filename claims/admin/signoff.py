"""Sign-offs, read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from claims.models import SignOff
from factcheck.admin.base import DeskAdmin, LookOnly, change_page
from factcheck.admin.days_filter import DaysFilter


@admin.register(SignOff)
class SignOffAdmin(LookOnly, DeskAdmin):
    list_display = ("at", "by_name", "on_claim", "round", "note")
    list_filter = (("by", AutocompleteSelectFilter), ("at", DaysFilter))
    sortable_by = ("at", "by_name", "round")
    search_fields = ("by_name", "note", "verdict__claim__statement")
    ordering = ("-pk",)
    fields = ("on_claim", "by_name", "at", "round", "note")
    readonly_fields = ("on_claim",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignOff]:
        return super().get_queryset(request).select_related("verdict__claim")

    @admin.display(description=_("verdict on"))
    def on_claim(self, signoff: SignOff) -> SafeString:
        return format_html('<a href="{}">{}</a>', change_page(signoff.verdict), signoff.verdict.claim)
