"""Requests that go out by mail: what they say, that each goes once, and what keeps it from going."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.reply import open_replies, reply_mails, reply_requests
from claims.features.reply.models import ReplyRequest
from claims.models import Verdict
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from tests.claims.features.reply.replies import answer, ask, named_draft
from tests.helpers.recorded_notifications import recorded_notifications

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(checker: User) -> ReplyRequest:
    draft: Verdict = named_draft(checker)
    return ask(
        draft,
        checker,
        sent_at=None,
        text="Please answer by {deadline}.",
        subject="Your speech\r\nBcc: x@y.example",
    )


def queued_mails() -> list[dict[str, Any]]:
    jobs = ProcrastinateJob.objects.filter(task_name=reply_requests.MAIL_TASK)
    return list(jobs.order_by("pk").values_list("args", flat=True))


def work() -> None:
    for job in queued_mails():
        reply_mails.mail_reply_request(**job)


def test_mail_goes_to_the_person_asked_and_replies_to_the_person_asking(
    row: ReplyRequest, checker: User, mailoutbox: Any
) -> None:
    reply_requests.queue_mail(row, by=checker)
    assert mailoutbox == []
    work()
    (mail,) = mailoutbox
    row.refresh_from_db()
    assert (mail.to, mail.reply_to) == (["press@ministry.example"], ["chris@example.org"])
    assert mail.subject == "Your speech Bcc: x@y.example"
    assert mail.body == row.text + "\n"
    assert "{" not in mail.body
    assert mail.extra_headers["Message-ID"] == row.message_id != ""
    assert row.sent_at
    assert (row.sent_by, row.sent_by_name) == (checker, "Chris")
    work()
    assert len(mailoutbox) == 1


def test_verdict_is_not_submitted_while_the_mail_is_on_its_way(row: ReplyRequest, checker: User) -> None:
    reply_requests.queue_mail(row, by=checker)
    with pytest.raises(NotPossible, match="a request for reply"):
        workflow.move(row.verdict, "submit", by=checker)
    work()
    assert workflow.move(row.verdict, "submit", by=checker).reply_rule == "due"


def test_stopped_mail_does_not_go(row: ReplyRequest, checker: User, mailoutbox: Any) -> None:
    reply_requests.queue_mail(row, by=checker)
    with pytest.raises(NotPossible, match="Stop that first"):
        reply_requests.edit_request(row, by=checker, text="Another question")
    reply_requests.stop_mail(row, by=checker)
    work()
    row.refresh_from_db()
    assert mailoutbox == []
    assert row.sent_at is None


def test_mail_that_fails_is_not_sent_and_the_desk_says_why(
    row: ReplyRequest, checker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: EmailMessage, fail_silently: bool = False) -> int:
        raise SMTPServerDisconnected("The server is away.")

    reply_requests.queue_mail(row, by=checker)
    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", away)
        with pytest.raises(SMTPServerDisconnected):
            work()
    row.refresh_from_db()
    assert (row.sent_at, row.message_id, row.mail_problem) == (None, "", "The server is away.")
    work()
    row.refresh_from_db()
    assert row.sent_at
    assert row.mail_problem == ""


def test_late_mails_are_not_sent(row: ReplyRequest, checker: User, mailoutbox: Any) -> None:
    reply_requests.queue_mail(row, by=checker)
    ReplyRequest.objects.update(answer_by=timezone.now() - timedelta(hours=1))
    work()
    row.refresh_from_db()
    assert mailoutbox == []
    assert row.mail_asked_at is None
    assert "has passed" in row.mail_problem


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"address": "press office"}, "is not an email address"),
        ({"address": "a@example.org, b@example.org"}, "is not an email address"),
        ({"address": ""}, "is not an email address"),
        ({"channel": "telephone"}, "Only requests by email"),
        ({"answer_by": timezone.now() - timedelta(hours=1)}, "has passed"),
    ],
)
def test_requests_that_cannot_be_mailed_are_refused(
    row: ReplyRequest, checker: User, change: Any, sentence: str
) -> None:
    ReplyRequest.objects.update(**change)
    with pytest.raises(NotPossible, match=sentence):
        reply_requests.queue_mail(row, by=checker)
    assert queued_mails() == []


def test_people_without_an_address_cannot_mail_requests(row: ReplyRequest, checker: User) -> None:
    checker.email = ""
    checker.save()
    with pytest.raises(NotPossible, match="your account has no email address"):
        reply_requests.queue_mail(row, by=checker)


# Deadlines ------------------------------------------------------------------------------------------------------------


def test_deadline_that_passed_is_reported_once(checker: User, editor: User) -> None:
    draft = named_draft(checker)
    ask(draft, editor, hours=-1)
    ask(draft, checker, hours=3, party="The builder", claimant=None)
    with recorded_notifications() as sent:
        open_replies.notify_of_deadlines(0)
        open_replies.notify_of_deadlines(0)
    assert {kind for kind, _name, _note in sent} == {"answer_overdue"}
    assert sorted({(name, note) for _kind, name, note in sent}) == [
        ("chris", "Mara Lindqvist"),
        ("edith", "Mara Lindqvist"),
    ]


def test_answered_in_time_is_not_reported(checker: User) -> None:
    draft = named_draft(checker)
    reply_requests.record_reply(ask(draft, checker, hours=-1), answer(), by=checker)
    with recorded_notifications() as sent:
        open_replies.notify_of_deadlines(0)
    assert sent == []


def test_addresses_are_deleted_after_a_while(checker: User, editor: User, settings: Any) -> None:
    settings.REPLY_ADDRESS_DAYS = 30
    draft = named_draft(checker)
    old, young = ask(draft, checker, ago=24 * 40, hours=-1), ask(draft, checker, ago=24 * 3, hours=-1)
    workflow.move(draft, "submit", by=checker)
    open_replies.delete_old_addresses(0)
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.address, young.address) == ("", "press@ministry.example")
