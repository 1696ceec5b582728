"""The list, board and calendar of assigned work, and the views behind the buttons of the assignment panel."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.features.teamwork import assignments
from claims.features.teamwork.admin.assignment import (
    build_due_badge,
    build_priority_badge,
    build_work_state_badge,
    prefetch_work_states,
    run_assignment_action,
)
from claims.features.teamwork.admin.assignment_filters import (
    AssigneeFilter,
    DueDateFilter,
    FinishedWorkFilter,
)
from claims.features.teamwork.admin.board import BoardFilters, build_board_context
from claims.features.teamwork.admin.calendar import build_calendar_context
from claims.features.teamwork.assignments import Subject
from claims.features.teamwork.models import Assignment, Priority
from claims.models import Claim, Verdict
from claims.newsroom.people import get_display_name
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages, desk_page


@admin.register(Assignment)
class AssignmentAdmin(QueueOrder, ReadOnlyAdmin, DeskAdmin):
    """A read-only list of all assignments. Work is reassigned on the pages of claims and verdicts."""

    list_display = ("subject_link", "state_badge", "assignee", "due", "priority_badge", "since", "by_name")
    list_display_links = None
    list_filter = (
        QueueFilter,
        FinishedWorkFilter,
        AssigneeFilter,
        DueDateFilter,
        ("priority", ChoicesDropdownFilter),
    )
    list_select_related = ("claim", "verdict", "person")
    deleted_by_pages = ("claims_claim_delete", "claims_verdict_delete", "auth_user_delete")
    search_fields = ("claim__statement", "note")
    search_help_text = _("Search by words in the claim or note")
    ordering = ("-pk",)
    fields = ("claim", "verdict", "assignee", "since", "due_on", "priority", "by_name", "note", "done_at")

    def prepare(self, request: HttpRequest, rows: Sequence[Assignment]) -> None:
        super().prepare(request, rows)
        prefetch_related_objects(rows, *prefetch_work_states(get_person(request)))

    @admin.display(description=_("assigned work"))
    def subject_link(self, row: Assignment) -> SafeString:
        subject = row.verdict or row.claim

        return format_html(
            '<a class="desk-statement desk-link" dir="auto" href="{}">{}</a>',
            get_page_url(subject),
            row.claim,
        )

    @admin.display(description=_("state"))
    def state_badge(self, row: Assignment) -> SafeString:
        return build_work_state_badge(row)

    @admin.display(description=_("assigned to"), ordering="person__first_name")
    def assignee(self, row: Assignment) -> str:
        assignee = assignments.get_assignee(row)
        return get_display_name(assignee) if assignee else "–"

    @admin.display(description=_("due"), ordering="due_on")
    def due(self, row: Assignment) -> SafeString | str:
        return build_due_badge(row.due_on, is_done=row.done_at is not None) or "–"

    @admin.display(description=_("priority"), ordering="priority")
    def priority_badge(self, row: Assignment) -> SafeString | str:
        return build_priority_badge(row.priority) or str(Priority(row.priority).label)

    # The buttons ------------------------------------------------------------------------------------------------------

    @desk_page("<slug:kind>/<int:pk>/<slug:action>/")
    def action_view(self, request: HttpRequest, kind: str, pk: int, action: str) -> HttpResponse:
        """Perform a button's action: take, hand over, release, follow, or set the due date or priority."""
        subject = self._get_subject(request, kind, pk)
        if request.method == "POST":
            self._run_action(request, subject, action)
        return HttpResponseRedirect(get_page_url(subject))

    def _run_action(self, request: HttpRequest, subject: Subject, action: str) -> None:
        with RefusalMessages(request):
            messages.success(
                request, run_assignment_action(subject, action, request.POST, by=get_person(request))
            )

    # Board and calendar ---------------------------------------------------------------------------------------------

    @desk_page("board/")
    def board_view(self, request: HttpRequest) -> HttpResponse:
        """Show work in columns by progress."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"title": gettext("Board"), **build_board_context(request, get_person(request))}
        return self.show_page(request, "board", context)

    @desk_page("calendar/")
    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """Show the work that is due on each day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"title": gettext("Calendar"), **build_calendar_context(request, get_person(request))}
        return self.show_page(request, "calendar", context)

    @desk_page("board/move/")
    def board_move_view(self, request: HttpRequest) -> HttpResponse:
        """Move a card by the same action as a button on the page of the claim or verdict, and redirect to the board."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        board_query = BoardFilters.from_data(request.GET).query
        board = f"{reverse('admin:teamwork_assignment_board')}{'?' if board_query else ''}{board_query}"
        if request.method != "POST":
            return HttpResponseRedirect(board)
        kind, key, action = (request.POST.get(name, "") for name in ("subject", "pk", "action"))
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            raise Http404
        subject = self._get_subject(request, kind, int(key))
        if action in ("take", "release"):
            self._run_action(request, subject, action)
        else:
            model_admin: Any = self.admin_site.get_model_admin(type(subject))
            response: HttpResponse = model_admin.move_view(request, subject.pk, action)
            if response.status_code == HTTPStatus.OK:
                return response  # the response asks the person a question that must be answered first
        return HttpResponseRedirect(f"{board}#{kind}-{subject.pk}")

    def _get_subject(self, request: HttpRequest, kind: str, pk: int) -> Subject:
        """Return the claim or verdict with this id, if the person may read it."""
        models_by_kind: dict[str, type[Claim | Verdict]] = {"claim": Claim, "verdict": Verdict}
        if kind not in models_by_kind:
            raise Http404
        if not request.user.has_perm(f"claims.view_{kind}"):
            raise PermissionDenied
        rows: QuerySet[Any] = models_by_kind[kind].objects.readable_by(get_person(request))
        subject: Subject = get_object_or_404(rows, pk=pk)
        return subject
