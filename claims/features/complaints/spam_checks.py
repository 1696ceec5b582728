"""Signs of spam, found without external services. Messages with a sign are held for review."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

from django.db import models
from django.utils import timezone

from claims.features.complaints.models import ContactDetails, SpamSign
from claims.quotes.statements import normalise_statement

#: More links than these are a sign: who complains names a source or two, who asks shows where something stands.
MOST_LINKS_OF_COMPLAINT, MOST_LINKS_OF_REQUEST = 3, 5
#: Within a week the same words are expected from so many people; campaigns write more, and so do programs.
MAX_REPEATS = 3
#: Unanswered emails to one mailbox within a day.
MAX_MAILS = 3

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_MARKUP = re.compile(r"<a\s|\[url[=\]]|\[link[=\]]|</?(?:script|iframe|img)\b|\]\(https?://", re.IGNORECASE)


def hash_words(text: str) -> str:
    """Return a digest that is equal for the same words in any spelling."""
    return hashlib.sha256(normalise_statement(text).encode()).hexdigest() if text.strip() else ""


def find_spam_signs(
    text: str, *, most_links: int, earlier: models.QuerySet[models.Model]
) -> Iterator[SpamSign]:
    """Return the signs of spam in the text.

    Args:
        earlier: among what the same words may have come before.
    """
    if len(_LINK.findall(text)) > most_links:
        yield SpamSign.LINKS
    if _MARKUP.search(text):
        yield SpamSign.MARKUP
    if words := hash_words(text):
        since = timezone.now() - timedelta(days=7)
        if earlier.filter(words_sha256=words, received_at__gte=since).count() >= MAX_REPEATS:
            yield SpamSign.REPEATED


def has_too_many_mails(mailbox: str) -> bool:
    """Return whether a mailbox already received the maximum of unconfirmed mails. Call it while the mailbox is
    locked.
    """
    recent = ContactDetails.objects.filter(
        mailbox=mailbox, confirmed_at=None, created_at__gte=timezone.now() - timedelta(days=1)
    )
    return recent.count() >= MAX_MAILS
