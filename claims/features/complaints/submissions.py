"""Submit, confirm and withdraw readers' messages. Messages that look like spam are held."""

from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.features.complaints import reader_mails, spam_checks, working_days
from claims.features.complaints.confirmations import Sender, normalise_mailbox, store_contact
from claims.features.complaints.models import (
    Complaint,
    ContactDetails,
    ReaderPicture,
    ReaderRequest,
    SpamSign,
)
from claims.features.complaints.pictures import SentPicture
from claims.features.complaints.request_duplicates import find_duplicate_request
from claims.ledger.queries.address_search import build_address_key
from claims.models import Publication
from claims.newsroom.notifications import NotificationKind, notify_people
from claims.newsroom.people import find_people_with
from factcheck.database.locks import lock_names
from sources.extraction import detect_language

#: The permission to work on complaints.
ANSWER_PERMISSION = "complaints.answer_complaint"

Row = TypeVar("Row", Complaint, ReaderRequest)


class SubmissionKeyConflict(Exception):
    """The Idempotency-Key was already used with a different body."""


@dataclass(frozen=True)
class SubmissionContext:
    """The context of a submission: signs of spam, and the Idempotency-Key.

    Attributes:
        signs: the signs of spam in how the form was sent, not in its text.
        key_digest: a digest of the sender's Idempotency-Key; empty if none was sent.
        body_digest: a digest of the message sent with that key.
    """

    signs: frozenset[SpamSign] = field(default_factory=frozenset)
    key_digest: str = ""
    body_digest: str = ""


@transaction.atomic
def submit_complaint(
    publication: Publication,
    *,
    kind: str,
    text: str,
    sender: Sender,
    context: SubmissionContext = SubmissionContext(),
) -> Complaint:
    """Store a complaint about a publication. The newsroom sees the complaint once the reader has confirmed it.

    Raises:
        SubmissionKeyConflict: the key was used before with another message.
    """
    lock_names(f"mail to {normalise_mailbox(sender.mail)}", *_build_lock_names(context))
    if earlier_complaint := _find_same_submission(Complaint.objects.all(), context):
        return earlier_complaint
    signs = _find_spam_signs(
        text, sender, context, Complaint.objects.all(), max_links=spam_checks.MAX_COMPLAINT_LINKS
    )
    complaint = Complaint.objects.create(
        claim_id=publication.claim_id,
        version=publication.version,
        kind=kind,
        text=text,
        language=sender.language,
        held_because=signs,
        words_sha256=spam_checks.hash_text(text),
        idempotency_key_digest=context.key_digest,
        body_digest=context.body_digest,
    )
    contact = store_contact(sender, complaint=complaint)
    if not signs:
        reader_mails.queue_confirmation(contact)
    return complaint


@transaction.atomic
def submit_request(
    *,
    text: str = "",
    address: str = "",
    picture: SentPicture | None = None,
    sender: Sender,
    context: SubmissionContext = SubmissionContext(),
) -> ReaderRequest:
    """Store a request to check a text, URL or picture. Its reader is counted only after confirming the request.

    Raises:
        SubmissionKeyConflict: the key was used before with another message.
    """
    lock_names(f"mail to {normalise_mailbox(sender.mail)}", *_build_lock_names(context))
    if earlier_request := _find_same_submission(ReaderRequest.objects.all(), context):
        return earlier_request
    full_text = f"{text}\n{address}" if address else text
    signs = _find_spam_signs(
        full_text, sender, context, ReaderRequest.objects.none(), max_links=spam_checks.MAX_REQUEST_LINKS
    )
    request = ReaderRequest.objects.create(
        text=text,
        address=address,
        url_key=build_address_key(address) if address else "",
        picture_key=picture.key if picture else "",
        language=detect_language(text) if text else sender.language,
        held_because=signs,
        words_sha256=spam_checks.hash_text(full_text),
        idempotency_key_digest=context.key_digest,
        body_digest=context.body_digest,
    )
    if picture:
        ReaderPicture.objects.create(
            request=request, media_type=picture.media_type, content=picture.content, sha256=picture.sha256
        )
    contact = store_contact(sender, request=request)
    if not signs:
        reader_mails.queue_confirmation(contact)
    return request


@transaction.atomic
def confirm_contact(contact: ContactDetails) -> ContactDetails | None:
    """Confirm the email address, and pass the message to the desk. A second call changes nothing.

    Returns:
        The current contact details, or None if the person has deleted them in the meantime.
    """
    if contact.request_id:
        lock_names("requests of readers")  # concurrent requests for the same thing count as one
    locked_contact = ContactDetails.objects.select_for_update(of=("self",)).filter(pk=contact.pk).first()
    if locked_contact is None or locked_contact.confirmed_at:
        return locked_contact
    if (locked_contact.complaint or locked_contact.request).held_because:  # type: ignore[union-attr]  # one of them is there
        # An editor reviews a held message first; the sender is asked to confirm only after its release.
        return locked_contact
    locked_contact.confirmed_at = timezone.now()
    if locked_contact.complaint_id:
        _deliver_complaint(locked_contact.complaint_id)
    else:
        locked_contact.request = _deliver_request(locked_contact)
    locked_contact.save(update_fields=["confirmed_at", "request"])
    return locked_contact


