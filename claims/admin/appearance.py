"""The places where a claim was made, edited on the claim's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.admin import StackedInline

from claims.admin.quote_form import PREFIX_FIELDSET, QuoteForm, render_in_context
from claims.admin.status_badges import build_anchor_badge
from claims.models import Appearance
from factcheck.admin.base import get_page_url
from factcheck.admin.typed_names import TypedNames


class AppearanceInline(TypedNames, StackedInline):
    """The inline forms of a claim's appearances. On saving, each quote is located in the text of its source."""

    model = Appearance
    template = "admin/desk/quote_rows.html"
    form = QuoteForm
    extra = 0
    per_page = 5
    autocomplete_fields = ("source",)
    fieldsets = (
        (None, {"fields": ("source", "exact")}),
        PREFIX_FIELDSET,
        (None, {"fields": ("quote_in_context",)}),
    )
    readonly_fields = ("quote_in_context",)
    add_label = _("Add an appearance")
    purpose = _("Where the claim was made: the source, and the exact words in it.")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appearance]:
        return super().get_queryset(request).select_related("source", "snapshot")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("exact", "prefix", "suffix"):
            field.widget.attrs["rows"] = 2 if db_field.name == "exact" else 1
            field.widget.attrs["class"] = "desk-input"
        return field

    @admin.display(description=_("quote in context"))
    def quote_in_context(self, row: Appearance) -> StrOrPromise:
        if not row.pk:
            return _("Shown after saving.")
        return format_html(
            '{} <a href="{}">{}</a><br>{}',
            build_anchor_badge(row),
            get_page_url(row.source),
            row.source,
            render_in_context(row),
        )
