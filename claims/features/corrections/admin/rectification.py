"""Correction requests to other publications, with their outcomes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.features.corrections import requests
from claims.features.corrections.models import Rectification
from claims.models import Publication
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, change_page, get_person
from factcheck.admin.versions import DeskForm

_STATE = Rectification.State
_TONES: dict[str, Tone] = {_STATE.CORRECTED: "good", _STATE.REFUSED: "bad"}


class RectificationForm(DeskForm):
    class Meta:
        model = Rectification
        fields = ("claim", "outlet", "url", "asked_on", "is_public")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        claim = cleaned.get("claim")
        if claim and not Publication.objects.current().filter(claim=claim).exists():
            self.add_error(
                "claim", gettext("Only a published claim can be a reason to ask for a correction.")
            )
        return cleaned


#: What can happen to a request.
_STEPS = [choice for choice in _STATE.choices if choice[0] != _STATE.ASKED]


class StepForm(forms.Form):
    """A form for one step: its kind and date."""

    kind = forms.ChoiceField(choices=_STEPS)
    on_day = forms.DateField()
    note = forms.CharField(required=False)


@admin.register(Rectification)
class RectificationAdmin(QueueOrder, DeskAdmin):
    form = RectificationForm
    list_display = ("outlet", "claim", "state_badge", "asked_on", "moved_on", "is_public")
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
        return render_badge(row.get_state_display(), _TONES.get(row.state, "waiting"))

    def save_model(self, request: HttpRequest, obj: Rectification, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = get_person(request)
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        step = self.admin_site.admin_view(self.step_view)
        return [path("<int:pk>/step/", step, name="corrections_rectification_step"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row:
            context |= {
                "row": row,
                "steps": list(row.steps.all()),
                "kinds": _STEPS,
                "may_step": row.state != _STATE.CORRECTED and self.has_change_permission(request, row),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def step_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record a step."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if request.method == "POST":
            form = StepForm(request.POST)
            if not form.is_valid():
                messages.error(request, gettext("Choose what happened, and the day."))
                return HttpResponseRedirect(change_page(row))
            cleaned = form.cleaned_data
            try:
                requests.add_step(
                    row, cleaned["kind"], on=cleaned["on_day"], note=cleaned["note"], by=get_person(request)
                )
            except (NotAllowed, NotPossible) as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, gettext("Recorded."))
        return HttpResponseRedirect(change_page(row))
