"""The common parts of all emails from the newsroom: queue, retries, addresses and headers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from procrastinate import RetryStrategy

MAIL_QUEUE = "mail"
#: Emails that fail are sent again after 4, 16, 64, 256, 1024 seconds and so on, for most of a day.
RETRIES = RetryStrategy(max_attempts=8, exponential_wait=4)


def to_one_line(text: str) -> str:
    """Return the text without characters that could end a header or change the text direction."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def compose_mail(
    to: str, subject: str, template: str, context: Mapping[str, Any], *, unsubscribe_url: str = ""
) -> EmailMultiAlternatives:
    """Return an email as text and HTML.

    Args:
        template: the templates' name in `mail/`, without the ending.
        unsubscribe_url: the URL that ends these emails with one click.
    """
    text = render_to_string(f"mail/{template}.txt", dict(context)).strip() + "\n"
    mail = EmailMultiAlternatives(to_one_line(subject), text, to=[to])
    mail.attach_alternative(render_to_string(f"mail/{template}.html", dict(context)), "text/html")
    mail.extra_headers = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no automatic replies
    if unsubscribe_url:  # RFC 8058: mail programs need not open a page
        mail.extra_headers |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return mail


def make_absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def build_message_id(identifier: str) -> str:
    """Return a message id. A repeated email has the same id, so mail programs show it once."""
    return f"<{identifier}@{urlsplit(settings.SITE_URL).hostname}>"
