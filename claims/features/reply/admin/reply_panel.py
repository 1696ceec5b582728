"""The panel with the requests for reply, on the pages of a verdict and its claim."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from claims.features.reply import reply_requests
from claims.features.reply.admin.badges import build_reply_badge
from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_document import describe_reason
from claims.features.reply.requirement import find_reply_rule, has_named_claimant, is_request_missing
from claims.models import Verdict
from claims.review.verdict_drafts import may_edit
from factcheck.admin.base import get_page_url


def build_replies_panel(verdict: Verdict, *, person: User) -> dict[str, Any]:
    """Return the panel's context, or {} for people who may read only public content."""
    panel = {"template": "admin/desk/replies.html"}
    if not person.has_perm("reply.view_replyrequest"):
        return panel
    rows = list(
        ReplyRequest.objects.readable_by(person).filter(verdict=verdict).select_related("claimant", "verdict")
    )
    is_draft = verdict.state == Verdict.State.DRAFT
    reply_rule = find_reply_rule(verdict) if is_draft else verdict.reply_rule
    return panel | {
        "replies": [
            {
                "row": row,
                "badge": build_reply_badge(row),
                "page": get_page_url(row),
                "reason": row.not_asked_note or describe_reason(row.not_asked, verdict.language),
                "may_answer": row.sent_at
                and not row.answered_at
                and person.has_perm("reply.change_replyrequest"),
                "may_draft_update": may_draft_update(row, person),
            }
            for row in rows
        ],
        "not_asked_reasons": [
            choice
            for choice in ReplyRequest.NotAskingReason.choices
            if choice[0] != ReplyRequest.NotAskingReason.OTHER
        ],
        "reply_is_due": reply_rule == Verdict.ReplyRule.DUE,
        "reply_names": has_named_claimant(verdict),
        "may_ask": person.has_perm("reply.add_replyrequest") and may_edit(verdict, person),
    }


def may_draft_update(row: ReplyRequest, person: User) -> bool:
    """Return whether this person may draft an update that publishes the reply."""
    verdict = row.verdict
    return bool(
        verdict.state == Verdict.State.PUBLISHED
        and row.answer_recorded_at
        and verdict.published_at
        and row.answer_recorded_at > verdict.published_at
        and person.has_perm("claims.add_verdict")
        and not Verdict.objects.filter(supersedes=verdict).exists()
    )


def store_reason(*, draft: Verdict, values: Mapping[str, str], person: User, **signal: Any) -> None:
    """Store the chosen reason for not asking, if the draft still needs such a reason."""
    reason = values.get("_not_asked", "")
    if reason in ReplyRequest.NotAskingReason.values and is_request_missing(draft):
        reply_requests.add_request(draft, by=person, claimant=draft.claim.claimant, not_asked=reason)
