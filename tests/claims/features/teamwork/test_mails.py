"""Mails: recipients at the time of sending; contents; and that each is sent once."""

from collections.abc import Callable
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives

from claims.features.teamwork import comments, mails, notification_upkeep, notifications
from claims.features.teamwork.models import Notification
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, MailSchedule, Verdict
from claims.newsroom.mail_languages import get_time_zone
from claims.review import workflow
from tests.claims.features.teamwork.conftest import jobs
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Work = Callable[[], None]


def test_each_reviewer_gets_one_mail(
    draft: Verdict,
    checker: User,
    colleague: User,
    editor: User,
    contributor: User,
    work_mail: Work,
    mailoutbox: Any,
) -> None:
    workflow.move(draft, "submit", by=checker)
    assert mailoutbox == []  # nothing is mailed before the commit
    work_mail()
    assert sorted(mail.to for mail in mailoutbox) == [["edith@example.org"], ["kim@example.org"]]
    work_mail()
    assert len(mailoutbox) == 2


def test_contents_of_a_mail(
    claim: Claim, checker: User, colleague: User, work_mail: Work, mailoutbox: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://facts.example.org"
    settings.NEWSROOM_NAME = "The <b>Harbour</b> Post"
    comments.add_comment(claim, "@kim: <script>alert(1)</script>", by=checker)
    work_mail()
    (mail,) = mailoutbox
    notification = Notification.objects.get()
    assert (
        mail.subject == f"[The <b>Harbour</b> Post] Claim {claim.pk}: The bridge cost ninety million euros."
    )
    assert mail.body == (
        "Chris mentioned you:\n\nThe bridge cost ninety million euros.\n\n@kim: <script>alert(1)</script>\n\n"
        f"https://facts.example.org/admin/teamwork/notification/{notification.pk}/open/\n\n-- \n"
        "The <b>Harbour</b> Post\n"
        "Notification settings: https://facts.example.org/admin/teamwork/notification/preferences/\n"
    )
    html, kind = mail.alternatives[0]
    assert kind == "text/html"
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<b>Harbour" not in html
    headers = mail.message()
    assert headers["Message-ID"] == f"<notification-{notification.pk}@facts.example.org>"
    assert headers["References"] == headers["In-Reply-To"] == f"<claim-{claim.pk}@facts.example.org>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    stop = headers["List-Unsubscribe"].strip("<>")
    assert stop.startswith("https://facts.example.org/admin/teamwork/notification/stop/")
    assert mails.parse_unsubscribe_token(stop.rstrip("/").rpartition("/")[2]) == (colleague.pk, "mentioned")


def test_no_statement_writes_headers(
    checker: User, colleague: User, work_mail: Work, mailoutbox: Any
) -> None:
    claim = make_claim("Free\r\nBcc: everybody@example.org\u2028\u202eX-Evil: 1\x00?".replace("\x00", ""))
    User.objects.filter(pk=checker.pk).update(first_name="Eve\nBcc: a@example.org")
    notify_people("overdue", claim=claim, to=[colleague], by=User.objects.get(pk=checker.pk))
    work_mail()
    (mail,) = mailoutbox
    message = mail.message()
    assert message["Subject"].endswith(f"Claim {claim.pk}: Free Bcc: everybody@example.org X-Evil: 1?")
    assert mail.recipients() == ["kim@example.org"]
    assert message["Bcc"] is None
    assert message["X-Evil"] is None


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda person: User.objects.filter(pk=person.pk).update(is_active=False),
        lambda person: User.objects.filter(pk=person.pk).update(is_staff=False),
        lambda person: User.objects.filter(pk=person.pk).update(email=""),
        lambda person: person.groups.clear(),
    ],
)
def test_recipients_are_determined_when_it_is_sent(
    meanwhile: Callable[[User], Any], claim: Claim, colleague: User, work_mail: Work, mailoutbox: Any
) -> None:
    notify_people("overdue", claim=claim, to=[colleague])
    meanwhile(colleague)
    work_mail()
    assert mailoutbox == []
    assert Notification.objects.get().mailed_at is None


def test_withdrawn_comments_are_not_mailed(
    claim: Claim, checker: User, colleague: User, work_mail: Work, mailoutbox: Any
) -> None:
    said = comments.add_comment(claim, "@kim is late.", by=checker).comment
    comments.withdraw_comment(said, by=checker)
    work_mail()
    assert mailoutbox == []


def test_an_unavailable_mail_server_is_retried(
    claim: Claim, colleague: User, work_mail: Work, mailoutbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify_people("overdue", claim=claim, to=[colleague])

    def away(mail: EmailMultiAlternatives) -> None:
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", away)
        with pytest.raises(SMTPServerDisconnected):
            work_mail()
    assert Notification.objects.get().mailed_at is None
    work_mail()
    work_mail()
    assert len(mailoutbox) == 1


def test_in_the_language_of_the_recipient(
    claim: Claim, colleague: User, work_mail: Work, mailoutbox: Any
) -> None:
    MailSchedule.objects.create(person=colleague, language="ar")
    notify_people("overdue", claim=claim, to=[colleague])
    work_mail()
    assert '<html lang="ar" dir="rtl">' in mailoutbox[0].alternatives[0][0]


def test_a_time_zone_that_is_gone_is_the_newsrooms(colleague: User) -> None:
    assert str(get_time_zone(MailSchedule(person=colleague, time_zone="Mars/Olympus"))) == "UTC"


def test_a_forged_unsubscribe_link_changes_nothing(colleague: User) -> None:
    token = mails.build_unsubscribe_token(colleague, "overdue")
    assert mails.parse_unsubscribe_token(token) == (colleague.pk, "overdue")
    for other in ("", "x", token[:-1], token.replace(token[0], "x", 1), f"{token}:"):
        assert mails.parse_unsubscribe_token(other) is None


def test_mails_of_a_killed_worker_are_sent_once(claim: Claim, colleague: User, time_machine: Any) -> None:
    notify_people("overdue", claim=claim, to=[colleague])
    (row,) = Notification.objects.all()
    for minutes, asked in ((30, 1), (90, 2), (150, 2)):
        time_machine.move_to(row.created_at.timestamp() + minutes * 60)
        notification_upkeep.queue_unsent_notifications(0)
        assert len(jobs(notifications.MAIL_TASK)) == asked


def test_old_notifications_are_deleted(claim: Claim, colleague: User, time_machine: Any) -> None:
    notify_people("overdue", claim=claim, to=[colleague])
    (row,) = Notification.objects.all()
    for days, left in ((179, 1), (181, 0)):
        time_machine.move_to(row.created_at.timestamp() + days * 86400)
        notification_upkeep.delete_old_notifications(0)
        assert Notification.objects.count() == left
