"""Every change to requests for reply and their replies.

The desk and the editorial API call these functions. A request belongs to a draft and can be edited until the draft is
submitted. A reply can arrive at any time. If it arrives during review, people who have signed off must do so again. If
it arrives after publication, it is published as an update: a new version, which another person signs off.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from claims.features.reply import wording
from claims.features.reply.models import ReplyRequest
from claims.models import Claim, SignOff, Verdict
from claims.models.verdict import CorrectionKind
from claims.newsroom.mails import MAIL_QUEUE
from claims.newsroom.notifications import NotificationKind, notify_people
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.newsroom.roles import require_permission
from claims.review import verdict_drafts
from factcheck.database import clock
from factcheck.database.deferred_jobs import defer
from factcheck.installation.messages import activate_newsroom_language
from factcheck.list_phrases import join_phrases

#: The task in `reply_mails` that emails one request.
MAIL_TASK = "claims.features.reply.mail_reply_request"

_OMISSION_MARKER = re.compile(r"\[(?:…|\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """A reply to be recorded: its text, the part that readers see, and when it arrived."""

    answered_at: datetime
    channel: str
    text: str
    display: str
    excerpt: str = ""
    statement: str = ""


@transaction.atomic
def add_request(verdict: Verdict, *, by: User, **fields: Any) -> ReplyRequest:
    """Create a request for reply, or record the reason for not asking.

    Raises:
        NotPossible: the verdict is not a draft.
        NotAllowed: the verdict belongs to another person, or the person's role does not allow this.
    """
    require_permission(by, "reply.add_replyrequest", _("request replies"))
    verdict = verdict_drafts.lock_draft(verdict, by)
    row = ReplyRequest(verdict=verdict, **_clear_unused_fields(fields))
    _record_sender(row, by)
    row.save()
    verdict_drafts.record_editor(verdict, by)
    return row


@transaction.atomic
def edit_request(row: ReplyRequest, *, by: User, **fields: Any) -> ReplyRequest:
    """Edit a request while the verdict is a draft. Raises the same exceptions as `add_request`."""
    require_permission(by, "reply.change_replyrequest", _("request replies"))
    row = _lock_draft_request(row, by)
    if row.mail_asked_at and not row.sent_at:
        raise NotPossible(_("The request is being sent by email. Stop that first."))
    for name, value in _clear_unused_fields(fields).items():
        setattr(row, name, value)
    _record_sender(row, by)
    row.save()
    verdict_drafts.record_editor(row.verdict, by)
    return row


@transaction.atomic
def remove_request(row: ReplyRequest, *, by: User) -> None:
    """Remove the request from the draft. Raises the same exceptions as `add_request`."""
    require_permission(by, "reply.delete_replyrequest", _("remove requests for reply"))
    row = _lock_draft_request(row, by)
    verdict_drafts.record_editor(row.verdict, by)
    row.delete()


@transaction.atomic
def mark_sent(row: ReplyRequest, *, by: User, at: datetime | None = None) -> ReplyRequest:
    """Record a request made outside this system: by telephone, form or a personal email account.

    Args:
        at: when the request was made; by default now.

    Raises:
        NotPossible: the request is incomplete, or was sent before.
    """
    require_permission(by, "reply.change_replyrequest", _("request replies"))
    row = _lock_draft_request(row, by)
    if row.mail_asked_at:
        raise NotPossible(_("The request is being sent by email. Stop that first."))
    _require_sendable(row)
    row.sent_at = at or clock.get_database_time()
    _record_sender(row, by)
    row.save()
    verdict_drafts.record_editor(row.verdict, by)
    return row


@transaction.atomic
def queue_mail(row: ReplyRequest, *, by: User) -> ReplyRequest:
    """Queue the email of a request; replies go to the sender. Raises the same exceptions as `mark_sent`."""
    require_permission(by, "reply.change_replyrequest", _("request replies"))
    row = _lock_draft_request(row, by)
    _require_sendable(row)
    if row.mail_asked_at:
        raise NotPossible(_("The request is already being sent by email."))
    if row.channel != ReplyRequest.Channel.EMAIL:
        raise NotPossible(
            _(
                "Only requests by email can be sent from here. Pass the request on yourself, then mark it as sent."
            )
        )
    try:
        validate_email(row.address)
    except ValidationError:
        raise NotPossible(_("“%s” is not an email address.") % row.address) from None
    if not by.email:
        raise NotPossible(
            _("Replies go to you, but your account has no email address. Ask an administrator to add one.")
        )
    if row.answer_by is None or row.answer_by <= clock.get_database_time():
        raise NotPossible(_("The deadline for the reply has passed."))
    row.mail_asked_at, row.mail_problem = clock.get_database_time(), ""
    row.sent_by, row.sent_by_name = by, get_display_name(by)
    row.save()
    verdict_drafts.record_editor(row.verdict, by)
    defer(MAIL_TASK, {"request_id": row.pk}, queue=MAIL_QUEUE)
    return row


@transaction.atomic
def stop_mail(row: ReplyRequest, *, by: User) -> ReplyRequest:
    """Cancel the email of a request that has not been sent.

    Raises:
        NotPossible: the email has been sent in the meantime.
    """
    require_permission(by, "reply.change_replyrequest", _("request replies"))
    row = _lock_draft_request(row, by)
    if row.sent_at:
        raise NotPossible(_("The request has been sent in the meantime."))
    row.mail_asked_at, row.mail_problem, row.sent_by, row.sent_by_name = None, "", None, ""
    row.save()
    return row


@transaction.atomic
def record_reply(row: ReplyRequest, reply: ReceivedReply, *, by: User) -> ReplyRequest:
    """Record a reply in any state of the verdict, and notify people who are waiting for the reply.

    Raises:
        NotPossible: no request was made, there is already a reply, or the excerpt is not part of the reply.
        NotAllowed: the person's role does not allow this.
    """
    require_permission(by, "reply.change_replyrequest", _("record replies"))
    row = _lock_request(row, by)
    if row.verdict.state == Verdict.State.SUPERSEDED:
        raise NotPossible(_("A newer version of the verdict contains this request. Record the reply there."))
    if row.answered_at and row.verdict.state != Verdict.State.DRAFT:
        raise NotPossible(_("A reply has already been recorded. Draft a new version to change it."))
    if row.sent_at is None:
        raise NotPossible(_("The request has not been sent yet, so there can be no reply."))
    reply = _adjust_reply_time(row, reply)
    _require_complete_reply(row, reply)
    newer_request = (
        ReplyRequest.objects.select_related("verdict").filter(carried_from=row, answered_at=None).first()
    )
    for stored_request in filter(None, (row, newer_request)):
        _copy_reply_to_row(reply, stored_request)
        stored_request.save()
        if stored_request.verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW):
            verdict_drafts.record_editor(stored_request.verdict, by)
    verdict = newer_request.verdict if newer_request else row.verdict
    people = [*_find_signers(verdict), row.sent_by] if row.sent_by else _find_signers(verdict)
    notify_people(
        NotificationKind.ANSWERED,
        claim=verdict.claim,
        to=people,
        with_followers=True,
        by=by,
        verdict=verdict,
        note=row.recipient_name,
    )
    return row


@transaction.atomic
def draft_update(row: ReplyRequest, *, by: User) -> Verdict:
    """Draft a new version with a reply that arrived after publication.

    Raises:
        NotPossible: there is no reply, or the verdict is not the currently published one.
        NotAllowed: the person's role does not allow this.
    """
    require_permission(by, "claims.add_verdict", _("draft verdicts"))
    row = _lock_request(row, by)
    verdict = row.verdict
    if row.answered_at is None:
        raise NotPossible(_("There is no reply to publish."))
    if verdict.state != Verdict.State.PUBLISHED:
        raise NotPossible(_("You can draft an update only for a published verdict."))
    draft = verdict_drafts.create_draft(verdict.claim, author=by, publisher=verdict.publisher)
    with activate_newsroom_language():
        note = _("%(whom)s replied after publication; the reply has been added.") % {
            "whom": row.recipient_name
        }
    return verdict_drafts.edit(draft, by=by, correction_kind=CorrectionKind.UPDATE, correction_note=note)


def render_template(
    verdict: Verdict, *, recipient: str, by: User, language: str, deadline: datetime | None
) -> wording.RequestWording:
    """Return the newsroom's template filled in, or empty texts if the newsroom has no template."""
    template = wording.find_template(language)
    if template is None:
        return wording.RequestWording("", "")
    values = wording.build_values(
        claim=verdict.claim.statement,
        claimant=recipient,
        editor=get_display_name(by),
        deadline=deadline,
        language=template.language,
    )
    return wording.fill_template(template, values)


