"""The evidence of a verdict, edited on the verdict's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.admin import StackedInline

from claims.admin.media_preview import MediaPickerForm, render_media_preview
from claims.admin.quote_form import PREFIX_FIELDSET, QuoteForm, render_in_context
from claims.models import Evidence, Verdict
from claims.models.rating import RatingClass
from claims.review.verdict_drafts import may_edit
from factcheck.admin.badges import render_badge
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.typed_names import TypedNames

#: A rating class → the usual stance of a source. For other classes, a source is context.
_USUAL_STANCES: dict[str, Evidence.Stance] = {
    RatingClass.TRUE: Evidence.Stance.SUPPORTS,
    RatingClass.MOSTLY_TRUE: Evidence.Stance.SUPPORTS,
    RatingClass.MOSTLY_FALSE: Evidence.Stance.REFUTES,
    RatingClass.FALSE: Evidence.Stance.REFUTES,
    RatingClass.MISLEADING: Evidence.Stance.REFUTES,
}


class EvidenceForm(MediaPickerForm, QuoteForm):
    """A form for a source with a quote, and for the media that show the evidence."""

    def save(self, commit: bool = True) -> Any:
        """Save the row. If no stance was chosen, derive it from the rating of the verdict, which is saved earlier."""
        if not self.instance.stance:
            classes = Verdict.objects.filter(pk=self.instance.verdict_id).values_list("rating__rating_class")
            self.instance.stance = _USUAL_STANCES.get(classes.get()[0], Evidence.Stance.CONTEXT)
        return super().save(commit)


class EvidenceInline(TypedNames, StackedInline):
    """The inline forms of evidence. On saving, each quote is located in its source's snapshot, if there is one."""

    model = Evidence
    template = "admin/desk/quote_rows.html"

    class Media:
        css = {"all": ("desk/media.css",)}

    form = EvidenceForm
    extra = 0
    verbose_name = _("item of evidence")
    verbose_name_plural = _("evidence")
    add_label = _("Add evidence")
    purpose = _("The sources that support or contradict the claim, with the words that show it.")
    autocomplete_fields = ("source", "media")
    fieldsets = (
        (None, {"fields": ("source", "stance", "note", "exact")}),
        PREFIX_FIELDSET,
        (
            _("If the evidence is a picture, recording or video"),
            {"fields": (("media", "media_fragment"),), "classes": ("collapse",)},
        ),
        (None, {"fields": ("quote_in_context", "position")}),
    )
    readonly_fields = ("quote_in_context",)
    ordering_field = "position"
    hide_ordering_field = True
    ordering = ("position", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).select_related("source", "snapshot", "media")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("note", "exact", "prefix", "suffix"):
            field.widget.attrs["rows"] = 1 if db_field.name in ("prefix", "suffix") else 2
            field.widget.attrs["class"] = "desk-input"
        elif db_field.name == "media_fragment":
            field.help_text = ""
        elif db_field.name == "stance":
            # A preselected stance would look like a decision, and would count as a change.
            field.choices = [("", _("As the rating suggests")), *db_field.choices]
            field.required = False
        return field

    @admin.display(description=_("location"))
    def quote_in_context(self, row: Evidence) -> StrOrPromise:
        if not row.pk:
            return _("Shown after saving.")
        return format_html(
            '{} <a href="{}">{}</a><br>{}{}',
            build_visibility_badge(row),
            get_page_url(row.source),
            row.source,
            render_in_context(row),
            render_media_preview(row.media) if row.media else "",
        )

    # Evidence can change while its verdict is a draft, with the verdict's permissions --------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return _is_editable(request, obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return _is_editable(request, obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return _is_editable(request, obj) and super().has_delete_permission(request, obj)


def build_visibility_badge(row: Evidence) -> SafeString:
    """Return a badge that shows whether readers can see the evidence."""
    if row.source.url or row.snapshot_id:
        return render_badge(_("Visible to readers"), "good")
    if row.media_id:
        return render_badge(_("Visible to readers"), "good")
    return render_badge(_("Needs an address or a snapshot"), "bad")


def list_evidence(verdict: Verdict) -> list[dict[str, Any]]:
    """Return the evidence for display as a read-only list."""
    rows = verdict.evidence.select_related("source__publisher", "snapshot", "media")
    return [
        {
            "row": row,
            "badge": build_visibility_badge(row),
            "context": render_in_context(row),
            "page": get_page_url(row.source),
            "preview": render_media_preview(row.media) if row.media else "",
        }
        for row in rows
    ]


def _is_editable(request: HttpRequest, verdict: Verdict | None) -> bool:
    return verdict is None or may_edit(verdict, get_person(request))
