"""The page of a demo with the mails that it stores instead of sending them."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import RequestFactory

from claims.admin.administration import load_stored_mails, show_mails
from factcheck.installation.environment import read_mail_settings


@pytest.fixture
def stored_in(settings: Any, tmp_path: Path) -> Path:
    for name, value in read_mail_settings("EMAIL_URL", mail_folder=tmp_path / "mails").items():
        setattr(settings, name, value)
    return tmp_path


def test_the_newest_mail_is_shown_first_as_its_recipient_reads_it(
    stored_in: Path, editor: User, administrator: User, rf: RequestFactory
) -> None:
    assert load_stored_mails(administrator) == []
    connection = get_connection()
    for subject, text in (("First", "Grüße <b>"), ("Second: ünï", "Open https://desk.example/invited/ now.")):
        message = EmailMultiAlternatives(subject, text, "desk@here.example", ["kim@here.example"])
        message.attach_alternative("<p>HTML</p>", "text/html")
        connection.send_messages([message])
    mails = load_stored_mails(administrator)
    assert [(one.recipient, one.subject, one.text) for one in mails] == [
        ("kim@here.example", "Second: ünï", "Open https://desk.example/invited/ now."),
        ("kim@here.example", "First", "Grüße <b>"),
    ]
    request = rf.get("/admin/emails/")
    request.user = administrator
    page = show_mails(request).render().content.decode()  # type: ignore[attr-defined]  # a TemplateResponse
    assert '<a href="https://desk.example/invited/"' in page
    assert "Grüße &lt;b&gt;" in page


def test_people_who_invite_no_one_see_their_own_mails(
    stored_in: Path, editor: User, administrator: User
) -> None:
    editor.email = "edit@here.example"
    for to in ("edit@here.example", "kim@here.example"):
        EmailMultiAlternatives("Your invitation", "Open the link.", "desk@here.example", [to]).send()
    seen = [{mail.recipient for mail in load_stored_mails(person)} for person in (editor, administrator)]
    assert seen == [{"edit@here.example"}, {"kim@here.example", "edit@here.example"}]
    editor.email = ""
    assert load_stored_mails(editor) == []
