"""What programs send for readers."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.complaints.models import Complaint, ReaderPicture, ReaderRequest
from claims.models import Claim
from claims.review import workflow
from factcheck.installation.environment import Rate
from tests.claims.features.complaints.conftest import jobs
from tests.helpers.media_files import SMALL_PNG
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

COMPLAINTS, REQUESTS = "/api/v1/complaints/", "/api/v1/requests/"


def post(path: str, body: Any, **headers: str) -> Any:
    return Client().post(path, body, content_type="application/json", headers=headers)


def complaint_on(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "claim": number,
        "kind": "error_of_fact",
        "text": "The sum is another.",
        "email": "rita@example.org",
    } | changes


def test_a_complaint_is_taken_in(publish: Callable[..., Claim]) -> None:
    claim = publish()
    answer = post(COMPLAINTS, complaint_on(claim.pk, name="Rita", language="de-AT"))
    assert answer.status_code == 202
    assert answer.json() == {
        "state": "awaiting_confirmation",
        "confirm_within_days": 7,
        "detail": (
            "An email was sent, unless the message is held for review. Open the link in the email to confirm."
        ),
    }
    assert answer["Cache-Control"] == "no-store"
    complaint = Complaint.objects.get()
    assert (complaint.contact.language, complaint.state, len(jobs())) == ("de", "new", 1)


def test_the_answer_holds_no_secret(publish: Callable[..., Claim]) -> None:
    answer = post(COMPLAINTS, complaint_on(publish().pk))
    assert "messages" not in answer.content.decode()


def test_a_repeated_submission_with_a_key_is_stored_once(publish: Callable[..., Claim]) -> None:
    claim = publish()
    answers = [post(COMPLAINTS, complaint_on(claim.pk), **{"Idempotency-Key": '"one"'}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert (Complaint.objects.count(), len(jobs())) == (1, 1)
    other = post(COMPLAINTS, complaint_on(claim.pk, text="Another."), **{"Idempotency-Key": "one"})
    assert other.status_code == 422
    assert "Idempotency-Key was used for a different request" in other.json()["detail"]
    stranger = Client(REMOTE_ADDR="192.0.2.9").post(
        COMPLAINTS,
        complaint_on(claim.pk, text="Another."),
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )
    assert stranger.status_code == 202
    assert post(COMPLAINTS, complaint_on(claim.pk), **{"Idempotency-Key": "ä"}).status_code == 400


@pytest.fixture
def published_claim(publish: Callable[..., Claim]) -> Claim:
    return publish()


@sweep(
    ("changes", "pointer", "says"),
    [
        ({"claim": "x"}, "#/claim", "integer"),
        ({"kind": "praise"}, "#/kind", "praise"),
        ({"text": ""}, "#/text", "blank"),
        ({"text": "x" * 5_001}, "#/text", "5000"),
        ({"email": "rita"}, "#/email", "an email address"),
        ({"email": "rita@example.org\nBcc: a@example.org"}, "#/email", "an email address"),
        ({"email": "rita@example.org, a@example.org"}, "#/email", "an email address"),
        ({"language": "Deutsch!"}, "#/language", "language tag"),
        ({"version": 1}, "#/version", "Unknown member"),
        ({"text": "a\u0000b"}, "#/text", "Null"),
    ],
    undone=True,
)
def test_errors_name_their_place(
    changes: dict[str, Any], pointer: str, says: str, published_claim: Claim
) -> None:
    answer = post(COMPLAINTS, complaint_on(published_claim.pk, **changes))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert says.lower() in error["detail"].lower()
    assert not Complaint.objects.exists()


def test_invalid_requests(publish: Callable[..., Claim], settings: Any) -> None:
    assert post(COMPLAINTS, complaint_on(999_999)).status_code == 422
    assert post(COMPLAINTS, []).status_code == 400
    assert post(COMPLAINTS, "{").status_code == 400
    assert post(f"{COMPLAINTS}?page=1", complaint_on(publish().pk)).status_code == 400
    assert Client().get(COMPLAINTS).status_code == 405
    assert (
        Client().post(COMPLAINTS, "x=1", content_type="application/x-www-form-urlencoded").status_code == 415
    )
    large = b'{"text": "' + b"x" * 2_600_001 + b'"}'
    assert Client().post(COMPLAINTS, large, content_type="application/json").status_code == 413
    settings.RATE_LIMIT_SUBMISSIONS = Rate(1, 3600)
    claim = publish().pk
    assert post(COMPLAINTS, complaint_on(claim)).status_code == 202
    refused = post(COMPLAINTS, complaint_on(claim))
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert refused["Content-Type"] == "application/problem+json"


def test_pages_of_other_sites_may_send(publish: Callable[..., Claim]) -> None:
    asked = Client().options(
        COMPLAINTS, headers={"Origin": "https://blog.example", "Access-Control-Request-Method": "POST"}
    )
    assert "idempotency-key" in asked["Access-Control-Allow-Headers"]
    answer = post(COMPLAINTS, complaint_on(publish().pk), Origin="https://blog.example")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies


def test_a_complaint_about_a_merged_claim_is_about_its_target(
    publish: Callable[..., Claim], editor: User
) -> None:
    claim, target = publish(), publish()
    workflow.move(claim, "merge", by=editor, into=target, note="The same.")
    assert post(COMPLAINTS, complaint_on(claim.pk)).status_code == 202
    assert Complaint.objects.get().claim == target


def test_requests_about_checked_claims_are_answered_at_once(publish: Callable[..., Claim]) -> None:
    claim = publish(make_claim("The harbour bridge cost 90 million euros."))
    body = {"text": "The harbour bridge cost 90 million euros", "email": "rita@example.org"}
    answer = post(REQUESTS, body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["confirm_within_days"]) == ("answered", None)
    assert [(found["claim"], found["kind"]) for found in told["found"]] == [(claim.pk, "same")]
    assert told["found"][0]["url"].endswith(f"/claims/{claim.pk}/the-harbour-bridge-cost-90-million-euros/")
    assert "Neither a result nor the lack of one shows whether the text is true" in told["detail"]
    assert not ReaderRequest.objects.exists()
    assert post(REQUESTS, body | {"send_anyway": True}).status_code == 202
    assert ReaderRequest.objects.count() == 1


def test_nothing_found_never_reads_as_true(db: None) -> None:
    body = post(REQUESTS, {"text": "The mayor sold the harbour.", "email": "rita@example.org"}).json()
    assert (body["state"], body["found"]) == ("awaiting_confirmation", [])
    assert "Neither a result nor the lack of one shows whether the text is true." in body["detail"]


def test_a_picture_comes_in_base64(db: None) -> None:
    body = {
        "picture": base64.b64encode(SMALL_PNG).decode(),
        "text": "Is it real?",
        "email": "rita@example.org",
    }
    assert post(REQUESTS, body).status_code == 202
    assert ReaderPicture.objects.get().media_type == "image/jpeg"
    for wrong in ("%%%", "AAA¶", base64.b64encode(b"<svg>").decode()):
        assert post(REQUESTS, body | {"picture": wrong}).json()["errors"][0]["pointer"] == "#/picture"


def test_something_has_to_be_asked(db: None) -> None:
    assert post(REQUESTS, {"email": "rita@example.org"}).status_code == 400
    wrong = post(REQUESTS, {"email": "rita@example.org", "address": "ftp://example.org"})
    assert wrong.json()["errors"][0]["pointer"] == "#/address"
    assert post(REQUESTS, {"email": "rita@example.org", "text": "https://example.org/a"}).status_code == 202
    assert ReaderRequest.objects.get().address == "https://example.org/a"