# Shared steps ---------------------------------------------------------------------------------------------------------


def _clear_unused_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields. If they contain a reason for not asking, the fields that describe a request are emptied."""
    if not fields.get("not_asked"):
        return fields
    return fields | {
        "channel": "",
        "address": "",
        "subject": "",
        "text": "",
        "answer_by": None,
        "sent_at": None,
    }


def _record_sender(row: ReplyRequest, by: User) -> None:
    """Record the person as the sender of the request, unless a sender is already recorded."""
    if row.sent_at is None:
        return
    if row.sent_at > clock.get_database_time():
        raise NotPossible(_("The sending time cannot be in the future."))
    if row.sent_by is None:
        row.sent_by, row.sent_by_name = by, get_display_name(by)
    _require_complete_request(row)


def build_final_text(row: ReplyRequest) -> str:
    """Return the text of a request as sent, with the final deadline filled in."""
    if row.answer_by is None:
        return row.text
    return row.text.replace("{deadline}", wording.format_deadline(row.answer_by, row.language))


def _require_sendable(row: ReplyRequest) -> None:
    if row.not_asked:
        raise NotPossible(_("This records a reason for not asking, so there is nothing to send."))
    if row.sent_at:
        raise NotPossible(_("The request has already been sent."))
    _require_complete_request(row)


def _require_complete_request(row: ReplyRequest) -> None:
    """Check that no required field of the request is empty."""
    row.text = build_final_text(row)
    required_fields = {
        _("the method"): row.channel,
        _("the question"): row.text.strip(),
        _("the deadline"): row.answer_by,
    }
    missing_labels = [labels for labels, value in required_fields.items() if not value]
    missing_labels += wording.find_unfilled_placeholders(f"{row.subject}\n{row.text}")
    if missing_labels:
        raise NotPossible(_("Not ready yet. Missing: %(what)s.") % {"what": join_phrases(missing_labels)})
    if row.sent_at and row.answer_by and row.answer_by <= row.sent_at:
        raise NotPossible(_("The deadline must be after the request is sent."))


def _adjust_reply_time(row: ReplyRequest, reply: ReceivedReply) -> ReceivedReply:
    """Return the reply, its time moved to the request's if up to a minute earlier: people enter only whole minutes."""
    sent_at = row.sent_at
    if sent_at and sent_at.replace(second=0, microsecond=0) <= reply.answered_at < sent_at:
        return replace(reply, answered_at=sent_at)
    return reply


