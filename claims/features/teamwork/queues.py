"""Teamwork's additions to the dashboard: the person's own work, then everyone's overdue work."""

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.dashboard import Card, count_rows
from claims.admin.queues import ListedRow, Queue
from claims.features.teamwork.admin.assignment import (
    build_due_badge,
    build_priority_badge,
    build_work_state_badge,
    prefetch_work_states,
)
from claims.features.teamwork.assignments import TAKE_PERMISSION
from claims.features.teamwork.models import Assignment
from claims.features.teamwork.models.assignment import URGENCY_ORDERING
from factcheck.admin.base import get_page_url

#: More rows than in other lists, because this is the person's own work.
_MAX_SHOWN_ROWS = 8

QUEUES = {
    Assignment: {
        # Shown to everyone, so that one person's absence delays nothing.
        "overdue": Queue(
            gettext_lazy("All overdue work"),
            lambda rows, person: rows & Assignment.objects.overdue(timezone.localdate()),
            ("due_on", "pk"),
            "teamwork.view_assignment",
            "due_on",
        )
    }
}


def list_cards(person: User) -> Iterator[Card]:
    if not person.has_perm(TAKE_PERMISSION):
        return
    own_assignments = Assignment.objects.open().filter(person=person).select_related("claim")
    own_assignments = own_assignments.prefetch_related(*prefetch_work_states(person))
    work_count, first_assignments = count_rows(own_assignments.order_by(*URGENCY_ORDERING), _MAX_SHOWN_ROWS)
    page = reverse("admin:teamwork_assignment_changelist") + "?done=no&who=me"
    empty_text = _("Nothing is assigned to you at the moment. Take something from the queues.")
    yield Card(
        "work",
        _("My work"),
        work_count,
        page,
        [_build_row(row) for row in first_assignments],
        empty_text=empty_text,
    )


def _build_row(row: Assignment) -> ListedRow:
    description = format_html(
        "{} {} {}",
        build_due_badge(row.due_on),
        build_priority_badge(row.priority),
        build_work_state_badge(row),
    )
    return ListedRow(str(row.claim), get_page_url(row.claim), description)
