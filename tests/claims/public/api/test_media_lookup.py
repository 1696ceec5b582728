"""Look-ups of pictures: matches, misses and refusals."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageOps

from claims.models import Claim, Evidence
from claims.public.api import media_lookup
from claims.review import workflow
from sources.media_at_address import NotPictureError
from tests.helpers.media_rows import jpeg, make_claim_media, make_media, scene
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/lookup/media/"
Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def kept(archive: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def bridge(publish: Publish) -> Claim:
    row = make_claim_media(make_claim("The picture shows the bridge after the storm."))
    return publish(row.claim, media_authenticity_category="DecontextualizedContent")


def send(client: Client, content: bytes, name: str = "picture.jpg") -> Any:
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, content, "image/jpeg")})


def ask(client: Client, **body: Any) -> Any:
    return client.post(ADDRESS, json.dumps(body), content_type="application/json")


def found(answer: Any) -> list[tuple[int, str, str]]:
    assert answer.status_code == 200, answer.content
    return [
        (each["media"]["id"], each["similarity"], each["transformation"]) for each in answer.json()["results"]
    ]


@sweep(
    ("change", "lies"),
    [
        (lambda picture: picture, "original"),
        (lambda picture: picture.resize((150, 100)), "original"),
        (lambda picture: picture.convert("L"), "original"),
        (ImageOps.mirror, "mirrored"),
    ],
    undone=True,
)
def test_a_picture_is_found_again(
    client: Client, bridge: Claim, change: Callable[..., Image.Image], lies: str
) -> None:
    answer = send(client, jpeg(change(scene(1)), quality=60))
    [(_media, alike, transformation)] = found(answer)
    assert transformation == lies
    assert alike in (("same", "very_alike") if lies == "original" else ("very_alike", "alike"))
    body = answer.json()
    assert body["answer"] == "found"
    assert answer["Cache-Control"] == "no-store"
    [result] = body["results"]
    [claim] = result["claims"]
    assert (claim["id"], claim["role"]) == (bridge.pk, "claimed")
    assert claim["media_authenticity_category"] == "DecontextualizedContent"
    assert [verdict["rating"]["code"] for verdict in claim["verdicts"]] == ["false"]
    assert result["media"]["alternative_text"] == "Soft shapes, number 1."


def test_the_hash_is_enough(client: Client, bridge: Claim) -> None:
    pdq = send(client, jpeg(scene(1))).json()["pdq"]
    answer = ask(client, pdq=pdq)
    assert found(answer)
    assert answer.json()["quality"] is None
    assert found(ask(client, pdq=pdq.upper()))


def test_nothing_found_never_reads_as_true(client: Client, bridge: Claim) -> None:
    answer = send(client, jpeg(scene(2))).json()
    assert (answer["answer"], answer["results"]) == ("nothing", [])
    assert "not a verdict" in answer["explanation"]
    assert "does not show whether" in answer["explanation"]


def test_a_plain_picture_is_like_no_other(client: Client, bridge: Claim) -> None:
    answer = send(client, jpeg(Image.new("RGB", (200, 100), "grey"))).json()
    assert (answer["answer"], answer["results"]) == ("unclear", [])
    assert "not a verdict" in answer["explanation"]


@pytest.mark.slow
def test_evidence_is_reported_as_evidence(client: Client, checker: User, editor: User) -> None:
    """A picture used as evidence is not mistaken for the picture that was judged."""
    verdict = make_draft(make_claim(), checker, media_authenticity_category="StagedContent")
    Evidence.objects.filter(verdict=verdict).update(media=make_media())
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    [result] = send(client, jpeg(scene(1))).json()["results"]
    [claim] = result["claims"]
    assert (claim["role"], claim["media_authenticity_category"]) == ("evidence", "")


def test_drafts_are_not_found(client: Client, checker: User, bridge: Claim) -> None:
    row = make_claim_media(make_claim(), make_media(2))
    verdict = make_draft(row.claim, checker)
    Evidence.objects.filter(verdict=verdict).update(media=make_media(3))
    make_claim_media(bridge, make_media(4))  # added since it was published
    for seed in (2, 3, 4):
        assert send(client, jpeg(scene(seed))).json()["answer"] == "nothing"


def test_retracted_claims_are_not_found(client: Client, bridge: Claim, editor: User) -> None:
    workflow.move(bridge.verdicts.get(), "retract", by=editor, note="It was another bridge.")
    assert send(client, jpeg(scene(1))).json()["answer"] == "nothing"


def test_an_address_is_fetched(client: Client, bridge: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_lookup, "fetch_picture", lambda address: jpeg(scene(1)))
    assert found(ask(client, url="https://posts.example.org/bridge.jpg"))


@sweep(
    "address",
    [
        "http://127.0.0.1/x.jpg",
        "http://localhost/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://x",
        "nonsense",
        "http://[::1]/",
        "https://user:pass@example.org/x.jpg",
        "http://169.254.169.254/latest/meta-data/",
    ],
    undone=True,
)
def test_private_addresses_are_not(client: Client, address: str) -> None:
    """All are refused in the same words, which reveal nothing about our network."""
    answer = ask(client, url=address)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error == {
        "pointer": "#/url",
        "code": "invalid",
        "detail": "No picture could be fetched from this address. Send the file instead.",
    }


@sweep(
    ("body", "pointer"),
    [
        ({}, None),
        ({"pdq": "0" * 64, "url": "https://example.org/"}, None),
        ({"pdq": "xyz"}, "#/pdq"),
        ({"pdq": 5}, "#/pdq"),
        ({"pdq": "g" * 64}, "#/pdq"),
        ({"url": ""}, "#/url"),
        ({"url": 7}, "#/url"),
        ({"url": "https://example.org/" + "x" * 3000}, "#/url"),
        ({"picture": "x"}, "#/picture"),
        ({"file": "x"}, "#/file"),
    ],
    undone=True,
)
def test_bodies_that_are_not_understood(client: Client, body: Any, pointer: str | None) -> None:
    answer = ask(client, **body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    told = [error.get("pointer") for error in answer.json().get("errors", [])]
    assert told == ([pointer] if pointer else told)


@sweep(
    "content",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"GIF89a"],
    undone=True,
)
def test_files_that_are_not_pictures(client: Client, content: bytes) -> None:
    answer = send(client, content)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/file"]


def test_lists_other_methods_and_parameters(client: Client) -> None:
    assert client.post(ADDRESS, "[]", content_type="application/json").status_code == 400
    assert client.get(ADDRESS).status_code == 405
    assert client.post(f"{ADDRESS}?x=1", "{}", content_type="application/json").status_code == 400
    assert client.post(ADDRESS, "x", content_type="text/plain").status_code == 415
    two = {"file": SimpleUploadedFile("a.jpg", jpeg(scene(1))), "more": "x"}
    assert client.post(ADDRESS, two).status_code == 400


def test_too_large_is_not_read(client: Client, settings: Any) -> None:
    big = io.BytesIO(b"\xff\xd8" + b"0" * (media_lookup.MAX_BYTES + 1))
    answer = client.post(ADDRESS, {"file": SimpleUploadedFile("a.jpg", big.getvalue())})
    assert answer.status_code == 413


def test_no_file_is_kept(client: Client, bridge: Claim, archive: Path) -> None:
    before = sorted(archive.rglob("*"))
    send(client, jpeg(scene(1)))
    send(client, jpeg(scene(9)))
    assert sorted(archive.rglob("*")) == before


# Google's way of asking -----------------------------------------------------------------------------------------------


SEARCH = "/v1alpha1/claims:imageSearch"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.public.api import fact_check_tools  # noqa: PLC0415  beside its use

    def at(address: str) -> bytes:
        if "missing" in address:
            raise NotPictureError("not_fetched", "No picture could be fetched from this address.")
        return jpeg(scene(int(address[-1])))

    monkeypatch.setattr(fact_check_tools, "fetch_picture", at)


@pytest.mark.usefixtures("fetched")
def test_image_search(client: Client, bridge: Claim) -> None:
    answer = client.get(SEARCH, {"imageUri": "https://posts.example.org/1", "languageCode": "en-GB"})
    assert answer.status_code == 200
    [result] = answer.json()["results"]
    assert result["claim"]["text"] == bridge.statement
    assert [review["languageCode"] for review in result["claim"]["claimReview"]] == ["en"]
    assert client.get(SEARCH, {"imageUri": "https://posts.example.org/1", "languageCode": "fr"}).json() == {}
    assert client.get(SEARCH, {"imageUri": "https://posts.example.org/2"}).json() == {}


@pytest.mark.usefixtures("fetched")
def test_image_search_page_by_page(client: Client, publish: Publish) -> None:
    media = make_media(1)
    claims = [publish(make_claim_media(make_claim(), media).claim) for _ in range(3)]
    asked: dict[str, Any] = {"imageUri": "https://posts.example.org/1", "pageSize": 2}
    first = client.get(SEARCH, asked).json()
    second = client.get(SEARCH, asked | {"pageToken": first["nextPageToken"]}).json()
    texts = [each["claim"]["text"] for page in (first, second) for each in page["results"]]
    assert sorted(texts) == sorted(claim.statement for claim in claims)
    assert len(first["results"]) == 2
    assert "nextPageToken" not in second
    assert len(client.get(SEARCH, asked | {"offset": 1}).json()["results"]) == 2


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"imageUri": ""},
        {"imageUri": "https://posts.example.org/missing"},
        {"imageUri": "https://posts.example.org/1", "query": "x"},
        {"imageUri": "https://posts.example.org/1", "pageToken": "nonsense"},
        {"imageUri": "https://posts.example.org/1", "languageCode": "!"},
    ],
)
def test_image_search_refuses_as_google_does(client: Client, asked: dict[str, str]) -> None:
    answer = client.get(SEARCH, asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.usefixtures("fetched")
def test_image_search_leaves_out_evidence(client: Client, checker: User, editor: User) -> None:
    verdict = make_draft(make_claim(), checker)
    Evidence.objects.filter(verdict=verdict).update(media=make_media())
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    assert client.get(SEARCH, {"imageUri": "https://posts.example.org/1"}).json() == {}
