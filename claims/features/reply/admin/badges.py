"""Badges that show the state and the deadline of requests for reply."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from claims.features.reply.models import ReplyRequest
from factcheck.admin.badges import render_badge


def build_reply_badge(row: ReplyRequest) -> SafeString:
    """Return the state of a request for reply as a badge."""
    if row.not_asked:
        return render_badge(gettext("Not asked, with a reason"), "neutral")
    if row.answered_at:
        return render_badge(gettext("Replied"), "good")
    if row.sent_at:
        return build_deadline_badge(row)
    return render_badge(
        gettext("Being sent by email") if row.mail_asked_at else gettext("Not sent yet"), "waiting"
    )


def build_deadline_badge(row: ReplyRequest) -> SafeString:
    """Return a badge with the deadline of an unanswered request, or with the note that the request is not sent yet."""
    if row.answer_by is None:
        return render_badge(gettext("Not sent yet"), "waiting")
    moment = date_format(timezone.localtime(row.answer_by), "SHORT_DATETIME_FORMAT")
    if row.answer_by <= timezone.now():
        return render_badge(gettext("No reply by %s") % moment, "bad")
    return render_badge(gettext("Reply due by %s") % moment, "active")
