"""The page on which a reader asks to have something checked."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from claims.features.complaints import request_moves
from claims.features.complaints.models import ReaderPicture, ReaderRequest
from claims.models import Claim
from claims.review import workflow
from factcheck.installation.environment import Rate
from tests.claims.features.complaints.conftest import jobs
from tests.helpers.media_files import SMALL_PNG
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db


def send(reader: Client, **fields: Any) -> Any:
    with time_machine.travel(timezone.now() - timedelta(seconds=10)):
        page = reader.get("/ask/")
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    return reader.post("/ask/send/", carried | {"mail": "rita@example.org"} | fields)


def test_requests_about_unchecked_claims_are_accepted(reader: Client) -> None:
    answer = send(reader, what="The mayor sold the harbour for 3 million euros.")
    assert answer["Location"] == "/messages/sent/"
    asked = ReaderRequest.objects.get()
    assert (asked.text, asked.language, asked.state, asked.reader_count) == (
        "The mayor sold the harbour for 3 million euros.",
        "en",
        "new",
        0,
    )
    assert len(jobs()) == 1
    assert not ReaderRequest.objects.waiting().exists()


def test_requests_about_checked_claims_are_answered_at_once(
    reader: Client, publish: Callable[..., Claim]
) -> None:
    claim = publish(make_claim("The harbour bridge cost 90 million euros."))
    answer = send(reader, what="The harbour bridge cost 90 million euros!")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This has already been checked" in page
    assert f"/claims/{claim.pk}/" in page
    assert not ReaderRequest.objects.exists()
    # It is not what they mean: what they wrote is still there, and is taken in.
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert carried["send_anyway"] == "on"
    assert "The harbour bridge cost 90 million euros!" in page
    again = reader.post(
        "/ask/send/",
        carried | {"what": "The harbour bridge cost 90 million euros!", "mail": "rita@example.org"},
    )
    assert again.status_code == 302
    assert ReaderRequest.objects.count() == 1


def test_the_opposite_is_no_answer(reader: Client, publish: Callable[..., Claim]) -> None:
    publish(make_claim("The harbour bridge cost 90 million euros."))
    answer = send(reader, what="The harbour bridge did not cost 90 million euros.")
    assert answer["Location"] == "/messages/sent/"
    assert ReaderRequest.objects.count() == 1


def test_an_address_is_answered_with_claims_that_cite_it(
    reader: Client, publish: Callable[..., Claim]
) -> None:
    source = make_source("The bridge cost 90 million euros.", url="https://news.example.org/bridge")
    claim = make_claim("The bridge cost 90 million euros.")
    make_appearance(claim, source, "The bridge cost 90 million euros.")
    publish(claim)
    answer = send(reader, what="http://www.news.example.org/bridge?utm_source=post")
    assert f"/claims/{claim.pk}/" in answer.content.decode()
    assert send(reader, what="https://news.example.org/other").status_code == 302
    asked = ReaderRequest.objects.get()
    assert (asked.address, asked.text) == ("https://news.example.org/other", "")


def test_answers_to_others_are_shown(
    reader: Client,
    publish: Callable[..., Claim],
    checker: User,
    ask: Callable[..., ReaderRequest],
    editor: User,
) -> None:
    asked = ask(address="https://example.org/post/1")
    claim = publish()
    request_moves.answer_with_claim(asked, claim, by=checker)
    assert f"/claims/{claim.pk}/" in send(reader, what="https://example.org/post/1").content.decode()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was about another bridge.")
    assert send(reader, what="https://example.org/post/1").status_code == 302  # it has been retracted


def test_a_picture_is_taken_in(reader: Client) -> None:
    answer = send(
        reader, what="Is this real?", picture=SimpleUploadedFile("x.exe", SMALL_PNG, "application/x-sh")
    )
    assert answer.status_code == 302
    assert ReaderPicture.objects.get().media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a picture in a supported format"),
        (b"<html>", "not a picture in a supported format"),
        (b"", "not a picture in a supported format"),
        (SMALL_PNG + b"x" * 2_400_000, "too large"),
    ],
)
def test_files_that_are_not_pictures_are_refused_by_their_content(
    content: bytes, says: str, reader: Client
) -> None:
    answer = send(reader, picture=SimpleUploadedFile("a.png", content, "image/png"))
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not ReaderRequest.objects.exists()


def test_something_has_to_be_asked(reader: Client) -> None:
    for what in ("", " \n ", "\u200b"[:0]):
        answer = send(reader, what=what)
        assert answer.status_code == 400
        assert "Enter the text that you want checked" in answer.content.decode()
    assert reader.get("/ask/send/")["Location"] == "/ask/"


def test_one_network_asks_only_so_much_and_reads_on(
    reader: Client, publish: Callable[..., Claim], settings: Any
) -> None:
    settings.RATE_LIMIT_SUBMISSIONS = Rate(1, 3600)
    publish(make_claim("The harbour bridge cost 90 million euros."))
    assert send(reader, what="The mayor sold the harbour.").status_code == 302
    assert send(reader, what="The mayor sold the church.").status_code == 429
    assert (
        send(reader, what="The harbour bridge cost 90 million euros.").status_code == 200
    )  # nothing is taken in
    assert ReaderRequest.objects.count() == 1


def test_the_page_says_that_nothing_found_is_not_true(reader: Client, publish: Callable[..., Claim]) -> None:
    publish(make_claim("The harbour bridge cost 90 million euros."))
    text = "The harbour bridge cost 90 million euros. " * 1 + "Whales sing in the harbour at night. " * 15
    page = send(reader, what=text).content.decode()
    assert "“nothing found” does not mean true" in page
