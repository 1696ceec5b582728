"""Replies in the published body of a verdict."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.features.reply.models import ReplyRequest
from claims.features.reply.models.reply_request import AUTOMATIC_FIELDS, carry_replies_over
from claims.features.reply.reply_document import PublicReply, build_replies
from claims.features.reply.restored_replies import restore_replies
from claims.ledger.document.sections import Section
from factcheck.api.openapi.body_serializer import BodySerializer


class ReplySerializer(BodySerializer):
    body = PublicReply


def _prefetch_public_requests() -> Prefetch[Any]:
    return Prefetch("reply_requests", ReplyRequest.objects.for_readers().select_related("claimant"))


def format_reply(reply: Mapping[str, Any]) -> str:
    """Return a request for reply in one line: the person, the dates, and the reply or the reason for not asking."""
    if reply["not_asked"]:
        return f"{reply['recipient']}: {reply['not_asked_reason']}"
    text = reply["answer"] or reply["statement"]
    reply_text = [
        f"{reply['recipient']} ({reply['asked_on']}–{reply['answered_on'] or reply['deadline_on']})",
        text,
    ]
    return ": ".join(filter(None, reply_text))


def _format_plain_reply(reply: Mapping[str, Any]) -> tuple[str, str]:
    if reply["not_asked"]:
        text = _("not asked: %(reason)s") % {"reason": reply["not_asked_reason"]}
    elif reply["answered_on"]:
        text = _("replied on %(day)s") % {"day": reply["answered_on"]}
    else:
        text = _("asked on %(day)s; no reply yet") % {"day": reply["asked_on"]}
    return f"{reply['recipient']}: {text}", reply["answer"] or reply["statement"]


SECTION = Section(
    key="right_of_reply",
    name=gettext_lazy("Right of reply"),
    shape=Annotated[
        list[PublicReply], "Replies of people whom the verdict names. Only for the newsroom's own verdicts."
    ],
    template="reply/replies.html",
    model=ReplyRequest,
    row_name=gettext_lazy("a request for reply"),
    conflict_message=gettext_lazy("request for reply %(pk)s differs in this database."),
    unlogged=AUTOMATIC_FIELDS,
    prefetch=_prefetch_public_requests,
    build=build_replies,
    format_item=format_reply,
    format_plain=_format_plain_reply,
    restore=restore_replies,
    carry_over=carry_replies_over,
)
