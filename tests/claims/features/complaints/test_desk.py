"""Complaints and requests of readers on the desk's pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from claims.features.complaints import submissions
from claims.features.complaints.confirmations import Sender
from claims.features.complaints.models import Complaint, ReaderRequest
from claims.features.complaints.pictures import read_picture
from claims.features.teamwork.models import Notification
from claims.models import Claim
from tests.helpers.media_files import SMALL_PNG
from tests.helpers.newsroom import make_claim, person

pytestmark = pytest.mark.django_db

SENDER = Sender("rita.private@example.org", "Rita Private")


def at_desk(somebody: User) -> Client:
    client = Client()
    client.force_login(somebody)
    return client


@pytest.fixture
def complaint(publish: Callable[..., Claim]) -> Complaint:
    sent = submissions.submit_complaint(
        publish().publications.get(), kind="other", text="The sum is another.", sender=SENDER
    )
    submissions.confirm_contact(sent.contact)
    sent.refresh_from_db()
    return sent


@pytest.fixture
def asked(db: None) -> ReaderRequest:
    sent = submissions.submit_request(
        text="The mayor sold the harbour.", sender=SENDER, picture=read_picture(SMALL_PNG)
    )
    submissions.confirm_contact(sent.contacts.get())
    sent.refresh_from_db()
    return sent


def page_of(row: Complaint | ReaderRequest, button: str = "change") -> str:
    return f"/admin/complaints/{row._meta.model_name}/{row.pk}/{button}/"


def test_contact_details_are_visible_only_to_people_who_answer(
    complaint: Complaint, asked: ReaderRequest, checker: User, editor: User, contributor: User
) -> None:
    for row in (complaint, asked):
        assert at_desk(contributor).get(page_of(row)).status_code == 403
        read_along = at_desk(checker).get(page_of(row)).content.decode()
        assert "rita.private" not in read_along
        assert "Rita Private" not in read_along
        assert "rita.private" in at_desk(editor).get(page_of(row)).content.decode()


def test_personal_data_is_in_no_list_search_or_download(
    complaint: Complaint, asked: ReaderRequest, administrator: User
) -> None:
    desk = at_desk(administrator)
    for model in ("complaint", "readerrequest"):
        listed = f"/admin/complaints/{model}/"
        for path in (listed, f"{listed}download/csv/", "/admin/", "/admin/teamwork/notification/"):
            answer = desk.get(path)
            content = answer.getvalue()
            assert answer.status_code == 200
            assert b"rita" not in content.lower(), path
        found = desk.get(listed, {"q": "rita"})
        assert found.context["cl"].result_count == 0
        assert desk.get(listed, {"contact__mail": SENDER.mail}).status_code in (302, 400)
    results = desk.get("/admin/search/", {"s": "rita"}).context["results"]
    assert [result.title for result in results] == ["New claim: rita"]


def test_unconfirmed_messages_are_not_at_the_desk(publish: Callable[..., Claim], editor: User) -> None:
    sent = submissions.submit_complaint(
        publish().publications.get(), kind="other", text="Unread.", sender=SENDER
    )
    desk = at_desk(editor)
    assert desk.get(page_of(sent)).status_code in (302, 404)
    assert b"Unread." not in desk.get("/admin/complaints/complaint/").content


def test_held_messages_are_visible_to_people_who_decide(
    publish: Callable[..., Claim], editor: User, checker: User
) -> None:
    held = submissions.submit_complaint(
        publish().publications.get(), kind="other", text="[url=x]Prices[/url]", sender=SENDER
    )
    queue = "/admin/complaints/complaint/?queue=held_complaints"
    assert b"Prices" not in at_desk(checker).get(queue).content
    desk = at_desk(editor)
    assert b"Prices" in desk.get(queue).content
    assert "contains links in the form that spam programs use" in desk.get(page_of(held)).content.decode()
    desk.post(queue, {"action": "mark_selected_as_spam", "_selected_action": [held.pk]})
    held.refresh_from_db()
    assert held.state == "spam"


def test_its_page_is_called_after_the_claim(complaint: Complaint, editor: User) -> None:
    title = at_desk(editor).get(page_of(complaint)).context["title"]
    assert title == f"Complaint about “{complaint.claim.statement}”"


def test_the_deadline_is_red_when_it_is_over(complaint: Complaint, editor: User) -> None:
    paths = ("/admin/complaints/complaint/?queue=complaints", page_of(complaint))
    for path in paths:
        assert "7 working days left" in at_desk(editor).get(path).content.decode(), path
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        for path in paths:
            late = at_desk(editor).get(path).content.decode()
            assert "desk-badge-bad" in late, path
            assert "Overdue since" in late, path


def test_an_answer_is_given_and_a_refused_one_is_not_lost(complaint: Complaint, editor: User) -> None:
    desk = at_desk(editor)
    refused = desk.post(
        page_of(complaint, "answer"), {"outcome": "corrected", "answer": "You are right, Rita."}
    )
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Publish the correction first" in page
    assert "You are right, Rita." in page
    given = {"outcome": "no_change", "answer": "We looked.", "reason": "The accounts say so."}
    assert desk.post(page_of(complaint, "answer"), given)["Location"] == page_of(complaint)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.outcome, complaint.moved_by) == ("answered", "no_change", editor)
    assert desk.post(page_of(complaint, "answer"), given).status_code == 409


def test_a_correction_is_begun_on_the_page(complaint: Complaint, editor: User) -> None:
    answer = at_desk(editor).post(page_of(complaint, "start-correction"))
    complaint.refresh_from_db()
    assert complaint.correction is not None
    assert answer["Location"] == f"/admin/claims/verdict/{complaint.correction.pk}/change/"


def test_it_is_taken_given_and_put_back(complaint: Complaint, editor: User, checker: User) -> None:
    desk, colleague = at_desk(editor), person("erik", "Editor")
    desk.post(page_of(complaint, "assign-to-self"))
    complaint.refresh_from_db()
    assert complaint.assigned_to == editor
    assert desk.post(page_of(complaint, "assign"), {"person": checker.pk}).status_code == 409
    desk.post(page_of(complaint, "assign"), {"person": colleague.pk})
    complaint.refresh_from_db()
    assert complaint.assigned_to == colleague
    notification = Notification.objects.get(kind="complaint_given", person=colleague)
    opened = at_desk(colleague).get(f"/admin/teamwork/notification/{notification.pk}/open/")
    assert opened["Location"] == f"/admin/complaints/complaint/?claim__id__exact={complaint.claim_id}"
    assert at_desk(colleague).get(opened["Location"]).context["cl"].result_count == 1
    desk.post(page_of(complaint, "unassign"))
    complaint.refresh_from_db()
    assert complaint.state == "confirmed"
    assert Complaint.objects.filter(pk=complaint.pk, assigned_to=None).exists()
    assert desk.get(page_of(complaint, "assign-to-self"))["Location"] == page_of(
        complaint
    )  # opened, not pressed


def test_a_request_is_decided_on_its_page(
    asked: ReaderRequest, publish: Callable[..., Claim], checker: User
) -> None:
    desk, claim = at_desk(checker), publish()
    assert desk.post(page_of(asked, "answer"), {"claim": "nothing"}).status_code == 409
    assert desk.post(page_of(asked, "answer"), {"claim": make_claim().pk}).status_code == 409
    desk.post(page_of(asked, "answer"), {"claim": f"https://facts.example.org/claims/{claim.pk}/a-bridge/"})
    asked.refresh_from_db()
    assert (asked.state, asked.claim) == ("answered", claim)


def test_a_request_becomes_a_claim(asked: ReaderRequest, checker: User) -> None:
    answer = at_desk(checker).post(
        page_of(asked, "propose-claim"), {"statement": "The mayor sold the harbour.", "language": "en"}
    )
    asked.refresh_from_db()
    assert asked.claim is not None
    assert answer["Location"] == f"/admin/claims/claim/{asked.claim.pk}/change/"


def test_a_picture_is_shown_as_nothing_but_a_picture(
    asked: ReaderRequest, checker: User, contributor: User
) -> None:
    shown: Any = at_desk(checker).get(page_of(asked, "picture"))
    assert (shown.content, shown["Content-Type"]) == (read_picture(SMALL_PNG).content, "image/jpeg")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Cache-Control"].startswith("no-store")
    assert at_desk(contributor).get(page_of(asked, "picture")).status_code == 403
