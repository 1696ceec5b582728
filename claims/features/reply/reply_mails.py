"""Emails that request a reply, sent by the newsroom. Replies go to the person who sent the request.

Whether to send an email is decided at the time of sending. The request is recorded as sent in the transaction
that commits once the mail server has accepted the email. Failed emails are retried, and the desk shows why
they have not been sent.
"""

from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.features.reply import reply_requests
from claims.features.reply.models import ReplyRequest
from claims.models import Verdict
from claims.newsroom.mails import MAIL_QUEUE, RETRIES, build_message_id, to_one_line
from factcheck.database import clock


@app.task(name=reply_requests.MAIL_TASK, queue=MAIL_QUEUE, retry=RETRIES)
def mail_reply_request(*, request_id: int) -> None:
    """Email one request, unless the email was cancelled or sent before, or the deadline has passed."""
    try:
        _send_mail(request_id)
    except (SMTPException, OSError) as failure:
        ReplyRequest.objects.filter(pk=request_id, sent_at=None).update(mail_problem=str(failure)[:500])
        raise


@transaction.atomic
def _send_mail(request_id: int) -> None:
    # Lock the verdict first, as everywhere, so that it cannot be submitted at the same time.
    Verdict.objects.select_for_update(no_key=True).filter(reply_requests=request_id).first()
    unsent_requests = ReplyRequest.objects.filter(pk=request_id, sent_at=None, mail_asked_at__isnull=False)
    row = unsent_requests.select_for_update(of=("self",)).select_related("verdict", "sent_by").first()
    if row is None:
        return
    if problem := _find_obstacle(row):
        row.mail_asked_at, row.mail_problem = None, problem
        row.save(update_fields=["mail_asked_at", "mail_problem"])
        return
    row.message_id = build_message_id(f"reply-request-{row.pk}")
    row.sent_at, row.mail_problem = clock.get_database_time(), ""
    row.save(update_fields=["message_id", "sent_at", "mail_problem"])
    build_mail(row).send()


def build_mail(row: ReplyRequest) -> EmailMessage:
    """Build the email as plain text, with the wording of the request unchanged."""
    return EmailMessage(
        to_one_line(row.subject) or to_one_line(row.text.strip().partition("\n")[0])[:100],
        row.text.strip() + "\n",
        to=[row.address],
        reply_to=[row.sent_by.email] if row.sent_by else [],
        headers={"Message-ID": row.message_id},
    )


def _find_obstacle(row: ReplyRequest) -> str:
    """Return why the email may not be sent now, or "" if it may."""
    if row.verdict.state != Verdict.State.DRAFT:
        return _("Not sent: the verdict is no longer a draft.")
    if row.sent_by is None or not row.sent_by.is_active or not row.sent_by.email:
        return _("Not sent: the person who asked no longer has an email address here.")
    if row.answer_by is None or row.answer_by <= clock.get_database_time():
        return _("Not sent: the deadline for the reply has passed.")
    return ""
