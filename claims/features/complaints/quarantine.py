"""Messages held as possible spam: release them for confirmation by the sender, or mark them as spam."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.features.complaints import reader_mails
from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest
from claims.features.complaints.request_moves import DECIDE_PERMISSION
from claims.features.complaints.submissions import ANSWER_PERMISSION
from claims.newsroom.roles import require_permission

HeldMessage = Complaint | ReaderRequest


@transaction.atomic
def release_messages(rows: Iterable[HeldMessage], *, by: User) -> int:
    """Ask the senders to confirm their email addresses, and return the number of released messages."""
    released_count = 0
    for row in _lock_held_messages(rows, by):
        row.save_move(by, held_because=[])
        for contact in _find_contacts(row):
            reader_mails.queue_confirmation(contact)
        released_count += 1
    return released_count


@transaction.atomic
def mark_as_spam(rows: Iterable[HeldMessage], *, by: User) -> int:
    """Mark the messages as spam, delete their contact details, and return the number of marked messages."""
    marked_count = 0
    for row in _lock_held_messages(rows, by):
        row.save_move(by, state=row.State.SPAM)
        for contact in _find_contacts(row):
            contact.delete()
        marked_count += 1
    return marked_count


def _lock_held_messages(rows: Iterable[HeldMessage], by: User) -> list[HeldMessage]:
    messages: list[HeldMessage] = []
    for row in rows:
        permission = ANSWER_PERMISSION if isinstance(row, Complaint) else DECIDE_PERMISSION
        require_permission(by, permission, _("decide on readers’ messages"))
        message = type(row).objects.held().select_for_update().filter(pk=row.pk).first()
        if message is not None:
            messages.append(message)
    return messages


def _find_contacts(row: HeldMessage) -> list[ContactDetails]:
    return list(
        ContactDetails.objects.filter(complaint=row)
        if isinstance(row, Complaint)
        else ContactDetails.objects.filter(request=row)
    )
