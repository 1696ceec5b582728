"""Rating scales and their ratings at the desk, including imported labels without a rating class."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.admin.queues import annotate_usage
from claims.admin.status_badges import build_rating_badge
from claims.models import Rating, RatingClass, RatingScale, Verdict
from claims.review import classification
from factcheck.admin.abbreviations import shorten
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.change_history import PastEvent, list_changes
from factcheck.admin.row_actions import RefusalMessages
from factcheck.language_names import get_language_name

_COLOUR_FIELDS = ("colour", "text_colour", "colour_dark", "text_colour_dark")
_RATING_FIELDS = (
    *(("label", "code"), ("rating_class", "position"), "definition"),
    # In a single row, the four fields would overlap when they are read-only.
    *(_COLOUR_FIELDS[:2], _COLOUR_FIELDS[2:]),
    *("labels", "definitions"),
)

#: The base class that type checkers see for the mixin below: that of rating pages, and of rows on a scale's page.
_AdminMixinBase: Any = object
_TEXT_FIELDS = {"labels": "labels_as_text", "definitions": "definitions_as_text"}


def _adapt_field(db_field: Any, field: Any) -> Any:
    if db_field.name in _COLOUR_FIELDS:
        field.widget.attrs |= {"placeholder": "#rrggbb", "size": 9, "pattern": "#[0-9a-f]{6}"}
    if db_field.name in ("definition", "labels", "definitions"):
        field.widget.attrs["rows"] = 3
    return field


class OtherLanguageLabels(_AdminMixinBase):
    """Mixin that shows a rating's labels in other languages as plain text to people who may not edit the JSON."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return fields
        return [_TEXT_FIELDS.get(field, field) if isinstance(field, str) else field for field in fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *_TEXT_FIELDS.values())

    @admin.display(description=_("labels in other languages"))
    def labels_as_text(self, rating: Rating) -> SafeString | str:
        return _render_by_language(rating.labels)

    @admin.display(description=_("definitions in other languages"))
    def definitions_as_text(self, rating: Rating) -> SafeString | str:
        return _render_by_language(rating.definitions)


def _render_by_language(texts: dict[str, str]) -> SafeString | str:
    lines = ((code, get_language_name(code), label) for code, label in sorted(texts.items()))
    return format_html_join("", '<p><bdi>{1}</bdi>: <bdi lang="{0}">{2}</bdi></p>', lines) or "–"


class RatingInline(OtherLanguageLabels, StackedInline):
    model = Rating
    extra = 0
    fields = ("badge", *_RATING_FIELDS)
    readonly_fields = ("badge",)
    collapsible = True

    @admin.display(description=_("preview"))
    def badge(self, rating: Rating) -> SafeString | str:
        return build_rating_badge(rating) if rating.pk else "–"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _adapt_field(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))


@admin.register(RatingScale)
class RatingScaleAdmin(DeskAdmin):
    list_display = ("name", "version", "publisher", "language", "in_use", "rating_count")
    list_filter = ("in_use", ("publisher", AutocompleteSelectFilter))
    list_select_related = ("publisher",)
    ordering = ("publisher__name", "name", "-version")
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

    def get_readonly_fields(self, request: HttpRequest, obj: RatingScale | None = None) -> Any:
        """Make the publisher read-only once it is set, because only that publisher's verdicts use the scale."""
        fixed_fields = ("publisher",) if obj else ()
        return (*super().get_readonly_fields(request, obj), *fixed_fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RatingScale]:
        return super().get_queryset(request).annotate(rating_count=Count("ratings"))

    @admin.display(description=_("ratings"), ordering="rating_count")
    def rating_count(self, scale: Any) -> int:
        return scale.rating_count  # annotated above

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        classification.queue_class_updates(
            [row.instance for row in formset.initial_forms if "rating_class" in row.changed_data]
        )

    def list_history_entries(self, row: RatingScale, reader: User) -> list[PastEvent]:
        return [
            *super().list_history_entries(row, reader),
            *list_changes(Rating, row_name=_("a rating"), scale_id=row.pk),
        ]


