"""That every word of reader pages, problems and mails is looked up in a catalogue, but for what people wrote."""

import json
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Claimant, Publication, Transition
from tests.helpers.bracketed_words import bracketed, brackets, everything_written, outside
from tests.helpers.page_words import words_of_page
from tests.helpers.reader_pages import correct
from tests.helpers.reader_site import pages_of_readers
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows

__all__ = ["brackets", "checker", "claimant", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

#: Words that are the same in every language: names of products and formats.
NAMES = """
Factcheck Newsroom
English Deutsch Español Français Português العربيّة 한국어
Atom RSS JSON JSON Feed JSON-LD SHA-256 Wikidata UTC CSV IFCN EFCSN
The audited accounts say so.
"""


def bare(html: str, written: str) -> list[str]:
    """The words of a page that are neither looked up nor written by people."""
    # As one text, because sentences contain mark-up.
    page = re.sub(r"https?://[^\s⟧]+|\b(IFCN|EFCSN) [\d.]+", "|", "\n".join(words_of_page(html)))
    parts = [re.sub(r"^\d+ ", "", part) for part in outside(page)]
    return [part for part in parts if re.search(r"[A-Za-z]{3}", part) and part not in written]


@pytest.mark.slow
def test_only_texts_by_people_are_in_english(
    brackets: None, client: Client, publish: Publish, claimant: Claimant, checker: User, editor: User
) -> None:
    places = pages_of_readers(publish, claimant, editor)
    claim = Claim.objects.order_by("pk").first()
    assert claim
    correct(claim, checker, editor, summary="It was another sum.")
    paths = [
        *places.values(),
        f"/claims/{claim.pk}/card/",
        f"/claims/{claim.pk}/versions/1/",
        f"/claims/{claim.pk}/complain/",
        "/corrections/",
        "/standards/",
        "/ask/",
        "/messages/sent/",
        "/messages/deleted/",
        "/messages/no-such-message/",
    ]
    written = everything_written() + NAMES
    written += "".join(json.dumps(entry.document, ensure_ascii=False) for entry in Publication.objects.all())
    left = {}
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in (200, 404, 410), path
        if found := bare(answer.content.decode(), written):
            left[path] = found
    checked = client.post("/check/answer/", {"text": claim.statement})
    if found := bare(checked.content.decode(), written + claim.statement):
        left["/check/answer/"] = found
    assert list(left.items()) == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/claims/?nothing=1",
        "/api/v1/claims/?page_size=x",
        "/api/v1/claims/?page_size=1&page_size=2",
        "/api/v1/claims/?rating_class=no",
        "/api/v1/claims/?claimant=-1",
        "/api/v1/claims/?reviewed_from=yesterday",
        "/api/v1/claims/?cursor=x",
        "/api/v1/claims/?fields=no",
        "/api/v1/claims/?language=!!",
        "/api/v1/claims/987654/",
        "/api/v1/no-such-thing/",
        "/api/v1/changes/?since=99999",
        "/api/v1/lookup/",
        "/api/v1/match/",
        "/api/v1/editorial/claims/",
        "/api/v1/ledger/proof/?sequence=99",
    ],
)
def test_problems_are_in_the_language_of_the_caller(client: Client, path: str) -> None:
    with bracketed("ko"):
        answer = client.get(path, headers={"Accept-Language": "ko"})
        english = client.get(path)
    assert answer.status_code >= 400
    assert (answer["Content-Language"], english["Content-Language"]) == ("ko", "en")
    assert "Accept-Language" in answer["Vary"]
    problem, said = answer.json(), english.json()
    details = [problem["title"], problem["detail"], *(error["detail"] for error in problem.get("errors", []))]
    for words in details:
        assert "⟦" in words, words
        # Names of parameters and their values are not translated.
        left = [
            part
            for part in outside(re.sub(r"`[^`]*`|“[^”]*”", "|", words))
            if re.search(r"[A-Za-z]{3} [a-z]{2}", part)
        ]
        assert left == [], words
    assert "⟦" not in english.content.decode()
    codes = [[error.get("code") for error in each.get("errors", [])] for each in (problem, said)]
    assert (problem["type"], problem["status"], codes[0]) == (said["type"], said["status"], codes[1])


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"text": 1}', '{"no": 1}', '{"texts": []}'])
def test_refused_bodies_are_reported_in_the_language_of_the_caller(client: Client, body: str) -> None:
    with bracketed("de"):
        answer = client.post(
            "/api/v1/match/",
            body,
            content_type="application/json",
            headers={"Accept-Language": "de-AT, en;q=0.5"},
        )
    assert (answer.status_code, answer["Content-Language"]) == (400, "de")
    assert all(
        "⟦" in error["detail"] for error in answer.json().get("errors", [{"detail": answer.json()["detail"]}])
    )


@pytest.mark.slow
def test_results_are_the_same_in_every_language(
    client: Client, publish: Publish, claimant: Claimant, checker: User, editor: User
) -> None:
    """So that caches keep an answer once; only problems vary."""
    pages_of_readers(publish, claimant, editor)
    claim = Claim.objects.order_by("pk").first()
    assert claim
    correct(claim, checker, editor, summary="It was another sum.")
    root = client.get("/api/v1/").json()
    paths = [
        url.removeprefix("http://testserver")
        for url in root.values()
        if isinstance(url, str) and "/api/v1/" in url
    ]
    paths += [
        f"/api/v1/claims/{claim.pk}/",
        f"/api/v1/claims/{claim.pk}/versions/",
        f"/api/v1/claims/{claim.pk}.jsonld",
    ]
    paths += [
        "/api/v1/match/?text=" + claim.statement.replace(" ", "+"),
        "/feeds/claims.atom",
        "/feeds/corrections.atom",
    ]
    compared = 0
    for path in paths:
        if "{" in path or "editorial" in path:
            continue
        with bracketed("ar"):
            translated = client.get(path, headers={"Accept-Language": "ar"})
        plain = client.get(path)
        if plain.status_code != 200 or plain.streaming:
            continue
        compared += 1
        assert re.findall(".{60}⟦.{60}", translated.content.decode()) == [], path
        assert "Accept-Language" not in translated.get("Vary", ""), path
        if "standards" not in path:  # it says when it was made
            assert translated.get("ETag") == plain.get("ETag"), path
    assert compared > 8


def test_stored_text_is_in_the_language_of_the_newsroom(
    publish: Publish, checker: User, editor: User, claimant: Claimant
) -> None:
    """An editor whose desk is in another language publishes and corrects."""
    with bracketed("ar"):
        claim = publish()
        correct(claim, checker, editor, summary="It was another sum.")
    assert "⟦" not in everything_written()
    for entry in Publication.objects.filter(claim=claim):
        assert "⟦" not in json.dumps(entry.document, default=str)
    assert Transition.objects.filter(claim=claim).exists()
