"""Restore exported replies, which have dates but no times."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import get_default_timezone

from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_document import describe_reason

_AnswerShown = ReplyRequest.Shown


def restore_replies(verdict: dict[str, Any], claimant: int | None) -> Iterator[dict[str, Any]]:
    """Build the requests and answers published with a verdict on a claim by this claimant.

    The question and the contact address were never published. Older exports have neither.
    """
    for said in verdict.get("right_of_reply", []):
        asked = _parse_day_start(said["asked_on"])
        is_claimant = said["claimant_id"] is not None and said["claimant_id"] == claimant
        usual = describe_reason(said["not_asked"] or "", verdict["language"])
        yield {
            "id": said["id"],
            "verdict_id": verdict["id"],
            "claimant_id": claimant if is_claimant else None,
            "party": "" if is_claimant else said["whom"],
            "not_asked": said["not_asked"] or "",
            "not_asked_note": "" if said["not_asked_reason"] == usual else said["not_asked_reason"],
            "channel": ReplyRequest.Channel.OTHER if asked else "",
            "language": said["language"],
            "sent_at": asked,
            "answer_by": _parse_day_end(said["deadline_on"]),
            "answered_at": _parse_day_start(said["answered_on"]),
            **_answer(said),
        }


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    if not said["answered_on"]:
        return {}
    if said["answer"]:
        part = "excerpt" if said["is_excerpt"] else "answer"
        return {
            part: said["answer"],
            "answer_shown": _AnswerShown.EXCERPT if said["is_excerpt"] else _AnswerShown.FULL,
        }
    if said["statement"]:
        return {"statement": said["statement"], "answer_shown": _AnswerShown.STATEMENT}
    return {"answer_shown": _AnswerShown.NOTHING}


def _parse_day_start(written: str | None) -> datetime | None:
    found = date.fromisoformat(written) if written else None
    return datetime.combine(found, time.min, get_default_timezone()) if found else None


def _parse_day_end(written: str | None) -> datetime | None:
    begins = _parse_day_start(written)
    return begins + timedelta(days=1, seconds=-1) if begins else None
