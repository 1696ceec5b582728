"""Teamwork's panels, column, filters and list action on the desk's pages of claims and verdicts."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from claims.features.teamwork.admin.assignment import build_assignment_context
from claims.features.teamwork.admin.assignment_list import AssignmentListMixin
from claims.features.teamwork.admin.comment_threads import build_comments_context
from claims.models import Claim, Verdict
from factcheck.admin.base import extend_desk, get_person


class _AssignmentPageMixin(AssignmentListMixin):
    """Mixin that shows the assignment panel on the pages of claims and verdicts."""

    def build_page_context(self, request: HttpRequest, row: Any, /) -> dict[str, Any]:
        row = self.get_stored_subject(request, row)  # type: ignore[attr-defined]  # a MovesAdmin
        context: dict[str, Any] = super().build_page_context(request, row)  # type: ignore[misc]  # a DeskAdmin
        panel = build_assignment_context(row, get_person(request)) | self.build_extra_context(request, row)
        return context | {"panels_first": ["admin/desk/assignment.html"]} | panel

    def build_extra_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {}


class _CommentPageMixin(_AssignmentPageMixin):
    """Mixin that also shows comments on a claim's page."""

    def build_extra_context(self, request: HttpRequest, row: Claim) -> dict[str, Any]:
        comments = build_comments_context(row, get_person(request))
        label = f"{_('Comments')} ({comments['talk_count']})" if comments["talk_count"] else _("Comments")
        return {
            "panels_last": ["admin/desk/comments.html"],
            "savebar_links": [("#comments", label)],
            **comments,
        }


extend_desk(Claim, _CommentPageMixin)
extend_desk(Verdict, _AssignmentPageMixin)
