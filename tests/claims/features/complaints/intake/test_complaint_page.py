"""The form with which a reader complains, without scripts, as a browser sends it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from claims.features.complaints.models import Complaint
from claims.models import Claim
from claims.review import workflow
from factcheck.installation.environment import Rate
from tests.claims.features.complaints.conftest import jobs
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

WORDS = {
    "kind": "error_of_fact",
    "text": "The sum is another: see page 4.",
    "mail": "rita@example.org",
    "name": "Rita",
    "homepage": "",
}


@pytest.fixture
def published_claim(publish: Callable[..., Claim]) -> Claim:
    return publish()


def filled_in(page: Any, **changes: str) -> dict[str, str]:
    """The form of a page as a person fills it in, with what it carries."""
    html = page.content.decode()
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    return carried | WORDS | changes


def send(reader: Client, path: str, *, after: float = 10, **changes: Any) -> Any:
    with time_machine.travel(timezone.now() - timedelta(seconds=after)):
        page = reader.get(path)
    assert page.status_code == 200
    return reader.post(path, filled_in(page, **changes))


def test_a_reader_complains(reader: Client, publish: Callable[..., Claim]) -> None:
    claim = publish()
    path = f"/claims/{claim.pk}/complain/"
    assert f'href="{path}"' in reader.get(f"/claims/{claim.pk}/", follow=True).content.decode()
    answer = send(reader, path)
    assert (answer.status_code, answer["Location"]) == (302, "/messages/sent/")
    complaint = Complaint.objects.get()
    assert (complaint.claim, complaint.version, complaint.text) == (claim, 1, WORDS["text"])
    assert (complaint.contact.mail, complaint.contact.name) == ("rita@example.org", "Rita")
    assert (complaint.held_because, len(jobs())) == ([], 1)
    assert "check your email" in reader.get("/messages/sent/").content.decode()


def test_the_page_is_not_cached(reader: Client, publish: Callable[..., Claim]) -> None:
    page = reader.get(f"/claims/{publish().pk}/complain/")
    assert page["Cache-Control"] == "no-store"
    assert "noindex" in page["X-Robots-Tag"]
    assert "csrftoken" in "".join(page.cookies)
    # With no-referrer a browser would send the form with `Origin: null`, which is refused.
    assert page["Referrer-Policy"] == "same-origin"


def test_it_cannot_be_sent_from_another_page(reader: Client, publish: Callable[..., Claim]) -> None:
    claim = publish()
    page = reader.get(f"/claims/{claim.pk}/complain/")
    sent = filled_in(page)
    del sent["csrfmiddlewaretoken"]
    refused = Client(enforce_csrf_checks=True).post(f"/claims/{claim.pk}/complain/", sent)
    assert refused.status_code == 403
    assert WORDS["text"] in refused.content.decode()  # handed back
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("changes", "after", "sign"),
    [({"homepage": "https://shop.example"}, 10, "trap"), ({}, 0, "quick")],
)
def test_messages_of_programs_are_held_without_a_notice(
    changes: dict[str, Any], after: float, sign: str, reader: Client, publish: Callable[..., Claim]
) -> None:
    answer = send(reader, f"/claims/{publish().pk}/complain/", after=after, **changes)
    assert answer["Location"] == "/messages/sent/"
    assert Complaint.objects.get().held_because == [sign]
    assert jobs() == []


@pytest.mark.parametrize("shown", ["", "shown:1:forged", "shown"])
def test_a_form_without_its_stamp_is_shown_again(
    shown: str, reader: Client, publish: Callable[..., Claim]
) -> None:
    path = f"/claims/{publish().pk}/complain/"
    answer = send(reader, path, submitted_stamp=shown)
    assert answer.status_code == 400
    assert WORDS["text"] in answer.content.decode()
    assert not Complaint.objects.exists()
    assert reader.post(path, filled_in(answer)).status_code == 302  # with the new stamp


def test_a_form_that_was_open_for_days_is_shown_again(reader: Client, publish: Callable[..., Claim]) -> None:
    answer = send(reader, f"/claims/{publish().pk}/complain/", after=3 * 86_400)
    assert answer.status_code == 400
    assert "open for too long" in answer.content.decode()


@sweep(
    ("field", "value", "says"),
    [
        ("mail", "", "Enter the email address"),
        ("mail", "rita", "This is not an email address"),
        ("mail", "rita@example.org\nBcc: all@example.org", "This is not an email address"),
        ("mail", "rita@example.org,all@example.org", "This is not an email address"),
        ("mail", '"a b"@example.org', "This is not an email address"),
        ("mail", "x" * 250 + "@example.org", "at most 254"),
        ("text", " \n ", "Describe what is wrong"),
        ("text", "x" * 5_001, "5001 characters"),
        ("kind", "", "Choose what your complaint is about"),
        ("kind", "praise", "Choose what your complaint is about"),
        ("name", "x" * 201, ""),
    ],
    undone=True,
)
def test_errors_are_reported_and_the_text_is_kept(
    field: str, value: str, says: str, reader: Client, published_claim: Claim
) -> None:
    changes: dict[str, Any] = {field: value}
    answer = send(reader, f"/claims/{published_claim.pk}/complain/", **changes)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Complaint.objects.exists()


def test_line_breaks_in_a_name_are_blanks(reader: Client, publish: Callable[..., Claim]) -> None:
    send(reader, f"/claims/{publish().pk}/complain/", name="Rita\r\nBcc: all@example.org")
    assert Complaint.objects.get().contact.name == "Rita Bcc: all@example.org"


def test_one_network_sends_only_so_much(reader: Client, publish: Callable[..., Claim], settings: Any) -> None:
    settings.RATE_LIMIT_SUBMISSIONS = Rate(2, 3600)
    path = f"/claims/{publish().pk}/complain/"
    answers = [send(reader, path, mail=f"r{number}@example.org", text=f"{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Too many messages came from your network" in answers[2].content.decode()
    assert int(answers[2]["Retry-After"]) > 0
    assert Complaint.objects.count() == 2


def test_only_published_claims_accept_complaints(
    reader: Client, publish: Callable[..., Claim], editor: User, client: Client
) -> None:
    assert reader.get("/claims/999999/complain/").status_code == 404
    claim, target = publish(), publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was about another bridge.")
    assert send(reader, f"/claims/{claim.pk}/complain/").status_code == 302
    merged = publish()
    workflow.move(merged, "merge", by=editor, into=target, note="The same.")
    led = reader.get(f"/claims/{merged.pk}/complain/")
    assert led["Location"] == f"/claims/{target.pk}/complain/"
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)(f"/claims/{target.pk}/complain/").status_code == 405


def test_readers_texts_are_not_markup(reader: Client, publish: Callable[..., Claim]) -> None:
    answer = send(reader, f"/claims/{publish().pk}/complain/", text="<script>x</script>", mail="")
    assert "<script>x" not in answer.content.decode()
    assert "&lt;script&gt;x" in answer.content.decode()
