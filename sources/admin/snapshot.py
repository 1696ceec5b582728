"""Snapshots of sources with the claims found in them, read-only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter

from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.days_filter import DaysFilter
from factcheck.admin.technical import render_fingerprint
from factcheck.database.distinct_values import list_distinct_values
from factcheck.list_phrases import join_words
from sources.addresses import build_fragment
from sources.models import Snapshot

#: The maximum number of characters and of claims that the page of a snapshot shows.
_MAX_SHOWN_CHARACTERS, _MAX_MARKS = 30_000, 100


def render_marked_text(snapshot: Snapshot, reader: User) -> SafeString:
    """Render the snapshot's text, with a link from each claimed passage to its claim if the user may see that claim."""
    appearances = snapshot.source.appearances.readable_by(reader).filter(
        snapshot=snapshot, start__isnull=False, start__lt=_MAX_SHOWN_CHARACTERS
    )
    beginning = render_marked_passages(
        snapshot.text[:_MAX_SHOWN_CHARACTERS],
        [
            Mark(
                *(appearance.start, appearance.end, get_page_url(appearance.claim)),
                join_words(
                    filter(
                        None,
                        [
                            f"{appearance.claim} ({appearance.claim.get_state_display()})",
                            build_fragment(snapshot.cues, appearance.start, appearance.end),
                        ],
                    )
                ),
            )
            for appearance in appearances.select_related("claim").order_by("start")[:_MAX_MARKS]
            if appearance.start is not None and appearance.end is not None
        ],
    )
    if len(snapshot.text) <= _MAX_SHOWN_CHARACTERS:
        return beginning
    remaining_count = len(snapshot.text) - _MAX_SHOWN_CHARACTERS
    remaining_text = ngettext("%d more character follows.", "%d more characters follow.", remaining_count)
    return format_html('{}<p class="desk-quiet">{}</p>', beginning, remaining_text % remaining_count)


class MediaTypeFilter(DropdownFilter):
    """A filter by media type that offers only the types that occur."""

    title = _("media type")
    parameter_name = "media_type"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in list_distinct_values(Snapshot, "media_type")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
        return queryset.filter(media_type=self.value()) if self.value() else queryset


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("source", "number", "captured_at", "media_type", "content_size", "extractor")
    list_display_links = ("source", "number")
    list_filter = (MediaTypeFilter, ("source", AutocompleteSelectFilter), ("captured_at", DaysFilter))
    list_select_related = ("source",)
    search_fields = ("title", "source__title", "url", "content_sha256", "text_sha256")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("source", ("number", "captured_at"), "url")}),
        (
            _("Text as captured"),
            {
                "fields": (
                    *("title", "byline", ("published_on", "language"), "media_type", "content_size"),
                    "caveat_text",
                )
            },
        ),
        (_("Proof"), {"fields": ("proof_of_copy", "proof_of_text", "extractor")}),
    )
    readonly_fields = ("caveat_text", "proof_of_copy", "proof_of_text")
    change_form_outer_after_template = "admin/desk/snapshot_bottom.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).defer("text")

    @admin.display(description=_("notes on the text"))
    def caveat_text(self, snapshot: Snapshot) -> str:
        return " ".join(caveat["sentence"] for caveat in snapshot.caveats)

    @admin.display(description=_("captured file"))
    def proof_of_copy(self, snapshot: Snapshot) -> SafeString | str:
        sentence = _("A snapshot cannot be changed. Anyone who has the same file can compare the two.")
        return render_fingerprint(sentence, snapshot.content_sha256)

    @admin.display(description=_("text"))
    def proof_of_text(self, snapshot: Snapshot) -> SafeString | str:
        sentence = _("The text below is unchanged since quotes were found in it.")
        return render_fingerprint(sentence, snapshot.text_sha256)

    def build_page_context(self, request: HttpRequest, snapshot: Any, /) -> dict[str, Any]:
        return {"text": render_marked_text(snapshot, get_person(request))}


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage of a text (offsets in code points, `end` exclusive), and the URL that it links to."""

    start: int
    end: int
    page: str
    title: str


def render_marked_passages(text: str, marks: Iterable[Mark]) -> SafeString:
    """Render the text as HTML. If passages overlap, the later one begins where the earlier one ends."""
    parts: list[SafeString | str] = []
    position = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        start, end = max(mark.start, position), min(mark.end, len(text))
        if start >= end:
            continue
        parts.append(text[position:start])
        parts.append(
            format_html('<a href="{}" title="{}"><mark>{}</mark></a>', mark.page, mark.title, text[start:end])
        )
        position = end
    parts.append(text[position:])
    return format_html(
        '<div class="desk-text" dir="auto">{}</div>', format_html_join("", "{}", ((part,) for part in parts))
    )
