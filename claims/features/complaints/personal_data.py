"""Readers' contact details: export, deletion on request, and automatic expiry.

Contact details and text are deleted. The record of a complaint and its answer are kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from claims.features.complaints.models import Complaint, ContactDetails, ReaderPicture, ReaderRequest
from claims.features.complaints.signals import person_exported, person_forgotten


def export_contact(contact: ContactDetails) -> dict[str, Any]:
    """Return all data about a reader and one of their messages, for export as JSON."""
    message: dict[str, Any]
    if contact.complaint:
        message = {"complaint": _export_complaint(contact.complaint)}
    else:
        assert contact.request is not None  # noqa: S101  details are of one thing
        message = {"request": _export_request(contact.request)}
    return {
        "mail": contact.mail,
        "name": contact.name,
        "language": contact.language,
        "sent_at": _format_moment(contact.created_at),
        "confirmed_at": _format_moment(contact.confirmed_at),
        "confirmation_mailed_at": _format_moment(contact.asked_at),
        "answer_mailed_at": _format_moment(contact.answered_at),
        **message,
    }


def export_messages(mail: str) -> list[dict[str, Any]]:
    """Return all data sent with this email address, as one dictionary per message."""
    rows = ContactDetails.objects.with_mail(mail).select_related("complaint", "request").order_by("pk")
    messages = [export_contact(contact) for contact in rows]
    person_exported.send(None, mail=mail, messages=messages)
    return messages


@transaction.atomic
def erase_contact(contact: ContactDetails) -> None:
    """Delete a reader's contact details, and their message unless other readers sent the same request."""
    locked_contact = ContactDetails.objects.select_for_update(of=("self",)).filter(pk=contact.pk).first()
    if locked_contact is None:
        return
    now = timezone.now()
    if locked_contact.complaint_id:
        complaint = Complaint.objects.select_for_update().get(pk=locked_contact.complaint_id)
        locked_contact.delete()
        _erase_text(complaint, now, is_withdrawn=complaint.is_waiting)
        return
    request = ReaderRequest.objects.select_for_update(of=("self",)).get(contacts=locked_contact)
    locked_contact.delete()
    if not request.contacts.exists():
        ReaderPicture.objects.filter(request=request).delete()
        _erase_text(request, now, is_withdrawn=request.is_open)


def _erase_text(row: Complaint | ReaderRequest, now: datetime, *, is_withdrawn: bool) -> None:
    if row.state in ("new", "spam"):
        row.delete()
        return
    if is_withdrawn:
        row.state, row.moved_by, row.moved_by_name = "withdrawn", None, ""
    row.text, row.erased_at = "", now
    changed_fields = ["text", "erased_at", "state", "moved_by", "moved_by_name"]
    if isinstance(row, ReaderRequest):
        row.address = row.url_key = row.picture_key = ""
        changed_fields += ["address", "url_key", "picture_key"]
    row.save(update_fields=changed_fields)


def forget_person(mail: str) -> int:
    """Erase everything sent with this email address; return the number of erased messages."""
    rows = list(ContactDetails.objects.with_mail(mail).order_by("pk"))
    for contact in rows:
        erase_contact(contact)
    results: list[tuple[Any, Any]] = person_forgotten.send(None, mail=mail)
    return len(rows) + sum(erased_count for _receiver, erased_count in results)


@dataclass(frozen=True)
class ExpiredCounts:
    """The numbers of rows deleted because they had expired."""

    unconfirmed_count: int
    spam_count: int
    contact_count: int


@transaction.atomic
def delete_expired() -> ExpiredCounts:
    """Delete expired unconfirmed messages and spam, and the contact details of messages closed long ago.

    Messages held as possible spam stay until an editor decides, however long that takes.
    """
    now = timezone.now()
    unconfirmed_cutoff = now - timedelta(days=settings.READER_CONFIRMATION_DAYS)
    closed_cutoff = now - timedelta(days=settings.READER_CONTACT_DAYS)
    unconfirmed_count = spam_count = 0
    for rows in (Complaint.objects.all(), ReaderRequest.objects.all()):
        unconfirmed_count += _delete_rows(rows.unconfirmed().filter(received_at__lt=unconfirmed_cutoff))
        spam_count += _delete_rows(rows.filter(state="spam", closed_at__lt=closed_cutoff))
    # Contact details of readers who joined an existing request but never confirmed.
    expired_contacts = ContactDetails.objects.filter(confirmed_at=None, created_at__lt=unconfirmed_cutoff)
    expired_contacts = expired_contacts.exclude(Q(complaint__state="new") | Q(request__state="new"))
    closed_message_contacts = ContactDetails.objects.filter(
        Q(complaint__closed_at__lt=closed_cutoff) | Q(request__closed_at__lt=closed_cutoff)
    )
    pictures = ReaderPicture.objects.filter(request__closed_at__lt=closed_cutoff)
    pictures.filter(~Exists(ReaderRequest.objects.open().filter(pk=OuterRef("request")))).delete()
    deleted_count = _delete_rows(expired_contacts) + _delete_rows(closed_message_contacts)
    return ExpiredCounts(unconfirmed_count, spam_count, deleted_count)


def _delete_rows(rows: Any) -> int:
    """Delete these rows and return their number, not counting dependent rows."""
    _total, counts_by_model = rows.delete()
    return int(counts_by_model.get(rows.model._meta.label, 0))


def _export_complaint(complaint: Complaint) -> dict[str, Any]:
    return {
        "number": complaint.pk,
        "claim": complaint.claim_id,
        "version": complaint.version,
        "kind": complaint.kind,
        "text": complaint.text,
        "state": complaint.state,
        "due_on": complaint.due_on.isoformat() if complaint.due_on else None,
        "outcome": complaint.outcome,
        "answer": complaint.answer,
        "reason": complaint.reason,
        "received_at": _format_moment(complaint.received_at),
        "closed_at": _format_moment(complaint.closed_at),
    }


def _export_request(request: ReaderRequest) -> dict[str, Any]:
    return {
        "number": request.pk,
        "text": request.text,
        "address": request.address,
        "picture_sha256": getattr(request, "picture", None) and request.picture.sha256,
        "state": request.state,
        "claim": request.claim_id if request.state == ReaderRequest.State.ANSWERED else None,
        "answer": request.answer,
        "reason": request.reason,
        "received_at": _format_moment(request.received_at),
        "closed_at": _format_moment(request.closed_at),
    }


def _format_moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
