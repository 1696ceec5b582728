"""Decisions about readers' requests: accept as a claim, answer with a published claim, or decline.

All readers with the same request are notified together.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.features.complaints import reader_mails
from claims.features.complaints.models import ReaderRequest
from claims.models import Appearance, Claim, Publication
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from claims.review import claim_edits
from sources.overrides import Overrides
from sources.registration import find_or_create_source

DECIDE_PERMISSION = "complaints.answer_readerrequest"
_State = ReaderRequest.State


@transaction.atomic
def propose_claim(request: ReaderRequest, *, statement: str, language: str, by: User) -> Claim:
    """Propose a claim for the request. The readers who sent the request are notified when the claim is published.

    Raises:
        NotPossible: the request is closed, it was already accepted, or no statement is given.
        NotAllowed: the person may not decide about requests, or may not add claims.
    """
    request = _lock_open_request(request, by)
    statement = statement.strip()
    if request.state == _State.TAKEN_UP and request.claim and request.claim.state != Claim.State.DECLINED:
        raise NotPossible(_("This has already been accepted for checking."))
    if not statement:
        raise NotPossible(_("Enter the statement to check."))
    claim = claim_edits.create(by=by, statement=statement, language=language or "und")
    if request.address:
        source, _is_new = find_or_create_source(
            Overrides(url=request.address, title=request.address[:500]), by=by
        )
        Appearance.objects.create(claim=claim, source=source)
    request.save_move(by, state=_State.TAKEN_UP, claim=claim)
    return claim


@transaction.atomic
def link_claim(request: ReaderRequest, claim: Claim, *, by: User) -> ReaderRequest:
    """Link a request to a claim; if the claim is already published, answer the request.

    Raises:
        NotPossible: the request is closed, or the claim will not be checked.
    """
    request = _lock_open_request(request, by)
    claim = claim.merged_into or claim
    if Publication.objects.current().filter(claim=claim).exists():
        return _close_request(request, by, state=_State.ANSWERED, claim=claim)
    if claim.state in (Claim.State.DECLINED, Claim.State.MERGED):
        raise NotPossible(_("That claim will not be checked."))
    return request.save_move(by, state=_State.TAKEN_UP, claim=claim)


@transaction.atomic
def answer_with_claim(request: ReaderRequest, claim: Claim, *, answer: str = "", by: User) -> ReaderRequest:
    """Notify all readers of this request that the claim was checked, with its URL.

    Raises:
        NotPossible: the request is closed, or the claim is not published, so readers could not open it.
    """
    request = _lock_open_request(request, by)
    claim = claim.merged_into or claim
    if not Publication.objects.current().filter(claim=claim).exists():
        raise NotPossible(_("That claim is not published, so readers cannot see it."))
    return _close_request(request, by, state=_State.ANSWERED, claim=claim, answer=answer.strip())


@transaction.atomic
def decline_request(request: ReaderRequest, *, reason: str, by: User) -> ReaderRequest:
    """Notify all readers of this request that it will not be checked, with the reason.

    Raises:
        NotPossible: the request is closed, or no reason is given.
    """
    request = _lock_open_request(request, by)
    if not reason.strip():
        raise NotPossible(
            _("Explain why this will not be checked: the readers will receive your explanation.")
        )
    return _close_request(request, by, state=_State.DECLINED, reason=reason.strip(), claim=None)


def _lock_open_request(request: ReaderRequest, by: User) -> ReaderRequest:
    """Return the request, read again under lock.

    Raises:
        NotAllowed: the person does not decide about requests.
        NotPossible: the request is closed.
    """
    require_permission(by, DECIDE_PERMISSION, _("decide on readers’ requests"))
    rows = ReaderRequest.objects.select_for_update(of=("self",)).select_related("claim__merged_into")
    locked_request = rows.filter(pk=request.pk).first()
    if locked_request is None or not locked_request.is_open:
        raise NotPossible(_("This request is closed, or the readers have withdrawn it."))
    return locked_request


def _close_request(request: ReaderRequest, by: User, **fields: Any) -> ReaderRequest:
    request.save_move(by, **fields)
    reader_mails.queue_answer(request.contacts.all())
    return request
