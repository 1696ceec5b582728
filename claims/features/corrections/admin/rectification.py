"""The desk's pages for correction requests to other publications, with their outcomes."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.features.corrections import requests
from claims.features.corrections.models import Rectification
from claims.models import Publication
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.row_actions import row_action
from factcheck.admin.versions import DeskForm

_State = Rectification.State
_BADGE_TONES: dict[str, Tone] = {_State.CORRECTED: "good", _State.REFUSED: "bad"}


class RectificationForm(DeskForm):
    class Meta:
        model = Rectification
        fields = ("claim", "outlet", "url", "asked_on", "is_public")

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        claim = cleaned_data.get("claim")
        if claim and not Publication.objects.current().filter(claim=claim).exists():
            self.add_error("claim", gettext("You can request a correction only for a published claim."))
        return cleaned_data


#: The steps that can be recorded after a request was made.
_STEPS = [choice for choice in _State.choices if choice[0] != _State.ASKED]


class StepForm(forms.Form):
    """A form for recording a step: its kind, date and note."""

    kind = forms.ChoiceField(label=_("Step"), choices=_STEPS, widget=forms.Select({"class": "desk-input"}))
    on_day = forms.DateField(
        label=_("Date"), widget=forms.DateInput({"class": "desk-input", "type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("The answer or correction. Public if the request is public."),
        required=False,
        widget=forms.Textarea({"class": "desk-input", "rows": 3, "dir": "auto"}),
    )


@admin.register(Rectification)
class RectificationAdmin(QueueOrder, DeskAdmin):
    form = RectificationForm
    list_display = ("outlet", "claim", "state_badge", "asked_on", "last_step_on", "is_public")
    list_filter = (QueueFilter, "state", "is_public")
    list_select_related = ("claim",)
    search_fields = ("outlet", "url")
    ordering = ("-pk",)
    autocomplete_fields = ("claim",)
    change_form_outer_before_template = "admin/desk/rectification_top.html"

    def has_delete_permission(self, request: HttpRequest, obj: Rectification | None = None) -> bool:
        """Return False: correction requests cannot be deleted, not even by superusers."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Rectification | None = None) -> tuple[str, ...]:
        return ("claim", "asked_on") if obj else ()

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, row: Rectification) -> SafeString:
        return render_badge(row.get_state_display(), _BADGE_TONES.get(row.state, "waiting"))

    def build_page_context(self, request: HttpRequest, row: Any, /) -> dict[str, Any]:
        return {"row": row, "steps": list(row.steps.all())}

    @row_action(
        _("Record"),
        is_offered=lambda row, person: row.state != _State.CORRECTED,
        form=StepForm,
        initial=lambda row: {"on_day": localdate()},
    )
    def step(self, request: HttpRequest, row: Rectification, *, kind: str, on_day: date, note: str) -> str:
        requests.add_step(row, kind, day=on_day, note=note, by=get_person(request))
        return gettext("Recorded.")
