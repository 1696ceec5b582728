"""What readers send, from the form to the desk."""

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from traceback import format_exception
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from claims.features.complaints import submissions, working_days
from claims.features.complaints.confirmations import Sender, find_contact, normalise_mailbox
from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest, ReaderStep
from claims.features.complaints.pictures import read_picture
from claims.features.complaints.reader_mails import MailRejected
from claims.features.complaints.submissions import SubmissionContext, SubmissionKeyConflict
from claims.features.teamwork.models import Notification
from claims.models import Claim
from tests.claims.features.complaints.conftest import RITA, contact_of, jobs, link_in, token_of, work
from tests.helpers.media_files import SMALL_PNG
from tests.helpers.media_files import picture as photograph

pytestmark = pytest.mark.django_db


def test_a_complaint_reaches_the_desk_once_it_is_confirmed(
    complain: Callable[..., Complaint], editor: User, checker: User
) -> None:
    complaint = complain(confirmed=False)
    assert (complaint.state, complaint.due_on) == ("new", None)
    assert not Complaint.objects.waiting().exists()
    assert not Notification.objects.filter(kind="complained").exists()
    submissions.confirm_contact(complaint.contact)
    submissions.confirm_contact(complaint.contact)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.promised_days) == ("confirmed", 7)
    assert complaint.due_on == working_days.find_due_day(timezone.now(), 7)
    assert list(Complaint.objects.waiting()) == [complaint]
    notifications = Notification.objects.filter(kind="complained")
    assert [row.person for row in notifications] == [editor]  # a fact-checker answers no complaints
    assert complaint.text not in notifications[0].note
    assert "rita" not in notifications[0].note.lower()
    assert ReaderStep.objects.filter(subject="complaint", number=complaint.pk).count() == 1


def test_the_confirmation_mail_contains_no_text_of_the_sender(
    complain: Callable[..., Complaint],
) -> None:
    sender = Sender("rita@example.org", "Buy at https://shop.example", "de")
    complaint = complain(confirmed=False, sender=sender, text="Buy now at https://shop.example!")
    [message] = work()
    assert message.to == ["rita@example.org"]
    for words in (message.subject, message.body, str(message.alternatives[0][0])):
        assert "shop" not in words
        assert "Buy" not in words
    assert find_contact(link_in(message).split("/")[2]) == complaint.contact
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert jobs() == [("mail_confirmation", {"contact_id": complaint.contact.pk})]
    assert work() == []  # a second worker sends nothing again


def test_the_database_does_not_know_the_secret_part(
    complain: Callable[..., Complaint], settings: Any
) -> None:
    contact = complain(confirmed=False).contact
    token = token_of(contact)
    assert len(token) == 43
    assert token not in {
        str(value) for value in ContactDetails.objects.values_list("token_sha256", "seed")[0]
    }
    for wrong in (token[:-1], token + "A", token[:-1] + ("A" if token[-1] != "A" else "B"), "", "ä" * 43):
        assert find_contact(wrong) is None
    # Who gets hold of the database alone cannot make it: another key makes another one.
    settings.SECRET_KEY = "another-" + "x" * 50
    assert token_of(contact) != token
    assert find_contact(token) is None
    assert find_contact(token_of(contact)) == contact


def test_one_mailbox_gets_few_mails_from_strangers(publish: Callable[..., Claim]) -> None:
    entry = publish().publications.get()
    addresses = ["rita@example.org", "Rita@Example.org", "rita+a@example.org", "rita+b@example.org"]
    for number, address in enumerate(addresses):
        submissions.submit_complaint(entry, kind="other", text=f"Number {number}", sender=Sender(address))
    assert len(jobs()) == 3
    assert [row.held_because for row in Complaint.objects.held()] == [["many_mails"]]
    submissions.submit_complaint(entry, kind="other", text="Another", sender=Sender("ruth@example.org"))
    assert len(jobs()) == 4
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        submissions.submit_complaint(entry, kind="other", text="Later", sender=Sender("rita@example.org"))
    assert len(jobs()) == 5


def test_messages_with_signs_of_spam_are_held(publish: Callable[..., Claim]) -> None:
    entry = publish().publications.get()
    sent = {
        "links": "See https://a.example https://b.example www.c.example http://d.example",
        "markup": "Good <a href='https://a.example'>prices</a>",
    }
    for sign, text in sent.items():
        row = submissions.submit_complaint(
            entry, kind="other", text=text, sender=Sender(f"{sign}@example.org")
        )
        assert row.held_because == [sign]
    rows = [
        submissions.submit_complaint(
            entry, kind="other", text="The SAME words.", sender=Sender(f"r{number}@example.org")
        )
        for number in range(4)
    ]
    assert rows[-1].held_because == ["repeated"]
    assert Complaint.objects.held().count() == 3
    assert len(jobs()) == 3  # the first three of the same words
    # A held message cannot be confirmed, even with its address.
    held = Complaint.objects.held().earliest("pk")
    submissions.confirm_contact(contact_of(held))
    held.refresh_from_db()
    assert (held.state, held.contact.confirmed_at) == ("new", None)


