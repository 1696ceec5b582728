"""Signs of spam, found without external services. Messages with a sign are held for review."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

from django.db import models
from django.utils import timezone

from claims.features.complaints.models import ContactDetails, SpamSign
from claims.search.texts import normalise_statement

#: More links are a sign of spam: a genuine complaint names a source or two, and a genuine request shows where
#: something appeared.
MAX_COMPLAINT_LINKS, MAX_REQUEST_LINKS = 3, 5
#: The same words may be sent this many times within a week; more point to a campaign or a program.
MAX_REPEATED_MESSAGES = 3
#: The most emails sent to one mailbox within a day without a confirmation.
MAX_MAILS = 3

_LINK_PATTERN = re.compile(r"https?://|www\.", re.IGNORECASE)
_MARKUP_PATTERN = re.compile(
    r"<a\s|\[url[=\]]|\[link[=\]]|</?(?:script|iframe|img)\b|\]\(https?://", re.IGNORECASE
)


def hash_text(text: str) -> str:
    """Return a digest of the text that ignores case, accents and punctuation."""
    return hashlib.sha256(normalise_statement(text).encode()).hexdigest() if text.strip() else ""


def find_spam_signs(
    text: str, *, max_links: int, earlier_rows: models.QuerySet[models.Model]
) -> Iterator[SpamSign]:
    """Yield the signs of spam in a message.

    Args:
        earlier_rows: earlier messages, searched for the same text.
    """
    if len(_LINK_PATTERN.findall(text)) > max_links:
        yield SpamSign.LINKS
    if _MARKUP_PATTERN.search(text):
        yield SpamSign.MARKUP
    if words_digest := hash_text(text):
        week_ago = timezone.now() - timedelta(days=7)
        if (
            earlier_rows.filter(words_sha256=words_digest, received_at__gte=week_ago).count()
            >= MAX_REPEATED_MESSAGES
        ):
            yield SpamSign.REPEATED


def has_too_many_mails(mailbox: str) -> bool:
    """Return whether the mailbox, which the caller has locked, got the maximum of unconfirmed emails in a day."""
    recent_contacts = ContactDetails.objects.filter(
        mailbox=mailbox, confirmed_at=None, created_at__gte=timezone.now() - timedelta(days=1)
    )
    return recent_contacts.count() >= MAX_MAILS
