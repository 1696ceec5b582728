"""Sources at the desk."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter

from factcheck import features
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.typed_names import NamedDesk, TypedNames
from factcheck.admin.versions import DeskForm
from sources.models import Source
from sources.tasks import capture_source


def _count_related(relation: str, reader: User) -> Coalesce:
    """Return a subquery that counts related rows that this person may read. A query can contain several of these."""
    related_model: Any = Source._meta.get_field(relation).related_model
    rows = related_model.objects
    readable_rows = rows.readable_by(reader) if hasattr(rows, "readable_by") else rows
    counts = readable_rows.filter(source=OuterRef("pk")).order_by().values("source").annotate(n=Count("pk"))
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)


#: A URL and nothing else.
_ADDRESS_PATTERN = re.compile(r"(https?://|www\.)[^\s/]+\.\S+", re.IGNORECASE)


def read_address(text: str) -> str:
    """Return the text as a URL with its scheme, or ""."""
    if not _ADDRESS_PATTERN.fullmatch(text):
        return ""
    return f"https://{text}" if text.lower().startswith("www.") else text


class SourceForm(DeskForm):
    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean()
        # The constraint compares the address's key, which is not a form field, so Django does not check it here.
        source = Source.objects.find_by_url(cleaned_data.get("url") or "")
        if source and source.pk != self.instance.pk:
            self.add_error("url", gettext("There is already a source with this address: “%s”.") % source)
        return cleaned_data


@admin.register(Source)
class SourceAdmin(TypedNames, NamedDesk):
    form = SourceForm
    name_field = "title"
    list_display = (
        "title",
        "kind",
        "publisher",
        "published_on",
        "claim_count",
        "evidence_count",
        "snapshot_count",
        "to_read",
    )
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("publisher", AutocompleteSelectFilter),
        "show_text",
        ("published_on", RangeDateFilter),
    )
    sortable_by = ("title", "kind", "published_on")
    list_select_related = ("publisher",)
    search_fields = ("title", "url", "publisher__name", "byline")
    search_help_text = _("Search by words in the title or byline, by address, or by publisher")
    ordering = ("-pk",)
    # With long titles, more rows would exceed the size limit of a page.
    list_per_page = 36
    autocomplete_fields = ("publisher",)
    change_form_outer_before_template = "admin/desk/source_top.html"
    change_form_outer_after_template = "admin/desk/source_bottom.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    "url",
                    "publisher",
                    ("kind", "published_on"),
                    ("byline", "language"),
                    "show_text",
                    "archived_url",
                    "notes",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        rows, reader = super().get_queryset(request), get_person(request)
        return rows.annotate(
            claims_number=_count_related("appearances", reader),
            evidence_number=_count_related("evidence", reader),
            snapshots_number=_count_related("snapshots", reader),
        )

    @admin.display(description=_("claims"))
    def claim_count(self, source: Any) -> SafeString:
        return format_html(
            '<a href="../../claims/claim/?appearances__source__id__exact={}">{}</a>',
            source.pk,
            source.claims_number,
        )

    @admin.display(description=_("as evidence"))
    def evidence_count(self, source: Any) -> int:
        return source.evidence_number  # annotated above

    @admin.display(description=_("snapshots"))
    def snapshot_count(self, source: Any) -> SafeString:
        return format_html(
            '<a href="../snapshot/?source__id__exact={}">{}</a>', source.pk, source.snapshots_number
        )

    @admin.display(description=_("article"))
    def to_read(self, source: Any) -> SafeString | str:
        if not source.snapshots_number:
            return ""
        return format_html(
            '<a href="{}" aria-label="{}">{}</a>',
            reverse("admin:claims_claim_article", args=[source.pk]),
            gettext("Read “%s” and mark claims") % source.title,
            gettext("Read and mark claims"),
        )

    # Text typed or pasted into a source picker ----------------------------------------------------------------------

    def offer_typed_name(
        self, request: HttpRequest, name: str, results: list[dict[str, str]]
    ) -> list[dict[str, str]]:
        """Add the stored source to `results` if the typed URL is known in any spelling."""
        source = Source.objects.find_by_url(read_address(name))
        if source is None:
            return super().offer_typed_name(request, name, results)
        return [{"id": str(source.pk), "text": gettext("Use the stored source: %s") % source.title}]

    def get_or_create_named(self, request: HttpRequest, name: str) -> Source:
        """Add a source. Its URL, if new, is captured in the background, and the page's details are then filled in."""
        address, person = read_address(name), get_person(request)
        if known_source := Source.objects.find_by_url(address):
            return known_source
        Source._meta.get_field("url").run_validators(address)
        title = (address or name)[: Source._meta.get_field("title").max_length]
        source = Source.objects.create(title=title, url=address, created_by=person)
        self.log_addition(request, source, [{"added": {}}])
        if address:
            capture_source.defer(source_id=source.pk, by_id=person.pk)
        return source

    def build_page_context(self, request: HttpRequest, source: Any, /) -> dict[str, Any]:
        return {
            "source": source,
            "snapshots": [(row, get_page_url(row)) for row in source.snapshots.defer("text")],
            "panels": features.build_panels("sources.source", source),
        }
