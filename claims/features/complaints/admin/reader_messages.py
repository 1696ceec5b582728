"""The base class of the desk's pages for complaints and requests, with the button that releases held messages."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.admin.list_filters import QueueOrder
from claims.features.complaints import quarantine
from claims.features.complaints.models import ContactDetails, ReaderStep, SpamSign
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_person
from factcheck.admin.row_actions import Button, row_action

_STATE_TONES: dict[str, Tone] = {
    "confirmed": "waiting",
    "in_progress": "active",
    "taken_up": "active",
    "answered": "good",
    "spam": "bad",
}


class ReaderMessageAdmin(QueueOrder, ReadOnlyAdmin, DeskAdmin):
    """The list of readers' messages, and a page for each. Senders are shown only to people who decide on messages."""

    #: The model's name in `ReaderStep`.
    subject: ClassVar[str]
    page_template: ClassVar[str]
    #: The permission needed to decide.
    decide_permission: ClassVar[str]
    list_per_page = 30
    actions = ("release_selected", "mark_selected_as_spam")

    @admin.display(description=_("state"), ordering="state")
    def progress_badge(self, row: Any) -> SafeString:
        """Return the state of a message, and the outcome of a complaint, as a badge."""
        if row.state == row.State.NEW:
            return render_badge(gettext("Held for review"), "waiting")
        label = row.get_state_display()
        if getattr(row, "outcome", ""):
            label = f"{label}: {row.get_outcome_display()}"
        return render_badge(label, _STATE_TONES.get(row.state, "faded"))

    # The page of a message ------------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the message, its history, and the possible actions."""
        row = self.get_row(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # messages are changed only by the buttons
        return self.render_message_page(request, row)

    def render_message_page(self, request: HttpRequest, row: Any, *, refusal: str = "") -> HttpResponse:
        """Render the page of a message. After a refusal, the forms keep the values that were sent."""
        person = get_person(request)
        context = {
            "title": str(row),
            "row": row,
            "state": self.progress_badge(row),
            "refusal": refusal,
            "values": request.POST,
            "may_decide": self._may_decide(request),
            "is_held": row.state == row.State.NEW,
            "spam_signs": [SpamSign(spam_sign).label for spam_sign in row.held_because],
            "steps": self._list_state_changes(row),
            "may_see_contacts": person.has_perm("complaints.view_contactdetails"),
            "contacts": self._find_contacts(row) if person.has_perm("complaints.view_contactdetails") else [],
            **self.build_page_context(request, row),
        }
        return self.show_page(request, self.page_template, context, status=409 if refusal else 200)

    @row_action(_("Not spam: ask the sender to confirm"), permission="decide", look="main")
    def release(self, request: HttpRequest, row: Any) -> str:
        quarantine.release_messages([row], by=get_person(request))
        return gettext("Released: the sender is asked to confirm it.")

    @row_action(_("Spam"), permission="decide")
    def mark_as_spam(self, request: HttpRequest, row: Any) -> str:
        quarantine.mark_as_spam([row], by=get_person(request))
        return gettext("Marked as spam. The email address was deleted.")

    def show_refusal(self, request: HttpRequest, row: Any, button: Button, refusal: str) -> HttpResponseBase:
        """Show the message's page again, with the reason for the refusal and the values that were sent."""
        return self.render_message_page(request, self.get_row(request, row.pk), refusal=refusal)

    def _may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.decide_permission)

    def _list_state_changes(self, row: Any) -> list[dict[str, Any]]:
        """Return the changes of the message's state in order, for display."""
        steps = ReaderStep.objects.filter(subject=self.subject, number=row.pk).select_related("assigned_to")
        labels = dict(row.State.choices)
        return [
            {
                "at": step.at,
                "by": step.by_name,
                "after": labels.get(step.after, step.after),
                "to": step.assigned_to,
            }
            for step in steps
        ]

    def _find_contacts(self, row: Any) -> list[ContactDetails]:
        subject_filter = {self.subject: row}
        return list(ContactDetails.objects.filter(**subject_filter).order_by("pk")[:100])

    # Held messages --------------------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self._may_decide(request)

    @admin.action(description=_("Not spam: ask the sender to confirm"), permissions=["decide"])
    def release_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        released_count = quarantine.release_messages(rows, by=get_person(request))
        messages.success(
            request,
            ngettext("%d message released.", "%d messages released.", released_count) % released_count,
        )

    @admin.action(description=_("Spam"), permissions=["decide"])
    def mark_selected_as_spam(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        marked_count = quarantine.mark_as_spam(rows, by=get_person(request))
        messages.success(
            request,
            ngettext("%d message marked as spam.", "%d messages marked as spam.", marked_count)
            % marked_count,
        )
