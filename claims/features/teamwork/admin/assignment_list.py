"""Assignments in the lists of claims and verdicts: a column, and an action that assigns all selected rows."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.features.teamwork import assignments
from claims.features.teamwork.admin.assignment import (
    MAX_LISTED_PEOPLE,
    build_due_badge,
    build_priority_badge,
    find_person,
    parse_day,
    parse_priority,
)
from claims.features.teamwork.admin.assignment_filters import AssigneeFilter, DueDateFilter, PriorityFilter
from claims.features.teamwork.models import Assignment, Priority
from claims.models import Verdict
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from factcheck.admin.base import get_person
from factcheck.admin.row_actions import change_rows

#: The most rows assigned by one action, so that one click cannot keep the database busy for long; and the
#: most rows listed on its form.
_MAX_ASSIGNED_ROWS, _MAX_SHOWN_ROWS = 1_000, 20
#: The position of the column in a list.
_COLUMN_POSITION = 2
_FILTERS = (AssigneeFilter, DueDateFilter, PriorityFilter)


class AssignmentListMixin:
    """Mixin for the lists of claims and verdicts: a column, and the action “Assign…”.

    People who may not see assignees get neither the column nor the filters.
    """

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        super().prepare(request, rows)  # type: ignore[misc]  # a DeskAdmin
        if request.user.has_perm("teamwork.view_assignment"):
            prefetch_related_objects(rows, self._build_prefetch())

    def _build_prefetch(self) -> Prefetch:
        assignments = Assignment.objects.open().select_related("person").order_by("-pk")
        lists_verdicts = self.model is Verdict  # type: ignore[attr-defined]  # a ModelAdmin
        return Prefetch("claim__assignments" if lists_verdicts else "assignments", assignments)

    def get_default_columns(self, request: HttpRequest) -> list[str]:
        """Return the default columns, including the assignee."""
        columns: list[str] = super().get_default_columns(request)  # type: ignore[misc]  # a DeskAdmin
        if request.user.has_perm("teamwork.view_assignment"):
            columns.insert(_COLUMN_POSITION, "assignee_badge")
        return columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = tuple(super().get_list_filter(request))  # type: ignore[misc]  # a ModelAdmin
        if not request.user.has_perm("teamwork.view_assignment"):
            return filters
        return (*filters[:1], *_FILTERS, *filters[1:])

    @admin.display(description=_("assigned to"))
    def assignee_badge(self, row: Any) -> SafeString | str:
        """Render the assignee, the due date and, unless it is normal, the priority."""
        claim: Any = row.claim if isinstance(row, Verdict) else row
        assignment = assignments.choose_assignment(row, claim.assignments.all())
        if assignment is None:
            return "–"
        assignee = assignments.get_assignee(assignment)
        return format_html(
            '<span class="desk-work-cell"><b>{}</b> {} {}</span>',
            get_display_name(assignee) if assignee else gettext("unassigned"),
            build_due_badge(assignment.due_on),
            build_priority_badge(assignment.priority),
        )

    # Several together -------------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]  # a ModelAdmin
        if self.has_assign_permission(request):
            actions["assign_selected"] = self.get_action("assign_selected")  # type: ignore[attr-defined]  # a ModelAdmin
        return actions

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(assignments.ASSIGN_PERMISSION)

    @admin.action(description=_("Assign…"), permissions=["assign"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Show a form for the assignee, due date and priority; if the form was submitted, assign all selected rows."""
        row_count = len(queryset.order_by().values("pk")[: _MAX_ASSIGNED_ROWS + 1])
        if row_count > _MAX_ASSIGNED_ROWS:
            messages.error(request, gettext("Choose no more than %d at once.") % _MAX_ASSIGNED_ROWS)
            return None
        is_submitted = "person" in request.POST
        problem = ""
        if is_submitted:
            try:
                self._assign_rows(request, queryset)
            except NotPossible as refusal:
                problem = str(refusal)
            else:
                return None
        people = assignments.find_assignable_people(self.model)[:MAX_LISTED_PEOPLE]  # type: ignore[attr-defined]  # a ModelAdmin
        context = {
            "title": gettext("Assign"),
            "number": row_count,
            "rows": [getattr(row, "claim", row) for row in queryset[:_MAX_SHOWN_ROWS]],
            "others": max(row_count - _MAX_SHOWN_ROWS, 0),
            "keys": request.POST.getlist("_selected_action"),
            "across": request.POST.get("select_across", ""),
            "people": [(person.pk, get_display_name(person)) for person in people],
            "priorities": Priority.choices,
            "problem": problem,
            "values": request.POST,
        }
        return self.show_page(request, "assign_several", context)  # type: ignore[attr-defined]  # a DeskAdmin

    def _assign_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        data = request.POST
        assignee, due_on = find_person(data["person"]), parse_day(data.get("due_on", ""))
        priority_text = data.get("priority", "")
        priority = parse_priority(priority_text) if priority_text else assignments.KEEP_VALUE
        assign_row = partial(
            assignments.assign_work,
            to=assignee,
            by=get_person(request),
            due_on=assignments.KEEP_VALUE if due_on is None else due_on,
            priority=priority,
        )
        if assigned_count := change_rows(request, rows, assign_row, lambda row: getattr(row, "claim", row)):
            message = ngettext(
                "%(number)d task is now assigned to %(who)s.",
                "%(number)d tasks are now assigned to %(who)s.",
                assigned_count,
            )
            messages.success(request, message % {"who": get_display_name(assignee), "number": assigned_count})
