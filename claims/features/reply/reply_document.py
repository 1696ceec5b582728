"""The public part of a request for reply: the person, the dates, and the reply or the reason for not asking."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, TypedDict

from django.utils.timezone import get_default_timezone

from claims.features.reply.models import ReplyRequest
from claims.models import Verdict
from factcheck.api.openapi.body_serializer import Day

_REASONS_FILE = Path(__file__).parent / "not_asked_reasons.toml"
_AnswerDisplay = ReplyRequest.AnswerDisplay


class PublicReply(TypedDict):
    """A request for reply with the reply, or the reason for not asking."""

    id: int
    recipient: Annotated[str, "The person or organisation, by name."]
    claimant_id: Annotated[int | None, "The claimant, if they were the person asked."]
    asked_on: Annotated[Day | None, "Null if no one was asked."]
    deadline_on: Annotated[Day | None, "The deadline for the reply."]
    answered_on: Annotated[Day | None, "Null without a reply."]
    answer: Annotated[str, "Their words; empty if not public."]
    is_excerpt: Annotated[bool, "Whether `answer` is only a part of their reply."]
    statement: Annotated[str, "Their reply in the publisher's words; empty if `answer` contains it."]
    language: Annotated[str, "Language of `answer` (BCP 47); empty if unknown."]
    not_asked: Annotated[
        Annotated[str, ReplyRequest.NotAskingReason] | None,
        "The reason for not asking; null if they were asked.",
    ]
    not_asked_reason: Annotated[str, "The reason in the language of the verdict; empty if they were asked."]


def build_replies(verdict: Verdict) -> list[PublicReply]:
    """Return the public requests for reply of a verdict. Requests that were not sent are excluded."""
    rows = sorted(verdict.reply_requests.all(), key=lambda row: row.pk)
    return [build_reply(row, verdict.language) for row in rows if row.has_public_content]


def build_reply(row: ReplyRequest, language: str) -> PublicReply:
    """Return the public part of a request and its reply, without contact details."""
    shown_part = row.answer_display
    shown_text = {_AnswerDisplay.FULL.value: row.answer, _AnswerDisplay.EXCERPT.value: row.excerpt}.get(
        shown_part, ""
    )
    return {
        "id": row.pk,
        "recipient": row.recipient_name,
        "claimant_id": row.claimant_id,
        "asked_on": _format_day(row.sent_at),
        "deadline_on": _format_day(row.answer_by),
        "answered_on": _format_day(row.answered_at),
        "answer": shown_text,
        "is_excerpt": shown_part == _AnswerDisplay.EXCERPT,
        "statement": row.statement if shown_part == _AnswerDisplay.STATEMENT else "",
        "language": row.language if shown_text else "",
        "not_asked": row.not_asked or None,
        "not_asked_reason": row.not_asked_note or describe_reason(row.not_asked, language),
    }


def describe_reason(reason: str, language: str) -> str:
    """Return the reason for not asking, in the verdict's language if available, otherwise in English."""
    if not reason:
        return ""
    reasons = _load_reasons()
    wordings = reasons.get(language) or reasons.get(language.partition("-")[0]) or reasons["en"]
    return wordings.get(reason, "")


@cache
def _load_reasons() -> dict[str, dict[str, str]]:
    return tomllib.loads(_REASONS_FILE.read_text(encoding="utf-8"))


def _format_day(moment: datetime | None) -> str | None:
    """Return the date in the newsroom's time zone in ISO format, or None."""
    return moment.astimezone(get_default_timezone()).date().isoformat() if moment else None
