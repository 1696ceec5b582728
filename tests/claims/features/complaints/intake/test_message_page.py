"""The page of one reader."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.complaints import complaint_moves, request_moves
from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest
from claims.models import Claim
from tests.claims.features.complaints.conftest import link_in, token_of, work
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


def test_opening_the_page_does_nothing_and_the_button_confirms(
    complain: Callable[..., Complaint], reader: Client
) -> None:
    complaint = complain(confirmed=False)
    [mail] = work()
    path = link_in(mail)
    for _time in range(2):  # programs open links in mails
        page = reader.get(path)
        assert "Please confirm that this is from you" in page.content.decode()
    assert reader.get(f"{path}confirm/")["Location"] == path
    complaint.refresh_from_db()
    assert complaint.state == "new"
    assert reader.post(f"{path}confirm/")["Location"] == path  # no cookie is needed
    complaint.refresh_from_db()
    assert complaint.state == "confirmed"
    shown = reader.get(path).content.decode()
    assert "Your message is waiting for an editor" in shown
    assert "7 working days from now" in shown
    assert complaint.text in shown


def test_the_page_is_not_cached_or_indexed_and_its_address_is_not_passed_on(
    complain: Callable[..., Complaint], reader: Client
) -> None:
    path = f"/messages/{token_of(complain().contact)}/"
    for address in (path, f"{path}export/", "/messages/" + "x" * 43 + "/", f"{path}withdraw/"):
        answer = reader.get(address)
        assert answer["Cache-Control"] == "no-store", address
        assert answer["Referrer-Policy"] == "no-referrer", address
        assert "noindex" in answer["X-Robots-Tag"], address
        assert not answer.cookies
    assert 'name="referrer" content="no-referrer"' in reader.get(path).content.decode()


@pytest.mark.parametrize("token", ["x" * 43, "x", "ä" * 43, "x" * 500])
def test_a_missing_message_gives_the_reason(token: str, reader: Client, db: None) -> None:
    answer = reader.get(f"/messages/{token}/")
    assert answer.status_code == 404
    assert "This page no longer exists" in answer.content.decode()
    assert reader.post(f"/messages/{token}/delete/").status_code == 404


def test_it_shows_the_answer_and_the_changes(
    complain: Callable[..., Complaint], publish: Callable[..., Claim], editor: User, reader: Client
) -> None:
    complaint = complain()
    path = f"/messages/{token_of(complaint.contact)}/"
    complaint_moves.answer_complaint(
        complaint, outcome="no_change", answer="We have <looked>.", reason="The accounts say so.", by=editor
    )
    page = reader.get(path).content.decode()
    assert "The fact check remains unchanged" in page
    assert "We have &lt;looked&gt;." in page
    assert "The accounts say so." in page
    assert "Withdraw this message" not in page


def test_it_names_no_editor(complain: Callable[..., Complaint], editor: User, reader: Client) -> None:
    complaint = complain()
    complaint_moves.assign_complaint(complaint, editor, by=editor)
    page = reader.get(f"/messages/{token_of(complaint.contact)}/").content.decode()
    assert "An editor is looking into it" in page
    assert "Edith" not in page


def test_the_claim_in_work_is_not_reported(
    ask: Callable[..., ReaderRequest], checker: User, reader: Client
) -> None:
    asked = ask("The mayor sold the harbour.")
    request_moves.link_claim(asked, make_claim("The mayor secretly sold the whole port."), by=checker)
    page = reader.get(f"/messages/{token_of(asked.contacts.get())}/").content.decode()
    assert "This is being checked" in page
    assert "secretly" not in page


def test_it_is_taken_back(complain: Callable[..., Complaint], reader: Client) -> None:
    complaint = complain()
    path = f"/messages/{token_of(complaint.contact)}/"
    reader.post(f"{path}withdraw/")
    complaint.refresh_from_db()
    assert complaint.state == "withdrawn"
    assert "You have withdrawn this message" in reader.get(path).content.decode()


def test_a_person_gets_all_that_is_known_of_them(complain: Callable[..., Complaint], reader: Client) -> None:
    complaint = complain()
    answer = reader.get(f"/messages/{token_of(complaint.contact)}/export/")
    known = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert (known["mail"], known["name"]) == ("rita@example.org", "Rita")
    assert known["complaint"]["text"] == complaint.text


def test_personal_data_are_deleted_on_request(complain: Callable[..., Complaint], reader: Client) -> None:
    complaint = complain()
    path = f"/messages/{token_of(complaint.contact)}/"
    assert reader.post(f"{path}delete/")["Location"] == "/messages/deleted/"
    assert not ContactDetails.objects.exists()
    complaint.refresh_from_db()
    assert (complaint.text, complaint.state) == ("", "withdrawn")
    assert reader.get(path).status_code == 404
    assert reader.get("/messages/deleted/").status_code == 200


def test_how_many_questions_a_page_asks(
    complain: Callable[..., Complaint], reader: Client, django_assert_num_queries: Any
) -> None:
    path = f"/messages/{token_of(complain().contact)}/"
    reader.get(path)
    with django_assert_num_queries(2):
        reader.get(path)
