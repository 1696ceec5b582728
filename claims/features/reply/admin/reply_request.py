"""The desk's pages of requests for reply: drafts, sent requests, their replies, and open requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.claim_page import render_claim_link
from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.admin.public_state import build_verdict_state_badge, prefetch_newest_publication
from claims.admin.status_badges import annotate_planned_time, annotate_signoffs_given, build_state_badge
from claims.features.reply import reply_requests
from claims.features.reply.admin.badges import build_reply_badge
from claims.features.reply.admin.reply_form import (
    REASON_FIELDSETS,
    REQUEST_FIELDSETS,
    ReceivedReplyForm,
    ReplyRequestForm,
    SentAtForm,
    build_initial_values,
)
from claims.features.reply.admin.reply_panel import may_draft_update
from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_document import describe_reason
from claims.models import Verdict
from claims.review.verdict_drafts import may_edit
from factcheck.admin.base import DeskAdmin, get_page_url, get_person, is_cascade_deletion
from factcheck.admin.row_actions import desk_page, explain_refusal, row_action
from factcheck.django_internals import replace_object
from factcheck.refusals import ActionRefused

_CHANGE_PERMISSION = "reply.change_replyrequest"


@admin.register(ReplyRequest)
class ReplyRequestAdmin(QueueOrder, DeskAdmin):
    form = ReplyRequestForm
    list_display = ("party_name", "claim_statement", "reply_badge", "verdict_badge", "sender_name")
    list_filter = (
        QueueFilter,
        ("channel", ChoicesDropdownFilter),
        ("not_asked", ChoicesDropdownFilter),
        ("answer_display", ChoicesDropdownFilter),
    )
    list_select_related = ("claimant", "sent_by")
    search_fields = ("verdict__claim__statement",)
    search_help_text = gettext_lazy("Search by words in the claim")
    ordering = ("-pk",)
    change_form_outer_before_template = "admin/desk/reply_top.html"

    # The list ---------------------------------------------------------------------------------------------------------

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        super().prepare(request, rows)
        verdicts = annotate_planned_time(annotate_signoffs_given(Verdict.objects.select_related("claim")))
        prefetch_related_objects(
            rows, Prefetch("verdict", verdicts), prefetch_newest_publication("verdict__claim__")
        )

    @admin.display(description=gettext_lazy("recipient"))
    def party_name(self, row: ReplyRequest) -> str:
        return row.recipient_name

    @admin.display(description=gettext_lazy("claim"))
    def claim_statement(self, row: ReplyRequest) -> SafeString:
        return format_html('<span class="desk-statement" dir="auto">{}</span>', row.verdict.claim)

    @admin.display(description=gettext_lazy("reply"), ordering="answer_by")
    def reply_badge(self, row: ReplyRequest) -> SafeString:
        return build_reply_badge(row)

    @admin.display(description=gettext_lazy("verdict"))
    def verdict_badge(self, row: ReplyRequest) -> SafeString:
        return build_verdict_state_badge(row.verdict)

    @admin.display(description=gettext_lazy("requested by"))
    def sender_name(self, row: ReplyRequest) -> str:
        return row.sent_by_name or "–"

    # Permissions ------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: ReplyRequest | None = None) -> bool:
        """Return whether the person may edit the request. After it was sent or its verdict submitted, nobody may."""
        return super().has_change_permission(request, obj) and (
            obj is None
            or (may_edit(obj.verdict, get_person(request)) and not obj.mail_asked_at and not obj.message_id)
        )

    def has_delete_permission(self, request: HttpRequest, obj: ReplyRequest | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None
            or may_edit(obj.verdict, get_person(request))
            or is_cascade_deletion(request, "claims_claim_delete", "claims_verdict_delete")
        )

    # The form ---------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: ReplyRequest | None = None) -> Any:
        is_reason = bool(obj.not_asked) if obj else "not_asked" in request.GET
        return REASON_FIELDSETS if is_reason else REQUEST_FIELDSETS

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form_class = super().get_form(request, obj, change, **kwargs)
        form_class.verdict = obj.verdict if obj else self._find_verdict(request)
        return form_class

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("text", "not_asked_note"):
            rows = 16 if db_field.name == "text" else 3
            field.widget.attrs |= {"rows": rows, "dir": "auto", "class": "desk-input"}
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        verdict = self._find_verdict(request)
        if verdict is None or "not_asked" in request.GET:
            return {}
        return build_initial_values(verdict, get_person(request), request.GET.get("language", ""))

    def _find_verdict(self, request: HttpRequest) -> Verdict | None:
        """Return the verdict named in the URL if the person may read it, otherwise None."""
        text = request.GET.get("verdict", "")
        rows = Verdict.objects.readable_by(get_person(request)).select_related("claim__claimant", "publisher")
        return rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        verdict = self._find_verdict(request)
        if verdict is None or not may_edit(verdict, get_person(request)):
            messages.error(request, _("Start from a draft verdict, under “Right of reply”."))
            return HttpResponseRedirect(reverse("admin:reply_replyrequest_changelist"))
        return super().add_view(request, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: ReplyRequest, form: forms.ModelForm, change: bool
    ) -> None:
        assert isinstance(form, ReplyRequestForm)  # noqa: S101  the form of this page
        person = get_person(request)
        if change:
            replace_object(obj, reply_requests.edit_request(obj, by=person, **form.values()))
        else:
            assert form.verdict is not None  # noqa: S101  asked before
            replace_object(obj, reply_requests.add_request(form.verdict, by=person, **form.values()))

    def delete_model(self, request: HttpRequest, obj: ReplyRequest) -> None:
        reply_requests.remove_request(obj, by=get_person(request))

    def response_add(
        self, request: HttpRequest, obj: ReplyRequest, post_url_continue: str | None = None
    ) -> HttpResponse:
        if obj.not_asked:
            messages.success(request, _("Saved. Readers see the reason beside the verdict."))
            return HttpResponseRedirect(_build_page_path(obj.verdict))
        messages.success(
            request, _("Saved. Send the request now, or pass it on yourself and mark it as sent.")
        )
        return HttpResponseRedirect(get_page_url(obj))

    def response_change(self, request: HttpRequest, obj: ReplyRequest) -> HttpResponse:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(_build_page_path(obj.verdict) if obj.not_asked else get_page_url(obj))

    # The page ---------------------------------------------------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        verdict = row.verdict if row else self._find_verdict(request)
        if verdict:
            context |= _build_verdict_context(verdict)
        if row:
            context |= _build_request_context(
                row, get_person(request), self.has_change_permission(request, row)
            )
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    @row_action(gettext_lazy("Send by email"), permission=_CHANGE_PERMISSION, look="main")
    def send_mail(self, request: HttpRequest, row: ReplyRequest) -> str:
        reply_requests.queue_mail(row, by=get_person(request))
        return _("The request will be sent within a minute. Any reply will be sent to you.")

    @row_action(gettext_lazy("Mark as sent"), permission=_CHANGE_PERMISSION, form=SentAtForm, look="main")
    def mark_sent(self, request: HttpRequest, row: ReplyRequest, at: datetime | None) -> str:
        row = reply_requests.mark_sent(row, by=get_person(request), at=at)
        return _("Marked as sent on %s.") % date_format(timezone.localtime(row.sent_at), "DATETIME_FORMAT")

    @row_action(gettext_lazy("Cancel sending"), permission=_CHANGE_PERMISSION)
    def cancel_mail(self, request: HttpRequest, row: ReplyRequest) -> str:
        reply_requests.stop_mail(row, by=get_person(request))
        return _("Stopped: no email will be sent.")

    @row_action(gettext_lazy("Draft an update with this reply"), permission=_CHANGE_PERMISSION, look="main")
    def draft_update(self, request: HttpRequest, row: ReplyRequest) -> HttpResponse:
        draft = reply_requests.draft_update(row, by=get_person(request))
        messages.success(request, _("Draft created with the reply. Check the public note, then submit it."))
        return HttpResponseRedirect(_build_page_path(draft))

    @desk_page("<int:pk>/answer/")
    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record the reply from the form. If the reply is rejected, show the form again with the typed text."""
        row = self.get_row(request, pk, _CHANGE_PERMISSION)
        person = get_person(request)
        form = ReceivedReplyForm(request.POST or None, initial=_build_initial_reply(row))
        if request.method == "POST" and form.is_valid():
            try:
                reply = reply_requests.record_reply(row, form.received_reply, by=person)
            except PermissionDenied:
                raise
            except (ActionRefused, IntegrityError) as refusal:
                form.add_error(None, explain_refusal(refusal))
            else:
                messages.success(request, _describe_saved_request(reply))
                return HttpResponseRedirect(get_page_url(reply))
        context = {
            **_build_verdict_context(row.verdict),
            "title": _("Reply from %s") % row.recipient_name,
            "row": row,
            "form": form,
            "back": get_page_url(row),
            "channels": ReplyRequest.Channel.choices,
            "display_choices": ReplyRequest.AnswerDisplay.choices,
        }
        return self.show_page(request, "reply_answer", context)


