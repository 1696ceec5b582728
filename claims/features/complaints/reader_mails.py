"""Emails to readers, sent by the worker: the request to confirm, and the answer.

A job stores the id of a contact, never an email address. The text is composed when the email is sent, and
nothing is sent if the contact details have been deleted. The emails contain none of the sender's own words,
so that nobody can use them to send messages to strangers.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from smtplib import SMTPException
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from claims.features.complaints.confirmations import build_message_page_url
from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest
from claims.models import Publication
from claims.newsroom.mails import MAIL_QUEUE, compose_mail
from factcheck.database.deferred_jobs import defer

#: The jobs in `tasks` that send these emails.
CONFIRMATION_TASK = "claims.features.complaints.tasks.mail_confirmation"
ANSWER_TASK = "claims.features.complaints.tasks.mail_answer"


class MailRejected(Exception):
    """The mail server rejected the message. Unlike the server's error, this one does not contain the address."""


def queue_confirmation(contact: ContactDetails) -> None:
    """Queue the email that asks a reader to confirm the address, in the current transaction."""
    defer(CONFIRMATION_TASK, {"contact_id": contact.pk}, queue=MAIL_QUEUE)


def queue_answer(contacts: Iterable[ContactDetails]) -> None:
    """Queue an email about the outcome to each contact, in the current transaction."""
    confirmed_contacts = [contact for contact in contacts if contact.confirmed_at]
    defer(ANSWER_TASK, *({"contact_id": contact.pk} for contact in confirmed_contacts), queue=MAIL_QUEUE)


@transaction.atomic
def mail_confirmation(*, contact_id: int) -> None:
    """Ask the reader by email, only once, whether the address is theirs."""
    contact = _lock_contact(contact_id)
    if contact is None or contact.confirmed_at or contact.asked_at:
        return
    ContactDetails.objects.filter(pk=contact.pk).update(asked_at=timezone.now())
    with activate_reader_language(contact.language):
        subject = _("Please confirm your message to %(newsroom)s") % {"newsroom": settings.NEWSROOM_NAME}
        _compose_and_send(
            contact, subject, "reader_confirmation", {"days": settings.READER_CONFIRMATION_DAYS}
        )


@transaction.atomic
def mail_answer(*, contact_id: int) -> None:
    """Email the outcome to the reader, only once."""
    contact = _lock_contact(contact_id)
    if contact is None or not contact.confirmed_at or contact.answered_at:
        return
    message = contact.complaint or contact.request
    if message is None or message.closed_at is None:
        return
    ContactDetails.objects.filter(pk=contact.pk).update(answered_at=timezone.now())
    with activate_reader_language(contact.language):
        is_complaint = isinstance(message, Complaint)
        subject = _("The answer to your complaint") if is_complaint else _("The answer to your request")
        context = {"about": message, "is_complaint": is_complaint, **_load_claim(message)}
        _compose_and_send(contact, f"{subject} · {settings.NEWSROOM_NAME}", "reader_answer", context)


def _load_claim(message: Complaint | ReaderRequest) -> dict[str, Any]:
    """Return the claim as currently published, or an empty document if it is not published."""
    if message.claim_id is None:
        return {}
    entry = Publication.objects.current().filter(claim_id=message.claim_id).first()
    return {"claim": entry.document} if entry else {}


def _lock_contact(pk: int) -> ContactDetails | None:
    rows = ContactDetails.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("complaint__claim", "complaint__entry", "request__claim").filter(pk=pk).first()


@contextmanager
def activate_reader_language(language: str) -> Iterator[None]:
    """Activate a reader's language and the newsroom's time zone inside the `with` block."""
    available_language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(available_language), timezone.override(ZoneInfo(settings.TIME_ZONE)):
        yield


def _compose_and_send(contact: ContactDetails, subject: str, template: str, context: dict[str, Any]) -> None:
    mail_context = {
        "newsroom": settings.NEWSROOM_NAME,
        "page": build_message_page_url(contact),
        "contact": contact,
        **context,
    }
    send_to_reader(compose_mail(contact.mail, subject, template, mail_context))


def send_to_reader(mail: EmailMultiAlternatives) -> None:
    """Send an email to a reader. Raises MailRejected."""
    try:
        mail.send()
    except SMTPException as failure:
        # The message of the original error and its traceback contain the address.
        raise MailRejected(type(failure).__name__) from None
