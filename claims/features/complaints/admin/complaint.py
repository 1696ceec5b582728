"""The desk's pages for readers' complaints: the queue with its deadlines, and a page for each complaint."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.admin.list_filters import QueueFilter
from claims.features.complaints import complaint_moves
from claims.features.complaints.admin.deadline_badge import build_deadline_badge
from claims.features.complaints.admin.reader_messages import ReaderMessageAdmin
from claims.features.complaints.models import Complaint, ReaderStep
from claims.features.complaints.submissions import ANSWER_PERMISSION
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.row_actions import row_action


@admin.register(Complaint)
class ComplaintAdmin(ReaderMessageAdmin):
    subject = ReaderStep.Subject.COMPLAINT
    list_display = (
        "claim_and_complaint",
        "progress_badge",
        "deadline_badge",
        "kind",
        "assigned_to",
        "received_at",
    )
    list_filter = (
        QueueFilter,
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("claim", AutocompleteSelectFilter),
        ("assigned_to", AutocompleteSelectFilter),
    )
    list_select_related = ("claim", "assigned_to")
    search_fields = ("text", "claim__statement")
    search_help_text = _("Search by words in the complaint or claim")
    ordering = ("-pk",)
    decide_permission = ANSWER_PERMISSION
    page_template = "complaint"

    @row_action(_("Assign to me"), permission="decide")
    def assign_to_self(self, request: HttpRequest, complaint: Complaint) -> str:
        complaint_moves.assign_complaint(complaint, get_person(request), by=get_person(request))
        return gettext("Assigned to you.")

    @row_action(_("Assign to someone"), permission="decide")
    def assign(self, request: HttpRequest, complaint: Complaint) -> str:
        choice = request.POST.get("person", "")
        assignee = (
            complaint_moves.find_complaint_handlers().filter(pk=choice).first()
            if choice.isdecimal()
            else None
        )
        if assignee is None:
            raise NotPossible(gettext("Choose who will answer the complaint."))
        complaint_moves.assign_complaint(complaint, assignee, by=get_person(request))
        return gettext("Assigned to %(person)s.") % {"person": get_display_name(assignee)}

    @row_action(_("Release"), permission="decide")
    def unassign(self, request: HttpRequest, complaint: Complaint) -> str:
        complaint_moves.unassign(complaint, by=get_person(request))
        return gettext("Released: anyone can now take it on.")

    @row_action(_("Start a correction"), permission="decide")
    def start_correction(self, request: HttpRequest, complaint: Complaint) -> HttpResponse:
        draft = complaint_moves.start_correction(complaint, by=get_person(request))
        messages.success(request, gettext("This draft is the correction for the complaint."))
        return HttpResponseRedirect(get_page_url(draft))

    @row_action(_("Answer"), permission="decide")
    def answer(self, request: HttpRequest, complaint: Complaint) -> str:
        values = request.POST
        complaint_moves.answer_complaint(
            complaint,
            outcome=values.get("outcome", ""),
            answer=values.get("answer", ""),
            reason=values.get("reason", ""),
            by=get_person(request),
        )
        return gettext("Answered: the reader will receive an email.")

    @row_action(_("Reject"), permission="decide")
    def reject(self, request: HttpRequest, complaint: Complaint) -> str:
        complaint_moves.reject_complaint(
            complaint, reason=request.POST.get("reason", ""), by=get_person(request)
        )
        return gettext("Rejected: the reader will receive the reason by email.")

    @admin.display(description=_("complaint"), ordering="claim__statement")
    def claim_and_complaint(self, complaint: Complaint) -> SafeString:
        text = complaint.text if len(complaint.text) <= 160 else complaint.text[:159] + "…"
        return format_html(
            '<span class="desk-statement" dir="auto"><span class="desk-reader-claim">{}</span>'
            '<span class="desk-quiet desk-reader-text" dir="auto">{}</span></span>',
            complaint.claim,
            text or gettext("(deleted by the reader)"),
        )

    @admin.display(description=_("time"), ordering="due_on")
    def deadline_badge(self, complaint: Complaint) -> SafeString | str:
        return build_deadline_badge(complaint)

    def build_page_context(self, request: HttpRequest, row: Complaint) -> dict[str, Any]:
        person = get_person(request)
        is_waiting = row.is_waiting
        return {
            "title": gettext("Complaint about “%s”") % row.claim,
            "complaint": row,
            "deadline_badge": build_deadline_badge(row),
            "claim_page": get_page_url(row.claim),
            "draft_page": get_page_url(row.correction) if row.correction else "",
            "outcomes": Complaint.Outcome.choices,
            "people": complaint_moves.find_complaint_handlers() if is_waiting else [],
            "is_mine": row.assigned_to_id == person.pk,
            "is_own_work": is_waiting and complaint_moves.is_author_of_verdict(row, person),
            "may_correct": person.has_perm("claims.add_verdict") and not row.entry_id,
        }
