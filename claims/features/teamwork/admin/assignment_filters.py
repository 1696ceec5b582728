"""Filters of lists by assignee, due date and priority."""

from abc import abstractmethod
from datetime import date, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from claims.features.teamwork import assignments
from claims.features.teamwork.models import Assignment, Priority
from claims.features.teamwork.models.assignment import AssignmentQuerySet
from claims.models import Verdict
from claims.newsroom.people import get_display_name
from factcheck.admin.base import get_person

#: The most people listed by name; the URL can filter by any other person as well.
_MAX_LISTED_PEOPLE = 100


def find_open_assignments(rows: QuerySet[Any]) -> AssignmentQuerySet:
    """Return a subquery of the open assignments of each row; the rows are claims, verdicts or assignments."""
    if rows.model is Assignment:
        return Assignment.objects.open().filter(pk=OuterRef("pk"))
    if rows.model is Verdict:
        # While there is work on a verdict, its claim's assignment applies to the verdict too, as in
        # `choose_assignment`.
        is_shared_assignment = Q(
            verdict=None,
            claim__verdicts=OuterRef("pk"),
            claim__verdicts__state__in=assignments.OPEN_STATES[Verdict],
        )
        return Assignment.objects.open().filter(
            Q(verdict=OuterRef("pk")) | is_shared_assignment, claim=OuterRef("claim")
        )
    return Assignment.objects.open().filter(claim=OuterRef("pk"))


class _AssignmentFilter(DropdownFilter):
    """A filter that only people who may see assignees can use."""

    @abstractmethod
    def list_choices(self) -> list[tuple[str, Any]]:
        """Return the values and labels to choose from."""

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return self.list_choices() if request.user.has_perm("teamwork.view_assignment") else []

    def has_output(self) -> bool:
        return bool(self.lookup_choices)

    def get_choice(self, request: HttpRequest) -> str:
        return str(self.value() or "") if request.user.has_perm("teamwork.view_assignment") else ""


class AssigneeFilter(_AssignmentFilter):
    title = _("assigned to")
    parameter_name = "who"

    def list_choices(self) -> list[tuple[str, Any]]:
        assigned_people = Assignment.objects.held().values("person")
        people = User.objects.filter(pk__in=assigned_people).order_by("first_name", "last_name", "username")
        choices = [(str(person.pk), get_display_name(person)) for person in people[:_MAX_LISTED_PEOPLE]]
        return [("me", _("Assigned to me")), ("nobody", _("Unassigned")), *choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        choice, work = self.get_choice(request), find_open_assignments(queryset)
        if choice == "nobody":
            return queryset.filter(~Exists(work.held()))
        if choice == "me":
            return queryset.filter(Exists(work.held().filter(person=get_person(request))))
        if choice.isascii() and choice.isdecimal() and len(choice) < 10:
            return queryset.filter(Exists(work.held().filter(person=int(choice))))
        return queryset


class DueDateFilter(_AssignmentFilter):
    title = _("due")
    parameter_name = "due"

    def list_choices(self) -> list[tuple[str, Any]]:
        return [
            ("overdue", _("Overdue")),
            ("today", _("Today")),
            ("week", _("Due within seven days")),
            ("none", _("No due date")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today, choice = timezone.localdate(), self.get_choice(request)
        condition = {
            "overdue": Q(due_on__lt=today),
            "today": Q(due_on=today),
            "week": Q(due_on__range=(today, today + timedelta(days=7))),
            "none": Q(due_on=None),
        }.get(choice)
        if condition is None:
            # Any other value is a date from the calendar.
            try:
                condition = Q(due_on=date.fromisoformat(choice))
            except ValueError:
                return queryset
        return queryset.filter(Exists(find_open_assignments(queryset).filter(condition)))


class PriorityFilter(_AssignmentFilter):
    title = _("priority")
    parameter_name = "priority"

    def list_choices(self) -> list[tuple[str, Any]]:
        return [
            (str(value), label) for value, label in reversed(Priority.choices) if value != Priority.NORMAL
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        choice = self.get_choice(request)
        if choice not in map(str, Priority.values):
            return queryset
        return queryset.filter(Exists(find_open_assignments(queryset).filter(priority=int(choice))))


class FinishedWorkFilter(DropdownFilter):
    """A filter that hides finished work unless the person asks to see it."""

    title = _("done")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [("no", _("To do")), ("yes", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        choice = {"no": True, "yes": False}.get(str(self.value() or ""))
        return queryset if choice is None else queryset.filter(done_at__isnull=choice)
