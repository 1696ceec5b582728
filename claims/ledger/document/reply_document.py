"""The public part of a right of reply: who was asked and when, the reply, or the reason for not asking."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

from django.utils.timezone import get_default_timezone

from claims.ledger.document.claim_body import PublicReply
from claims.models import ReplyRequest, Verdict

_REASONS = Path(__file__).parent / "not_asked_reasons.toml"
_Shown = ReplyRequest.Shown


def build_replies(verdict: Verdict) -> list[PublicReply]:
    """Return the public requests for reply. Those in preparation are left out."""
    if verdict._state.adding:
        return []  # an import numbers verdicts before it stores them: asking for each would find nothing
    rows = sorted(verdict.reply_requests.all(), key=lambda row: row.pk)
    return [build_reply(row, verdict.language) for row in rows if row.is_told]


def build_reply(row: ReplyRequest, language: str) -> PublicReply:
    """Return one request. Only the publishable part of the reply; never the contact address."""
    shown = row.answer_shown
    words = {_Shown.FULL.value: row.answer, _Shown.EXCERPT.value: row.excerpt}.get(shown, "")
    return {
        "id": row.pk,
        "whom": row.whom,
        "claimant_id": row.claimant_id,
        "asked_on": _day(row.sent_at),
        "deadline_on": _day(row.answer_by),
        "answered_on": _day(row.answered_at),
        "answer": words,
        "is_excerpt": shown == _Shown.EXCERPT,
        "statement": row.statement if shown == _Shown.STATEMENT else "",
        "language": row.language if words else "",
        "not_asked": row.not_asked or None,
        "not_asked_reason": row.not_asked_note or describe_reason(row.not_asked, language),
    }


def describe_reason(reason: str, language: str) -> str:
    """Return the reason for not asking, in the language of the verdict if known, otherwise in English."""
    if not reason:
        return ""
    reasons = _reasons()
    words = reasons.get(language) or reasons.get(language.partition("-")[0]) or reasons["en"]
    return words.get(reason, "")


@cache
def _reasons() -> dict[str, dict[str, str]]:
    return tomllib.loads(_REASONS.read_text(encoding="utf-8"))


def _day(moment: datetime | None) -> str | None:
    """Return the day in the newsroom's time zone."""
    return moment.astimezone(get_default_timezone()).date().isoformat() if moment else None
