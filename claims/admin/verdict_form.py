"""The form of a verdict, which shows each rating with its colour and definition."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from claims.models import Verdict
from claims.review.verdict_drafts import list_ratings
from factcheck.admin.versions import DeskForm
from sources.models import Publisher

FIELDSETS: Any = (
    (gettext_lazy("Finding"), {"fields": ("rating", "summary", "explanation")}),
    (
        gettext_lazy("If the claim is about a picture, audio or video"),
        {
            "fields": ("media_authenticity_category", "original_media_context", "original_media_url"),
            "classes": ("collapse",),
        },
    ),
    (
        gettext_lazy("Dates and signature"),
        {"fields": (("reviewed_on", "valid_as_of"), ("recheck_on", "language"), ("byline", "url"), "title")},
    ),
)
#: The fields shown beside the content of a verdict that cannot be edited.
SIGNATURE_FIELDSETS: Any = (
    (gettext_lazy("Details"), {"fields": (("language", "byline"), ("url", "title"))}),
)
CORRECTION_FIELDSET: Any = (
    gettext_lazy("Changes since the published version"),
    {
        "fields": ("correction_kind", "correction_note"),
        "description": gettext_lazy("Readers see the kind of change and the note beside the verdict."),
    },
)


#: The height of the longer text fields, in lines.
_TEXTAREA_ROWS = {"explanation": 14, "summary": 3, "correction_note": 3, "original_media_context": 2}


class RatingSelect(UnfoldAdminRadioSelectWidget):
    """Radio buttons for ratings, each with its badge and definition."""

    option_template_name = "admin/desk/rating_option.html"

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        # Django passes the model instance with the key; the empty choice has no instance.
        option["rating"] = getattr(value, "instance", None)
        return option


class VerdictWidgets:
    """Mixin with the widgets of a verdict's fields, for the verdict's page and its claim's page."""

    radio_fields: ClassVar[Any] = {"correction_kind": admin.HORIZONTAL}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "rating":
            kwargs["widget"] = RatingSelect()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # the admin's

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # the admin's
        if db_field.name == "rating":
            field.widget = field.widget.widget  # without the buttons that add and edit ratings
        elif db_field.name == "correction_kind":
            field.choices = [choice for choice in field.choices if choice[0]]
        elif db_field.name in _TEXTAREA_ROWS:
            field.widget.attrs |= {"rows": _TEXTAREA_ROWS[db_field.name], "class": "desk-input"}
            if db_field.name == "explanation":
                field.widget.attrs["data-markdown"] = ""
        return field


class VerdictForm(DeskForm):
    """The form for the content of a draft verdict."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reviewed_on" in self.fields and not self.instance.reviewed_on:
            self.initial["reviewed_on"] = timezone.localdate()
        rating = self.fields.get("rating")
        if isinstance(rating, forms.ModelChoiceField):
            rating.queryset = list_ratings(self.instance)
            rating.empty_label = _("Not decided yet")


class NewVerdictForm(forms.ModelForm):
    """The form for a new verdict: its claim and publisher."""

    class Meta:
        model = Verdict
        fields = ("claim", "publisher")

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        claim, publisher = cleaned_data.get("claim"), cleaned_data.get("publisher")
        if claim and publisher and self._is_open(claim.pk, publisher):
            raise forms.ValidationError(
                _("This publisher already has an open verdict on the claim. Continue that one.")
            )
        if claim and claim.state in ("declined", "merged"):
            raise forms.ValidationError(_("A declined or merged claim cannot have a verdict."))
        return cleaned_data

    def _is_open(self, claim: int, publisher: Publisher) -> bool:
        states = [Verdict.State.DRAFT, Verdict.State.IN_REVIEW]
        return Verdict.objects.filter(claim=claim, publisher=publisher, state__in=states).exists()
