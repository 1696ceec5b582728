"""Restore requests for reply and replies from an export, which has dates but no times."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import get_default_timezone

from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_document import describe_reason

_AnswerDisplay = ReplyRequest.AnswerDisplay


def restore_replies(verdict: dict[str, Any], claimant: int | None) -> Iterator[dict[str, Any]]:
    """Yield the rows of the requests and replies published with a verdict on a claim by this claimant.

    The questions and the contact details are missing, because they were never published.
    """
    for reply in verdict.get("right_of_reply", []):
        asked_at = _parse_day_start(reply["asked_on"])
        is_claimant = reply["claimant_id"] is not None and reply["claimant_id"] == claimant
        reason = describe_reason(reply["not_asked"] or "", verdict["language"])
        yield {
            "id": reply["id"],
            "verdict_id": verdict["id"],
            "claimant_id": claimant if is_claimant else None,
            "party": "" if is_claimant else reply["recipient"],
            "not_asked": reply["not_asked"] or "",
            "not_asked_note": "" if reply["not_asked_reason"] == reason else reply["not_asked_reason"],
            "channel": ReplyRequest.Channel.OTHER if asked_at else "",
            "language": reply["language"],
            "sent_at": asked_at,
            "answer_by": _parse_day_end(reply["deadline_on"]),
            "answered_at": _parse_day_start(reply["answered_on"]),
            **_build_reply_fields(reply),
        }


def _build_reply_fields(reply: dict[str, Any]) -> dict[str, Any]:
    if not reply["answered_on"]:
        return {}
    if reply["answer"]:
        shown_part = "excerpt" if reply["is_excerpt"] else "answer"
        return {
            shown_part: reply["answer"],
            "answer_display": _AnswerDisplay.EXCERPT if reply["is_excerpt"] else _AnswerDisplay.FULL,
        }
    if reply["statement"]:
        return {"statement": reply["statement"], "answer_display": _AnswerDisplay.STATEMENT}
    return {"answer_display": _AnswerDisplay.NOTHING}


def _parse_day_start(text: str | None) -> datetime | None:
    day = date.fromisoformat(text) if text else None
    return datetime.combine(day, time.min, get_default_timezone()) if day else None


def _parse_day_end(text: str | None) -> datetime | None:
    day_start = _parse_day_start(text)
    return day_start + timedelta(days=1, seconds=-1) if day_start else None
