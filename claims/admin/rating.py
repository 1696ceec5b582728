"""Rating scales with their ratings, and the labels of imported scales that nobody has mapped yet."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.admin.filters import QueueFilter, QueueOrder
from claims.admin.labels import rating_badge
from claims.models import Rating, RatingScale
from factcheck.admin.badges import badge
from factcheck.admin.base import DeskAdmin
from factcheck.admin.history import Entry, changes_of

_COLOURS = ("colour", "text_colour", "colour_dark", "text_colour_dark")
_FIELDS = (("label", "code"), ("normalised", "position"), "definition", _COLOURS, "labels", "definitions")


def _colour_field(db_field: Any, field: Any) -> Any:
    if db_field.name in _COLOURS:
        field.widget.attrs |= {"placeholder": "#rrggbb", "size": 9, "pattern": "#[0-9a-f]{6}"}
    if db_field.name in ("definition", "labels", "definitions"):
        field.widget.attrs["rows"] = 3
    return field


class RatingInline(StackedInline):
    model = Rating
    extra = 0
    fields = ("badge", *_FIELDS)
    readonly_fields = ("badge",)
    collapsible = True

    @admin.display(description=_("as shown"))
    def badge(self, rating: Rating) -> SafeString | str:
        return rating_badge(rating) if rating.pk else "–"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _colour_field(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))


@admin.register(RatingScale)
class RatingScaleAdmin(DeskAdmin):
    list_display = ("name", "version", "publisher", "language", "in_use", "size")
    list_filter = ("in_use", ("publisher", AutocompleteSelectFilter))
    list_select_related = ("publisher",)
    search_fields = ("name", "publisher__name")
    autocomplete_fields = ("publisher",)
    inlines = (RatingInline,)
    versioned_relations = ("ratings",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "publisher",
                    ("name", "version"),
                    ("language", "in_use"),
                    "methodology_url",
                    "methodology",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RatingScale]:
        return super().get_queryset(request).annotate(size=Count("ratings"))

    @admin.display(description=_("ratings"), ordering="size")
    def size(self, scale: Any) -> int:
        return scale.size  # annotated above

    def history_entries(self, row: RatingScale) -> list[Entry]:
        return [*super().history_entries(row), *changes_of(Rating, of=_("a rating"), scale_id=row.pk)]


@admin.register(Rating)
class RatingAdmin(QueueOrder, DeskAdmin):
    list_display = ("as_shown", "code", "class_badge", "scale", "publisher")
    list_filter = (
        QueueFilter,
        ("normalised", ChoicesDropdownFilter),
        ("scale", AutocompleteSelectFilter),
        ("scale__publisher", AutocompleteSelectFilter),
    )
    list_select_related = ("scale__publisher",)
    search_fields = ("label", "code", "scale__name", "scale__publisher__name")
    autocomplete_fields = ("scale",)
    fields = ("scale", *_FIELDS)
    ordering = ("scale", "position")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _colour_field(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))

    @admin.display(description=_("rating"), ordering="label")
    def as_shown(self, rating: Rating) -> SafeString | str:
        return rating_badge(rating)

    @admin.display(description=_("comparable to"), ordering="normalised")
    def class_badge(self, rating: Rating) -> SafeString:
        if not rating.normalised:
            return badge(_("Not mapped yet"), "waiting")
        return badge(rating.get_normalised_display())

    @admin.display(description=_("publisher"), ordering="scale__publisher__name")
    def publisher(self, rating: Rating) -> str:
        return str(rating.scale.publisher)