def _describe_saved_request(row: ReplyRequest) -> str:
    state = row.verdict.state
    if state == Verdict.State.PUBLISHED:
        return _("Saved. Readers do not see the reply yet: draft an update that includes it.")
    if state == Verdict.State.IN_REVIEW:
        return _(
            "Saved. Everyone who signed off must do so again, because the reply is published with the verdict."
        )
    return _("Saved. This will be published with the verdict.")


def _build_initial_reply(row: ReplyRequest) -> dict[str, Any]:
    """Return the initial values of the form for the reply."""
    if row.answered_at:
        names = ("answered_at", "answer_channel", "answer", "answer_display", "excerpt", "statement")
        return {name: getattr(row, name) for name in names}
    return {
        "answered_at": timezone.localtime().replace(second=0, microsecond=0),
        "answer_channel": row.channel,
        "answer_display": ReplyRequest.AnswerDisplay.FULL,
    }


def _build_page_path(verdict: Verdict) -> str:
    """Return the URL of the replies panel on the page of the verdict's claim."""
    return f"{get_page_url(verdict.claim)}#right-of-reply"


def _build_verdict_context(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "verdict_page": _build_page_path(verdict),
        "verdict_badge": build_state_badge(verdict),
        "claim_link": render_claim_link(verdict.claim),
    }


def _build_request_context(row: ReplyRequest, person: User, is_editable: bool) -> dict[str, Any]:
    may_change = person.has_perm(_CHANGE_PERMISSION)
    is_draft = row.verdict.state == Verdict.State.DRAFT
    return {
        "row": row,
        "row_badge": build_reply_badge(row),
        "reason": row.not_asked_note or describe_reason(row.not_asked, row.verdict.language),
        "text_as_sent": reply_requests.build_final_text(row),
        "may_send": is_editable and not row.sent_at and not row.not_asked,
        "may_mail": is_editable and not row.sent_at and row.channel == ReplyRequest.Channel.EMAIL,
        "may_stop": may_change and is_draft and row.mail_asked_at and not row.sent_at,
        "may_answer": may_change and row.sent_at and (is_draft or not row.answered_at),
        "may_draft_update": may_draft_update(row, person),
    }