@admin.register(Rating)
class RatingAdmin(OtherLanguageLabels, QueueOrder, DeskAdmin):
    list_display = ("label_badge", "class_badge", "publisher", "published_claim_count", "example_statements")
    list_filter = (
        QueueFilter,
        ("rating_class", ChoicesDropdownFilter),
        ("scale", AutocompleteSelectFilter),
        ("scale__publisher", AutocompleteSelectFilter),
    )
    list_select_related = ("scale__publisher",)
    search_fields = ("label", "code", "scale__name", "scale__publisher__name")
    autocomplete_fields = ("scale",)
    fields = ("scale", *_RATING_FIELDS)
    ordering = ("scale", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        published_verdicts = Verdict.objects.filter(rating=OuterRef("pk"), state=Verdict.State.PUBLISHED)
        # Any two claims: finding the newest claims of a rare rating would require searching all verdicts backwards.
        samples = ArraySubquery(published_verdicts.order_by().values("claim__statement")[:2])
        return annotate_usage(super().get_queryset(request)).annotate(samples=samples)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _adapt_field(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))

    def save_model(self, request: HttpRequest, obj: Rating, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "rating_class" in form.changed_data:
            classification.queue_class_updates([obj])

    # The list --------------------------------------------------------------------------------------------------------

    @admin.display(description=_("rating"), ordering="label")
    def label_badge(self, rating: Rating) -> SafeString | str:
        return build_rating_badge(rating)

    @admin.display(description=_("rating class"), ordering="rating_class")
    def class_badge(self, rating: Rating) -> SafeString:
        if not rating.rating_class:
            return render_badge(_("Not mapped yet"), "waiting")
        return render_badge(rating.get_rating_class_display())

    @admin.display(description=_("publisher and scale"), ordering="scale__publisher__name")
    def publisher(self, rating: Rating) -> SafeString:
        return format_html('{}<br><span class="desk-quiet">{}</span>', rating.scale.publisher, rating.scale)

    @admin.display(description=_("published claims"), ordering="claim_count")
    def published_claim_count(self, rating: Any) -> int:
        return rating.claim_count  # annotated above

    @admin.display(description=_("for example"))
    def example_statements(self, rating: Any) -> SafeString | str:
        """Return the statements of two claims with this rating, because a label alone is not always clear."""
        samples = format_html_join("", "<li>{}</li>", ((shorten(text, 100),) for text in rating.samples))
        return format_html('<ul class="desk-samples" dir="auto">{}</ul>', samples) if samples else "–"

    # One decision for many ratings -----------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if self.has_change_permission(request):
            for value, label in RatingClass.choices:
                name, description = f"class_{value}", gettext("Rating class: %s") % label
                actions[name] = (_make_class_action(value), name, description)
        return actions


def _make_class_action(rating_class: str) -> Callable[[RatingAdmin, HttpRequest, QuerySet[Rating]], None]:
    """Return the action of the list that assigns this class to the selected ratings."""

    def decide(model_admin: RatingAdmin, request: HttpRequest, ratings: QuerySet[Rating]) -> None:
        claims = {rating.pk: rating.claim_count for rating in annotate_usage(ratings)}
        changed_ratings = None
        with RefusalMessages(request):
            changed_ratings = classification.classify(ratings, rating_class, by=get_person(request))
        if changed_ratings is None:
            return
        if not changed_ratings:
            messages.info(request, gettext("Nothing to change: this has already been decided."))
            return
        claim_count = sum(claims[rating.pk] for rating in changed_ratings)
        messages.success(
            request,
            gettext(
                "Labels now in the rating class “%(class)s”: %(labels)d. "
                "Published claims that will be updated within minutes: %(claims)d."
            )
            % {
                "class": RatingClass(rating_class).label,
                "labels": len(changed_ratings),
                "claims": claim_count,
            },
        )

    return decide