def test_the_same_key_takes_in_once(publish: Callable[..., Claim]) -> None:
    entry = publish().publications.get()
    sent = SubmissionContext(key_digest="k" * 64, body_digest="b" * 64)
    one = submissions.submit_complaint(entry, kind="other", text="x", sender=RITA, context=sent)
    assert submissions.submit_complaint(entry, kind="other", text="x", sender=RITA, context=sent) == one
    with pytest.raises(SubmissionKeyConflict):
        submissions.submit_complaint(
            entry,
            kind="other",
            text="y",
            sender=RITA,
            context=SubmissionContext(key_digest="k" * 64, body_digest="c" * 64),
        )
    assert len(jobs()) == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("The mayor sold the harbour for 3 million euros.", "Mayor sold harbour for 3 million euros", True),
        (
            "The mayor sold the harbour for 3 million euros.",
            "The mayor sold the harbour for 9 million euros.",
            False,
        ),
        ("The mayor sold the harbour.", "The mayor did not sell the harbour.", False),
        ("The mayor sold the harbour.", "Vaccines contain microchips.", False),
    ],
)
def test_equal_texts_are_one_request(
    one: str, other: str, is_same: bool, ask: Callable[..., ReaderRequest]
) -> None:
    first = ask(one)
    second = ask(other, mail="ruth@example.org")
    assert (first.pk == second.pk) is is_same
    first.refresh_from_db()
    assert first.reader_count == (2 if is_same else 1)
    assert ReaderRequest.objects.count() == (1 if is_same else 2)


def test_the_same_address_and_the_same_picture_are_the_same(ask: Callable[..., ReaderRequest]) -> None:
    first = ask(address="https://www.example.org/story?utm_source=post")
    same = ask(address="http://example.org/story", mail="ruth@example.org")
    other = ask(address="https://example.org/other", mail="ruth@example.org")
    assert first == same != other
    assert same.reader_count == 2
    shown = ask(picture=read_picture(SMALL_PNG))
    again = ask("Is this real?", picture=read_picture(SMALL_PNG), mail="ruth@example.org")
    another = ask("Is this real?", picture=read_picture(photograph(2)), mail="ruth@example.org")
    assert shown == again != another
    assert again.reader_count == 2


def test_each_sender_counts_once(ask: Callable[..., ReaderRequest]) -> None:
    first = ask("The mayor sold the harbour.")
    assert ask("The mayor sold the harbour.", mail="Rita+again@example.org") == first
    assert ReaderRequest.objects.get().reader_count == 1
    assert first.contacts.count() == 2  # each has a page of its own


def test_closed_requests_accept_no_more_senders(ask: Callable[..., ReaderRequest]) -> None:
    first = ask("The mayor sold the harbour.")
    submissions.withdraw_message(first.contacts.get())
    assert ask("The mayor sold the harbour.", mail="ruth@example.org") != first


def test_one_sender_withdraws_and_the_others_stay(ask: Callable[..., ReaderRequest]) -> None:
    request = ask("The mayor sold the harbour.")
    ask("The mayor sold the harbour.", mail="ruth@example.org")
    rita, ruth = request.contacts.order_by("pk")
    assert submissions.withdraw_message(ruth)
    request.refresh_from_db()
    assert (request.state, request.reader_count, request.contacts.get()) == ("confirmed", 1, rita)
    assert submissions.withdraw_message(rita)
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert not submissions.withdraw_message(rita)


def test_the_sender_can_withdraw_a_complaint(complain: Callable[..., Complaint]) -> None:
    complaint = complain()
    assert submissions.withdraw_message(complaint.contact)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.moved_by_name) == ("withdrawn", "")
    assert complaint.closed_at is not None


def test_mailboxes() -> None:
    assert normalise_mailbox("Rita.K+news@Example.org") == "rita.k@example.org"
    assert normalise_mailbox("+x@example.org") == "+x@example.org"


def test_a_rejected_mail_is_sent_again_and_the_log_names_no_one(
    complain: Callable[..., Complaint], monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = complain(confirmed=False)

    def refuse(message: Any) -> None:
        raise SMTPRecipientsRefused({"rita@example.org": (550, b"no such person")})

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", refuse)
        with pytest.raises(MailRejected) as refused:
            work()
    assert str(refused.value) == "SMTPRecipientsRefused"
    assert "rita" not in "".join(format_exception(refused.value))
    complaint.contact.refresh_from_db()
    assert complaint.contact.asked_at is None
    assert len(work()) == 1


def test_no_job_contains_an_address(
    complain: Callable[..., Complaint], ask: Callable[..., ReaderRequest]
) -> None:
    complain(confirmed=False)
    ask("The mayor sold the harbour.", confirmed=False)
    assert all(set(arguments) == {"contact_id"} for _name, arguments in jobs())
    assert not mail.outbox
