"""Ask readers to confirm their email addresses.

A sender gets one email, with the URL of a page to confirm and follow the message. The secret part of that URL
is derived from a key of this installation; the database stores only a digest of the secret part.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.crypto import salted_hmac

from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest
from factcheck.web.language_addresses import build_permanent_path

_SALT = "claims.features.complaints.confirmations"
#: The length of the secret part in letters: 256 bits.
TOKEN_LENGTH = 43

TokenRow = TypeVar("TokenRow", bound=Model)


@dataclass(frozen=True)
class Sender:
    """A sender's contact details. The caller has checked that the address and the name are single lines."""

    mail: str
    name: str = ""
    language: str = "en"


def store_contact(
    sender: Sender, *, complaint: Complaint | None = None, request: ReaderRequest | None = None
) -> ContactDetails:
    """Store the sender's contact details with a complaint or a request."""
    seed = uuid4()
    return ContactDetails.objects.create(
        complaint=complaint,
        request=request,
        mail=sender.mail,
        mailbox=normalise_mailbox(sender.mail),
        name=sender.name,
        language=sender.language,
        seed=seed,
        token_sha256=compute_digest(compute_token(seed)),
    )


def find_contact(token: str) -> ContactDetails | None:
    """Return the contact details with this secret token, or None if they have been deleted."""
    rows = ContactDetails.objects.select_related("complaint__claim", "complaint__entry", "request__claim")
    return find_by_token(rows, token)


def build_message_page_url(contact: ContactDetails) -> str:
    """Return the secret URL of a reader's own page. It may appear only in emails to that reader."""
    return settings.SITE_URL + build_permanent_path("reader-message", renew_token(contact))


def normalise_mailbox(mail: str) -> str:
    """Return a key that all spellings of a mailbox share, including those with a tag after a plus sign."""
    local_part, _separator, host = mail.lower().rpartition("@")
    return f"{local_part.partition('+')[0] or local_part}@{host}"


def find_by_token(rows: QuerySet[TokenRow], token: str) -> TokenRow | None:
    """Return the row with this secret token, or None if it has been deleted."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    return rows.filter(token_sha256=compute_digest(token)).first()


def renew_token(row: Any, salt: str = _SALT) -> str:
    """Return a row's secret token; if the installation's key has changed, store a new one first."""
    token = compute_token(row.seed, salt)
    if row.token_sha256 != compute_digest(token):
        type(row).objects.filter(pk=row.pk).update(token_sha256=compute_digest(token))
    return token


def compute_token(seed: UUID, salt: str = _SALT) -> str:
    digest = salted_hmac(salt, seed.hex, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def compute_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