def _require_complete_reply(row: ReplyRequest, reply: ReceivedReply) -> None:
    if reply.answered_at > clock.get_database_time():
        raise NotPossible(_("The arrival time cannot be in the future."))
    if row.sent_at and reply.answered_at < row.sent_at:
        raise NotPossible(_("The reply cannot have arrived before the request was sent."))
    displays = ReplyRequest.AnswerDisplay
    texts_by_choice = {
        displays.FULL.value: reply.text,
        displays.EXCERPT.value: reply.excerpt,
        displays.STATEMENT.value: reply.statement,
    }
    if reply.display not in displays.values:
        raise NotPossible(_("Choose what to show to readers."))
    if not texts_by_choice.get(reply.display, "-").strip():
        raise NotPossible(
            _("Fill in the text for readers: %(what)s.") % {"what": displays(reply.display).label}
        )
    if reply.display == displays.EXCERPT and (
        missing_part := _find_missing_excerpt_part(reply.excerpt, reply.text)
    ):
        raise NotPossible(
            _("The reply does not contain these words at this place: “%(words)s”. Mark omissions with […].")
            % {"words": missing_part[:200]}
        )


def _find_missing_excerpt_part(excerpt: str, reply_text: str) -> str:
    """Return the first part of the excerpt that is missing from the reply or out of order; "" if there is none."""
    text, search_start = " ".join(reply_text.split()), 0
    for fragment in (" ".join(excerpt_part.split()) for excerpt_part in _OMISSION_MARKER.split(excerpt)):
        position = text.find(fragment, search_start)
        if position < 0:
            return fragment
        search_start = position + len(fragment)
    return ""


def _copy_reply_to_row(reply: ReceivedReply, row: ReplyRequest) -> None:
    displays = ReplyRequest.AnswerDisplay
    row.answered_at, row.answer_channel, row.answer = reply.answered_at, reply.channel, reply.text
    row.answer_display = reply.display
    row.excerpt = reply.excerpt if reply.display == displays.EXCERPT else ""
    row.statement = reply.statement if reply.display == displays.STATEMENT else ""


def _find_signers(verdict: Verdict) -> list[User]:
    """Return the people who have signed off the verdict in its current review round, if any."""
    if verdict.state != Verdict.State.IN_REVIEW:
        return []
    rows = SignOff.objects.filter(verdict=verdict, round=verdict.review_round).select_related("by")
    return [row.by for row in rows]


def _lock_draft_request(row: ReplyRequest, by: User) -> ReplyRequest:
    """Return a draft's request, read again under lock. Raises the same exceptions as `add_request`."""
    verdict = verdict_drafts.lock_draft(row.verdict, by)
    locked_request = ReplyRequest.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if locked_request is None:
        raise NotPossible(_("The request has been removed in the meantime."))
    locked_request.verdict = verdict
    return locked_request


def _lock_request(row: ReplyRequest, by: User) -> ReplyRequest:
    """Return the request, read again under lock, after locking its claim and verdict.

    Raises:
        NotPossible: the request has been deleted.
        NotAllowed: the person may not read the request.
    """
    Claim.objects.select_for_update().filter(pk=row.verdict.claim_id).first()
    list(Verdict.objects.select_for_update().filter(claim=row.verdict.claim_id).order_by("pk").values("pk"))
    rows = ReplyRequest.objects.select_for_update(of=("self",)).select_related(
        "verdict__claim", "sent_by", "claimant"
    )
    locked_request = rows.filter(pk=row.pk).first()
    if locked_request is None:
        raise NotPossible(_("The request has been removed in the meantime."))
    if not ReplyRequest.objects.readable_by(by).filter(pk=row.pk).exists():
        raise NotAllowed(_("You cannot read this request."))
    return locked_request
