"""Teamwork's additions to the pages of claims and verdicts: panels, a column, filters, and a list action."""

from typing import Any

from django.http import HttpRequest

from claims.features.teamwork.admin.assignment import build_assignment_context
from claims.features.teamwork.admin.assignment_list import AssignedList
from claims.features.teamwork.admin.comment_threads import build_comments_context
from claims.models import Claim, Verdict
from factcheck.admin.base import extend_desk, get_person


class _WorkPanel(AssignedList):
    """Mixin for the pages of claims and verdicts that shows the assignee."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = self.get_stored(request, kwargs.get("obj"))  # type: ignore[attr-defined]  # a MovesAdmin
        if row and kwargs.get("change"):
            context["panels_first"] = ["admin/desk/assignment.html"]
            context |= build_assignment_context(row, get_person(request))
            context |= self.build_more(request, row)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]  # a DeskAdmin

    def build_more(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {}


class _CommentedPage(_WorkPanel):
    """Mixin for a claim's page that also shows comments."""

    def build_more(self, request: HttpRequest, row: Claim) -> dict[str, Any]:
        return {
            "panels_last": ["admin/desk/comments.html"],
            **build_comments_context(row, get_person(request)),
        }


extend_desk(Claim, _CommentedPage)
extend_desk(Verdict, _WorkPanel)
