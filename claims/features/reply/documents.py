"""Requests for reply in the format of the editorial API."""

from rest_framework import serializers

from claims.editorial.documents import Document
from claims.editorial.serializers import ActorSerializer
from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_document import build_reply
from claims.features.reply.section import ReplySerializer
from claims.ledger.document.claim_document import format_moment, format_optional_moment


class ReplyRequestSerializer(ReplySerializer):
    """A request for reply, with details that only the newsroom sees."""

    verdict = serializers.IntegerField()
    channel = serializers.ChoiceField([("", ""), *ReplyRequest.Channel.choices])
    address = serializers.CharField(
        help_text="The contact address. Never published, and deleted after a while."
    )
    subject = serializers.CharField()
    text = serializers.CharField(help_text="The text of the request.")
    answer_by = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    sent_by = ActorSerializer(allow_null=True)
    is_email_queued = serializers.BooleanField()
    email_problem = serializers.CharField()
    message_id = serializers.CharField(
        help_text="Message id of the email; empty if the request was made in another way."
    )
    answered_at = serializers.DateTimeField(allow_null=True)
    answer_channel = serializers.ChoiceField([("", ""), *ReplyRequest.Channel.choices])
    answer_display = serializers.ChoiceField([("", ""), *ReplyRequest.AnswerDisplay.choices])
    full_reply = serializers.CharField()
    created_at = serializers.DateTimeField()


def build_reply_request(row: ReplyRequest) -> Document:
    """Return a request for reply with its internal details, in the format of the editorial API."""
    return {
        **build_reply(row, row.verdict.language),
        "verdict": row.verdict_id,
        "language": row.language,
        "channel": row.channel,
        "address": row.address,
        "subject": row.subject,
        "text": row.text,
        "answer_by": format_optional_moment(row.answer_by),
        "sent_at": format_optional_moment(row.sent_at),
        "sent_by": {"id": row.sent_by_id, "name": row.sent_by_name} if row.sent_by_id else None,
        "is_email_queued": bool(row.mail_asked_at and not row.sent_at),
        "email_problem": row.mail_problem,
        "message_id": row.message_id,
        "answered_at": format_optional_moment(row.answered_at),
        "answer_channel": row.answer_channel,
        "answer_display": row.answer_display,
        "full_reply": row.answer,
        "created_at": format_moment(row.created_at),
    }
