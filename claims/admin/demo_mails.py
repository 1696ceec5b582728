"""The mails of a demo, which are stored instead of sent, the newest first."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

#: What Django's file backend writes after each mail.
_MAIL_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
_SHOWN_MAILS = 100


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail as its recipient would read it."""

    to: str
    subject: str
    date: str
    text: str


def load_stored_mails() -> list[StoredMail]:
    """Return the newest mails of the demo."""
    folder = settings.EMAIL_FILE_PATH
    if folder is None:
        return []
    files = sorted(Path(folder).glob("*.log"), reverse=True)
    contents = (
        part for file in files[:_SHOWN_MAILS] for part in reversed(file.read_bytes().split(_MAIL_SEPARATOR))
    )
    return [_read(content) for content in contents if content.strip()][:_SHOWN_MAILS]


def show_mails(request: HttpRequest) -> HttpResponse:
    """Show the mails."""
    context = {**admin.site.each_context(request), "title": _("Emails"), "mails": load_stored_mails()}
    return TemplateResponse(request, "admin/desk/demo_mails.html", context)


def _read(content: bytes) -> StoredMail:
    mail = message_from_bytes(content.lstrip(), policy=policy.default)
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    return StoredMail(str(mail["To"]), str(mail["Subject"]), str(mail["Date"]), text.strip())
