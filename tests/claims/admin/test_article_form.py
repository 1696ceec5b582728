"""Importing an article at the desk, where a page was not read as a whole, and with a transcript."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from lxml import html

from claims.admin import article_form
from claims.articles import bounded_detection
from claims.models import Claim
from sources import capture
from sources.addresses import build_fragment
from sources.extraction import bounded_extraction
from sources.http.fetched_documents import FetchedDocument
from sources.models import Snapshot
from tests.helpers.desk import Desk, said
from tests.helpers.unsaved_writer import Writer, kept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("archive")]

SENTENCE = (
    "The port of Sundvik handled 4.2 million tonnes of cargo in 2023, the most since it opened in 1911."
)
PAGE = f"<html lang=en><head>{{}}</head><body><article><p>{SENTENCE}</p></article></body></html>"
VTT = f"WEBVTT\n\n00:12.500 --> 00:17.000\n{SENTENCE}\n"


def imported(desk: Desk, **asked: Any) -> Any:
    return desk.client.post(reverse("admin:claims_claim_import"), asked, follow=True)


def test_unread_parts_are_reported(desk: Desk, checker: User) -> None:
    data = json.dumps({"@type": "NewsArticle", "wordCount": 180, "isAccessibleForFree": False})
    page = PAGE.format(f"<script type='application/ld+json'>{data}</script>")
    file = SimpleUploadedFile("page.html", page.encode(), "text/html")
    messages, done = said(imported(desk.sign_in(checker), file=file))
    assert messages.startswith(
        "Most of this article was not read: it says that it has 180 words, and 19 were found."
    )
    assert done == "Imported: 1 claim is waiting for triage."


def test_claims_not_worth_checking_are_declined_on_the_page_of_the_import(
    desk: Desk, checker: User, contributor: User
) -> None:
    page = imported(
        desk.sign_in(checker), text=f"{SENTENCE} The council meets again on Thursday in the town hall."
    )
    parts = html.document_fromstring(page.content.decode())
    [form] = parts.cssselect("#imported-decline")
    boxes = {box.get("aria-label"): box.get("value") for box in parts.cssselect("[name=_selected_action]")}
    idle = next(number for statement, number in boxes.items() if statement.startswith("The council"))
    assert set(boxes.values()) == {str(pk) for pk in Claim.objects.values_list("pk", flat=True)}
    asked = {"action": form.cssselect("[name=action]")[0].get("value"), "_selected_action": idle}
    question = desk.client.post(form.get("action"), asked)
    seen = {"is_confirmed": "1", "seen": question.context["seen"], "reason": "Too minor to check."}
    left = desk.client.post(form.get("action"), asked | seen, follow=True)
    assert dict(Claim.objects.values_list("pk", "state")) == {
        int(pk): "declined" if pk == idle else "proposed" for pk in boxes.values()
    }
    assert {str(claim.pk) for claim in left.context["cl"].result_list} == {*boxes.values()} - {idle}
    # Without the permission to triage there is nothing to tick.
    address = page.redirect_chain[-1][0]
    assert "imported-decline" not in desk.sign_in(contributor).client.get(address).content.decode()


def test_a_transcript_belongs_to_the_page_of_its_recording(
    desk: Desk, checker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetched(url: str) -> FetchedDocument:
        content = b"<html><head><meta property=og:title content='Council of May'></head><body></body></html>"
        return FetchedDocument(url, url, 200, content, "text/html", "utf-8", timezone.now(), "", "")

    monkeypatch.setattr(article_form, "fetch", fetched)
    transcript = SimpleUploadedFile("talk.vtt", VTT.encode(), "text/vtt")
    imported(desk.sign_in(checker), address="https://films.example/w?v=1", transcript=transcript)
    snapshot = Snapshot.objects.select_related("source").get()
    assert (snapshot.source.title, snapshot.source.url) == ("Council of May", "https://films.example/w?v=1")
    assert (snapshot.text, build_fragment(snapshot.cues, 0, 10)) == (SENTENCE, "t=12.5,17")


def test_no_transaction_is_open_while_a_text_is_read_and_searched(
    desk: Desk, checker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_blocks = {"before": len(connection.atomic_blocks)}

    def noting(name: str, slow: Any) -> Any:
        def noted(*arguments: Any, **options: Any) -> Any:
            open_blocks[name] = len(connection.atomic_blocks)
            return slow(*arguments, **options)

        return noted

    monkeypatch.setattr(capture, "extract_bounded", noting("read", bounded_extraction.extract_bounded))
    monkeypatch.setattr(
        bounded_detection, "detect_bounded", noting("searched", bounded_detection.detect_bounded)
    )
    imported(desk.sign_in(checker), text=SENTENCE)
    assert len(set(open_blocks.values())) == 1, open_blocks
    assert set(open_blocks) == {"before", "read", "searched"}


@pytest.mark.parametrize(
    "asked", [{}, {"text": "A text."}, {"address": "https://films.example/", "text": "A text."}]
)
def test_a_transcript_alone_is_refused(desk: Desk, checker: User, asked: dict[str, str]) -> None:
    page = imported(desk.sign_in(checker), transcript=SimpleUploadedFile("talk.vtt", VTT.encode()), **asked)
    assert page.context["form"].non_field_errors() == (
        ["Give the article’s address, paste its text, or choose a file."]
        if not asked
        else ["For a transcript, give only the address of its recording."]
    )
    assert Snapshot.objects.count() == 0


def test_an_import_redirects_to_its_page_and_clears_the_stored_form(checker: User) -> None:
    address = reverse("admin:claims_claim_import")
    writer = Writer(checker, address)
    writer.write({"text": SENTENCE, "title": "Harbour report"})
    refused = writer.client.post(address, {"text": "Short.", "language": "klingon", "_autosave": writer.name})
    assert (refused.status_code, kept()) == (200, [{"text": SENTENCE, "title": "Harbour report"}])
    sent = {"text": SENTENCE, "title": "Harbour report", "_autosave": writer.name}
    answer = writer.client.post(address, sent)
    snapshot = Snapshot.objects.get()
    assert (answer.status_code, answer["Location"], kept()) == (
        302, reverse("admin:claims_claim_imported", args=[snapshot.pk]), [],
    )  # fmt: skip
