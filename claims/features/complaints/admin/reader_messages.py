"""Shared behaviour of the pages for complaints and requests: read-only messages, and decisions about held ones."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.admin.list_filters import QueueOrder
from claims.features.complaints import quarantine
from claims.features.complaints.models import ContactDetails, ReaderStep, SpamSign
from claims.newsroom.refusals import NotAllowed, NotInRole, NotPossible
from factcheck.admin.base import DeskAdmin, LookOnly, change_page, get_person
from factcheck.database.rules import describe_refusal

#: Does what a button asks for; what it says is shown above the page that comes next.
MessageAction = Callable[[HttpRequest, Any, User], str]


class ReaderMessageAdmin(QueueOrder, LookOnly, DeskAdmin):
    """The list of readers' messages, and a page for each with its actions. Senders are visible only to people with
    that permission.
    """

    #: As what its steps are written down.
    subject: ClassVar[str]
    #: By the last part of a button's address: what it does.
    button_actions: ClassVar[dict[str, MessageAction]] = {}
    page_template: ClassVar[str]
    #: Who decides.
    deciding: ClassVar[str]
    list_per_page = 30
    actions = ("let_selected_through", "mark_selected_as_spam")

    # One of them ------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = self.opts.model_name
        own = [
            path(
                f"<int:pk>/{button}/",
                self.admin_site.admin_view(self._make_button_view(button)),
                name=f"complaints_{name}_{button}",
            )
            for button in [*self.button_actions, "let-through", "spam"]
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the message, its history, and the possible actions."""
        row = self._get_row(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # it is changed by its buttons alone
        return self.page(request, row)

    def page(self, request: HttpRequest, row: Any, *, refusal: str = "") -> HttpResponse:
        """Render the page of a row, keeping the typed values if they were rejected."""
        person = get_person(request)
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "subtitle": None,
            "opts": self.opts,
            "row": row,
            "refusal": refusal,
            "typed": request.POST,
            "may_decide": self._may_decide(request),
            "is_held": row.state == row.State.NEW,
            "held_because": [SpamSign(sign).label for sign in row.held_because],
            "steps": self._list_steps(row),
            "may_see_contacts": person.has_perm("complaints.view_contactdetails"),
            "contacts": self._list_contacts(row) if person.has_perm("complaints.view_contactdetails") else [],
            **self.build_page_context(request, row),
        }
        return TemplateResponse(request, self.page_template, context, status=409 if refusal else 200)

    def build_page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return additional template context."""
        return {}

    def _make_button_view(self, name: str) -> Callable[..., HttpResponse]:
        def handle_button(request: HttpRequest, pk: int) -> HttpResponse:
            if not self._may_decide(request):
                raise PermissionDenied
            row = self._get_row(request, str(pk))
            if request.method != "POST":
                return HttpResponseRedirect(change_page(row))
            person = get_person(request)
            try:
                message = self._carry_out(name, request, row, person)
            except NotInRole as refusal:
                raise PermissionDenied(str(refusal)) from None
            except (NotPossible, NotAllowed) as refusal:
                return self.page(request, self._get_row(request, str(pk)), refusal=str(refusal))
            except IntegrityError as refusal:
                return self.page(request, self._get_row(request, str(pk)), refusal=describe_refusal(refusal))
            if message:
                messages.success(request, message)
            return HttpResponseRedirect(self.choose_next_page(request, name, row))

        return handle_button

    def _carry_out(self, name: str, request: HttpRequest, row: Any, person: User) -> str:
        if name == "let-through":
            quarantine.release_messages([row], by=person)
            return gettext("Released: the sender is asked to confirm it.")
        if name == "spam":
            quarantine.mark_as_spam([row], by=person)
            return gettext("Marked as spam. The email address was deleted.")
        return type(self).button_actions[name](request, row, person)

    def choose_next_page(self, request: HttpRequest, name: str, row: Any) -> str:
        """Return the page to show after a button."""
        return change_page(row)

    def _get_row(self, request: HttpRequest, pk: str) -> Any:
        """Return the row, if the person may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, pk)
        if row is None:
            raise Http404
        return row

    def _may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.deciding)

    def _list_steps(self, row: Any) -> list[dict[str, Any]]:
        """Return the steps in order."""
        found = ReaderStep.objects.filter(subject=self.subject, number=row.pk).select_related("assigned_to")
        labels = dict(row.State.choices)
        return [
            {
                "at": step.at,
                "by": step.by_name,
                "after": labels.get(step.after, step.after),
                "to": step.assigned_to,
            }
            for step in found
        ]

    def _list_contacts(self, row: Any) -> list[ContactDetails]:
        of = {self.subject: row}
        return list(ContactDetails.objects.filter(**of).order_by("pk")[:100])

    # Held back --------------------------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self._may_decide(request)

    @admin.action(description=_("Not spam: ask the sender to confirm"), permissions=["decide"])
    def let_selected_through(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        number = quarantine.release_messages(rows, by=get_person(request))
        messages.success(request, ngettext("%d message released.", "%d messages released.", number) % number)

    @admin.action(description=_("Spam"), permissions=["decide"])
    def mark_selected_as_spam(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        number = quarantine.mark_as_spam(rows, by=get_person(request))
        messages.success(
            request, ngettext("%d message marked as spam.", "%d messages marked as spam.", number) % number
        )