def _deliver_complaint(pk: int) -> None:
    complaint = Complaint.objects.select_for_update(of=("self",)).select_related("claim").get(pk=pk)
    if complaint.state != Complaint.State.NEW or complaint.held_because:
        return
    complaint.state = Complaint.State.CONFIRMED
    complaint.promised_days = settings.COMPLAINT_WORKING_DAYS
    complaint.due_on = working_days.find_due_day(timezone.now(), settings.COMPLAINT_WORKING_DAYS)
    complaint.save(update_fields=["state", "promised_days", "due_on"])
    reviewers = find_people_with(ANSWER_PERMISSION)
    notify_people(
        NotificationKind.COMPLAINED, claim=complaint.claim, to=reviewers, note=summarise_complaint(complaint)
    )


def _deliver_request(contact: ContactDetails) -> ReaderRequest:
    assert contact.request_id is not None  # noqa: S101  details are of one thing
    request = ReaderRequest.objects.select_for_update().get(pk=contact.request_id)
    if request.state != ReaderRequest.State.NEW or request.held_because:
        return request
    now = timezone.now()
    if same_request := find_duplicate_request(request, text=request.text):
        same_request = ReaderRequest.objects.select_for_update().get(pk=same_request.pk)
        other_contacts = same_request.contacts.filter(mailbox=contact.mailbox, confirmed_at__isnull=False)
        same_request.reader_count += not other_contacts.exists()
        same_request.last_asked_at = now
        same_request.save(update_fields=["reader_count", "last_asked_at"])
        ContactDetails.objects.filter(pk=contact.pk).update(request=same_request)
        request.delete()
        return same_request
    request.state, request.reader_count, request.last_asked_at = ReaderRequest.State.CONFIRMED, 1, now
    request.save(update_fields=["state", "reader_count", "last_asked_at"])
    return request


@transaction.atomic
def withdraw_message(contact: ContactDetails) -> bool:
    """Withdraw a message that is not answered yet; return whether it was withdrawn."""
    locked_contact = ContactDetails.objects.select_for_update(of=("self",)).filter(pk=contact.pk).first()
    if locked_contact is None:
        return False
    if locked_contact.complaint_id:
        complaint = Complaint.objects.select_for_update().get(pk=locked_contact.complaint_id)
        if not complaint.is_waiting:
            return False
        complaint.save_move(None, state=Complaint.State.WITHDRAWN)
        return True
    request = ReaderRequest.objects.select_for_update(of=("self",)).get(contacts=locked_contact)
    if not request.is_open:
        return False
    if request.contacts.filter(confirmed_at__isnull=False).exclude(pk=locked_contact.pk).exists():
        # Other readers with the same request still want an answer.
        ReaderRequest.objects.filter(pk=request.pk, reader_count__gt=1).update(
            reader_count=F("reader_count") - 1
        )
        locked_contact.delete()
        return True
    request.save_move(None, state=ReaderRequest.State.WITHDRAWN)
    return True


def summarise_complaint(complaint: Complaint) -> str:
    """Return the text of the notification about a complaint, without the reader's name or words."""
    due_text = date_format(complaint.due_on, "DATE_FORMAT") if complaint.due_on else ""
    return _("%(kind)s; answer due by %(due)s") % {"kind": complaint.get_kind_display(), "due": due_text}


def _build_lock_names(context: SubmissionContext) -> list[str]:
    return [f"sent with {context.key_digest}"] if context.key_digest else []


def _find_same_submission(rows: QuerySet[Row], context: SubmissionContext) -> Row | None:
    """Return the message stored with the same key, or None. Locks the key against concurrent requests."""
    row = rows.filter(idempotency_key_digest=context.key_digest).first() if context.key_digest else None
    if row and row.body_digest != context.body_digest:
        raise SubmissionKeyConflict
    return row


def _find_spam_signs(
    text: str, sender: Sender, context: SubmissionContext, earlier_rows: QuerySet[Row], *, max_links: int
) -> list[str]:
    """Return the reasons for holding the message; empty if there are none."""
    signs = {
        *context.signs,
        *spam_checks.find_spam_signs(text, max_links=max_links, earlier_rows=earlier_rows),
    }
    if spam_checks.has_too_many_mails(normalise_mailbox(sender.mail)):
        signs.add(SpamSign.MANY_MAILS)
    return sorted(signs)
