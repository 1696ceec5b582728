"""The desk's pages for readers' requests: a list with the most frequent first, and the decisions about a request."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.list_filters import LanguageFilter, QueueFilter
from claims.admin.similar_claims import find_similar_claims
from claims.features.complaints import request_moves
from claims.features.complaints.admin.reader_messages import ReaderMessageAdmin
from claims.features.complaints.models import ReaderPicture, ReaderRequest, ReaderStep
from claims.models import Claim
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.newsroom.refusals import NotPossible
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.row_actions import desk_page, row_action


def _find_named_claim(request: HttpRequest) -> Claim:
    """Return the claim that the submitted form names by its number or by its URL on this site."""
    text = request.POST.get("claim", "").strip()
    number = next((path_part for path_part in text.split("/") if path_part.isdecimal()), "")
    rows = Claim.objects.readable_by(get_person(request)).select_related("merged_into")
    chosen_claim = rows.filter(pk=int(number)).first() if number and len(number) < 19 else None
    if chosen_claim is None:
        raise NotPossible(gettext("Enter the claim’s number, or the address of its page."))
    return chosen_claim


@admin.register(ReaderRequest)
class ReaderRequestAdmin(ReaderMessageAdmin):
    subject = ReaderStep.Subject.REQUEST
    list_display = (
        "request_text",
        "progress_badge",
        "requested_by",
        "confirmed_at",
        "last_asked_at",
        "language",
    )
    list_filter = (QueueFilter, ("state", ChoicesDropdownFilter), LanguageFilter)
    list_select_related = ("claim",)
    search_fields = ("text", "address")
    search_help_text = _("Search by words in the text or address")
    ordering = ("-pk",)
    decide_permission = request_moves.DECIDE_PERMISSION
    page_template = "reader_request"

    @desk_page("<int:pk>/picture/")
    def picture_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Serve the picture with headers that prevent browsers from executing any of its content."""
        row = self.get_row(request, pk)
        picture = ReaderPicture.objects.filter(request=row).first()
        if picture is None:
            raise Http404
        response = HttpResponse(bytes(picture.content), content_type=picture.media_type)
        response["Content-Disposition"] = "inline"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        return response

    @row_action(_("Create a claim"), permission="decide")
    def propose_claim(self, request: HttpRequest, reader_request: ReaderRequest) -> HttpResponse:
        values = request.POST
        claim = request_moves.propose_claim(
            reader_request,
            statement=values.get("statement", ""),
            language=values.get("language", "").strip(),
            by=get_person(request),
        )
        messages.success(request, gettext("Proposed. The readers will be notified when it is published."))
        return HttpResponseRedirect(get_page_url(claim))

    @row_action(_("Being checked"), permission="decide")
    def link_claim(self, request: HttpRequest, reader_request: ReaderRequest) -> str:
        reader_request = request_moves.link_claim(
            reader_request, _find_named_claim(request), by=get_person(request)
        )
        if reader_request.state == ReaderRequest.State.ANSWERED:
            return gettext("Answered: every reader who asked will receive an email.")
        return gettext("The readers will be notified when that claim is published.")

    @row_action(_("Already checked"), permission="decide")
    def answer(self, request: HttpRequest, reader_request: ReaderRequest) -> str:
        answer = request.POST.get("answer", "")
        request_moves.answer_with_claim(
            reader_request, _find_named_claim(request), answer=answer, by=get_person(request)
        )
        return gettext("Answered: every reader who asked will receive an email.")

    @row_action(_("Will not be checked"), permission="decide")
    def decline(self, request: HttpRequest, reader_request: ReaderRequest) -> str:
        request_moves.decline_request(
            reader_request, reason=request.POST.get("reason", ""), by=get_person(request)
        )
        return gettext("Declined: every reader who asked will receive the reason by email.")

    @admin.display(description=_("request"))
    def request_text(self, reader_request: ReaderRequest) -> SafeString:
        text = str(reader_request) if not reader_request.erased_at else gettext("(deleted by the reader)")
        return format_html('<span class="desk-statement" dir="auto">{}</span>', text)

    @admin.display(description=_("requested by"), ordering="reader_count")
    def requested_by(self, reader_request: ReaderRequest) -> str:
        return ngettext("%d reader", "%d readers", reader_request.reader_count) % reader_request.reader_count

    def build_page_context(self, request: HttpRequest, row: ReaderRequest) -> dict[str, Any]:
        has_picture = bool(row.picture_key) and ReaderPicture.objects.filter(request=row).exists()
        return {
            "reader_request": row,
            "requested_by": self.requested_by(row),
            "claim_page": get_page_url(row.claim) if row.claim else "",
            "picture_page": reverse("admin:complaints_readerrequest_picture", args=[row.pk])
            if has_picture
            else "",
            "similar": find_similar_claims(row.text, person=get_person(request)) if row.is_open else [],
            "statement": row.text[:MAX_STATEMENT_LENGTH],
            "may_propose": request.user.has_perm("claims.add_claim"),
        }
