"""How long personal data are stored."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from claims.features.complaints import complaint_moves, personal_data, quarantine, request_moves, submissions
from claims.features.complaints.confirmations import Sender
from claims.features.complaints.models import Complaint, ContactDetails, ReaderPicture, ReaderRequest
from claims.features.complaints.pictures import read_picture
from claims.features.complaints.tasks import delete_expired_contacts
from tests.claims.features.complaints.conftest import work
from tests.helpers.broken_rules import as_committed
from tests.helpers.media_files import SMALL_PNG

pytestmark = pytest.mark.django_db

SAID = "The mayor sold the harbour."


def in_days(days: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days))


def test_unconfirmed_messages_are_deleted(
    complain: Callable[..., Complaint], ask: Callable[..., ReaderRequest]
) -> None:
    complain(confirmed=False)
    ask(SAID, confirmed=False, picture=read_picture(SMALL_PNG))
    kept = complain(sender=Sender("ruth@example.org"))
    with in_days(6.9):
        assert personal_data.delete_expired() == personal_data.ExpiredCounts(0, 0, 0)
    with in_days(7.1):
        assert personal_data.delete_expired() == personal_data.ExpiredCounts(2, 0, 0)
    assert list(Complaint.objects.all()) == [kept]
    assert not ReaderRequest.objects.exists()
    assert not ReaderPicture.objects.exists()
    assert [contact.mail for contact in ContactDetails.objects.all()] == ["ruth@example.org"]


def test_held_messages_wait_for_a_person(complain: Callable[..., Complaint], editor: User) -> None:
    held = complain(confirmed=False, text="<a href='x'>Prices</a>")
    with in_days(400):
        assert personal_data.delete_expired() == personal_data.ExpiredCounts(0, 0, 0)
    quarantine.mark_as_spam([held], by=editor)
    assert not ContactDetails.objects.exists()
    with in_days(91):
        assert personal_data.delete_expired() == personal_data.ExpiredCounts(0, 1, 0)
    assert not Complaint.objects.exists()


def test_contact_details_are_deleted_after_a_while_and_answers_are_kept(
    complain: Callable[..., Complaint], ask: Callable[..., ReaderRequest], editor: User
) -> None:
    complaint, asked = complain(), ask(SAID, picture=read_picture(SMALL_PNG))
    open_one = ask("The mayor sold the church.", mail="ruth@example.org")
    complaint_moves.answer_complaint(complaint, outcome="clarified", answer="It is clearer now.", by=editor)
    request_moves.decline_request(asked, reason="An opinion.", by=editor)
    with in_days(89):
        assert personal_data.delete_expired().contact_count == 0
    with in_days(91):
        delete_expired_contacts(0)
        assert list(ContactDetails.objects.all()) == [open_one.contacts.get()]
    assert not ReaderPicture.objects.exists()
    complaint.refresh_from_db()
    assert (complaint.answer, complaint.text != "") == ("It is clearer now.", True)


def test_a_request_is_erased_with_its_last_sender(ask: Callable[..., ReaderRequest]) -> None:
    asked = ask(SAID, picture=read_picture(SMALL_PNG))
    ask("Is it?", picture=read_picture(SMALL_PNG), mail="ruth@example.org")
    rita, ruth = asked.contacts.order_by("pk")
    personal_data.erase_contact(rita)
    asked.refresh_from_db()
    assert (asked.text, asked.state, asked.reader_count) == (SAID, "confirmed", 2)
    personal_data.erase_contact(ruth)
    asked.refresh_from_db()
    assert (asked.text, asked.picture_key, asked.state) == ("", "", "withdrawn")
    assert not ReaderPicture.objects.exists()
    personal_data.erase_contact(ruth)  # a second time changes nothing


def test_a_command_shows_and_erases_a_persons_data(
    complain: Callable[..., Complaint], ask: Callable[..., ReaderRequest]
) -> None:
    complain()
    ask(SAID, mail="RITA@example.org")
    complain(sender=Sender("ruth@example.org"))
    out = StringIO()
    call_command("export_person", "Rita@Example.org", stdout=out)
    known = json.loads(out.getvalue())
    assert [sorted(one.keys() & {"complaint", "request"}) for one in known] == [["complaint"], ["request"]]
    out = StringIO()
    call_command("forget_person", "rita@example.org", stdout=out)
    assert out.getvalue() == "Deleted: 2 messages.\n"
    assert [contact.mail for contact in ContactDetails.objects.all()] == ["ruth@example.org"]
    for command in ("export_person", "forget_person"):
        with pytest.raises(CommandError, match="There are no records"):
            call_command(command, "rita@example.org")
    out = StringIO()
    call_command("delete_expired_contacts", stdout=out)
    assert out.getvalue() == "Deleted: 0 unconfirmed messages, 0 spam messages, the details of 0 readers.\n"


def test_no_other_table_has_personal_data(
    complain: Callable[..., Complaint], ask: Callable[..., ReaderRequest], editor: User
) -> None:
    """Neither history, nor jobs, notifications, steps or the log of the desk hold an address or a name."""
    sender = Sender("rita.unmistakable@example.org", "Rita Unmistakable")
    complaint = complain(sender=sender)
    complaint_moves.assign_complaint(complaint, editor, by=editor)
    complaint_moves.answer_complaint(complaint, outcome="clarified", answer="It is clearer now.", by=editor)
    asked = submissions.submit_request(text=SAID, sender=sender)
    submissions.confirm_contact(asked.contacts.get())
    work()
    as_committed()
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM \"{table}\" AS row WHERE row::text ILIKE '%unmistakable%'")
            if cursor.fetchone()[0]:
                found.append(table)
    assert found == ["complaints_contactdetails"]
    personal_data.forget_person("rita.unmistakable@example.org")
    assert not ContactDetails.objects.exists()
