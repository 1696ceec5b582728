"""Every move of the workflow, read-only."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter

from claims.admin.claim_history import LABELS, label_of
from claims.models import Transition
from factcheck.admin.base import DeskAdmin, LookOnly
from factcheck.admin.days_filter import DaysFilter


class ActionFilter(DropdownFilter):
    """The moves that the workflow knows."""

    title = _("move")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(action, str(label)) for action, label in LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Transition]) -> QuerySet[Transition]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Transition)
class TransitionAdmin(LookOnly, DeskAdmin):
    list_display = ("at", "what", "states", "claim", "actor_name", "note")
    list_filter = (ActionFilter, ("actor", AutocompleteSelectFilter), ("at", DaysFilter))
    sortable_by = ("at",)
    search_fields = ("claim__statement", "actor_name", "note")
    ordering = ("-pk",)
    fields = ("claim", "verdict", "what", "states", "actor_name", "at", "note")
    readonly_fields = ("what", "states")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transition]:
        return super().get_queryset(request).select_related("claim", "verdict__publisher", "verdict__rating")

    @admin.display(description=_("move"), ordering="action")
    def what(self, transition: Transition) -> str:
        return label_of(transition.action)

    @admin.display(description=_("states"))
    def states(self, transition: Transition) -> str:
        return transition.states
