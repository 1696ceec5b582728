"""Every move of the workflow, as it happened. To look at only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from claims.admin.claim_history import label_of, state_change
from claims.models import Transition
from factcheck.admin.base import DeskAdmin, LookOnly


@admin.register(Transition)
class TransitionAdmin(LookOnly, DeskAdmin):
    list_display = ("at", "what", "states", "claim", "actor_name", "note")
    list_filter = ("action", ("actor", AutocompleteSelectFilter))
    list_select_related = ("claim",)
    search_fields = ("claim__statement", "actor_name", "note")
    date_hierarchy = "at"
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
        return state_change(transition)
