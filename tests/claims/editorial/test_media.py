"""Pictures, sound and film by the editorial API: taken in, described, part of claims and of evidence."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from claims.models import Evidence
from claims.review import workflow
from sources.models import MediaObject
from tests.helpers.media_rows import jpeg, make_claim_media, make_media, scene
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import BASE, Tool, pointers, tool

pytestmark = pytest.mark.django_db


def send(asking: Tool, seed: int = 1, **fields: Any) -> Any:
    file = SimpleUploadedFile("storm.jpg", jpeg(scene(seed)), "image/jpeg")
    return asking.client.post(f"{BASE}media/", {"file": file, **fields}, headers=asking.headers)


def test_a_file_is_taken_in_once(checker: User) -> None:
    asking = tool(checker)
    first = send(asking, alternative_text="Soft shapes.")
    assert first.status_code == 201, first.content
    body = first.json()
    assert (body["alternative_text"], body["show_to_readers"], body["kind"]) == (
        "Soft shapes.",
        True,
        "image",
    )
    assert len(body["pdq"]) == 64
    assert body["created_by"] == {"id": checker.pk, "name": "Chris"}
    again = send(asking)
    assert (again.status_code, again.json()["id"]) == (200, body["id"])
    assert asking.get(f"media/{body['id']}/").json() == body
    assert asking.get("media/?q=soft").json()["results"][0]["id"] == body["id"]
    assert asking.get(f"media/?sha256={body['sha256']}&kind=image").json()["results"][0]["id"] == body["id"]
    assert asking.get("media/?kind=video").json()["results"] == []


@pytest.mark.parametrize(
    ("body", "status", "places"),
    [
        ({"url": "http://127.0.0.1/x.jpg"}, 422, ["#/url"]),
        ({}, 400, ["#/url"]),
        ({"url": "x", "more": 1}, 400, ["#/more", "#/url"]),
        ({"url": "https://example.org/a.jpg", "show_to_readers": "yes"}, 400, ["#/show_to_readers"]),
    ],
)
def test_addresses_without_content_are_refused(
    checker: User, body: dict[str, Any], status: int, places: list[str]
) -> None:
    answer = tool(checker).post("media/", body)
    assert answer.status_code == status
    assert pointers(answer) == places


def test_files_that_are_not_pictures_are_refused(checker: User) -> None:
    asking = tool(checker)

    def sent(**fields: str) -> Any:
        file = SimpleUploadedFile("x.jpg", b"no picture")
        return asking.client.post(f"{BASE}media/", {"file": file, **fields}, headers=asking.headers)

    answer = sent()
    assert (answer.status_code, pointers(answer)) == (422, ["#/file"])
    answer = sent(caption="x")
    assert (answer.status_code, pointers(answer)) == (400, ["#/caption"])
    assert not MediaObject.objects.exists()


def test_it_is_described(checker: User) -> None:
    media, asking = make_media(alternative_text=""), tool(checker)
    path = f"media/{media.pk}/"
    assert asking.patch(path, {"show_to_readers": True}).status_code == 409
    answer = asking.patch(path, {"alternative_text": "Soft shapes.", "show_to_readers": True})
    assert answer.status_code == 200, answer.content
    assert answer.json()["url"].endswith(f"/media/{media.public_sha256}.jpg")
    assert asking.patch(path, {"alternative_text": ""}).status_code == 409
    assert asking.patch(path, {"sha256": "0"}).status_code == 400


def test_a_claim_is_about_it(checker: User) -> None:
    claim, media, asking = make_claim(), make_media(), tool(checker)
    answer = asking.post(
        f"claims/{claim.pk}/media/", {"media": media.pk, "caption": "The bridge.", "media_fragment": ""}
    )
    assert answer.status_code == 201, answer.content
    path = f"claims/{claim.pk}/media/{media.pk}/"
    assert answer["Location"].endswith(path)
    assert asking.get(f"claims/{claim.pk}/").json()["media"] == [asking.get(path).json()]
    assert asking.post(f"claims/{claim.pk}/media/", {"media": media.pk}).status_code == 409
    assert (
        asking.patch(path, {"caption": "Another.", "media_fragment": "t=1,2"}).json()["caption"] == "Another."
    )
    assert asking.patch(path, {"media_fragment": "t=2,1"}).status_code == 400
    assert asking.patch(path, {"media": media.pk}).status_code == 400
    assert asking.get(f"claims/{claim.pk}/media/").json()["results"][0]["id"] == media.pk
    assert asking.delete(path).status_code == 204
    assert asking.get(path).status_code == 404
    assert MediaObject.objects.filter(pk=media.pk).exists()


def test_not_while_it_is_reviewed(checker: User) -> None:
    row = make_claim_media(make_claim())
    workflow.move(make_draft(row.claim, checker), "submit", by=checker)
    asking, path = tool(checker), f"claims/{row.claim_id}/media/{row.media_id}/"
    for answer in (
        asking.post(f"claims/{row.claim_id}/media/", {"media": make_media(2).pk}),
        asking.patch(path, {"caption": "Another."}),
        asking.delete(path),
    ):
        assert answer.status_code == 409
        assert "in review" in answer.json()["detail"]


def test_evidence_shows_it(checker: User) -> None:
    verdict, media, asking = make_draft(make_claim(), checker), make_media(), tool(checker)
    path = f"verdicts/{verdict.pk}/evidence/"
    body = {"source": make_source().pk, "stance": "refutes", "media": media.pk, "media_fragment": "t=3"}
    answer = asking.post(path, body)
    assert answer.status_code == 201, answer.content
    [shown] = answer.json()["media"]
    assert (shown["id"], shown["media_fragment"]) == (media.pk, "t=3")
    item = Evidence.objects.get(pk=answer.json()["id"])
    changed = asking.patch(f"{path}{item.pk}/", {"media": None, "media_fragment": ""})
    assert (changed.status_code, changed.json()["media"]) == (200, [])
    assert asking.post(path, body | {"media_fragment": "12"}).status_code == 400
    assert asking.post(path, body | {"media": 999_999}).status_code == 422


def test_the_category_belongs_to_the_verdict(checker: User) -> None:
    verdict, asking = make_draft(make_claim(), checker), tool(checker)
    path = f"verdicts/{verdict.pk}/"
    said = {"media_authenticity_category": "StagedContent", "original_media_context": "A play."}
    assert asking.patch(path, said).json().items() >= said.items()
    assert asking.patch(path, {"media_authenticity_category": "Fake"}).status_code == 400


def test_drafts_of_others_stay_theirs(contributor: User, checker: User) -> None:
    """A contributor neither sees the picture of a draft nor gets at it by its id."""
    row = make_claim_media(make_claim())
    asking = tool(contributor)
    own = make_claim(state="proposed", created_by=contributor)
    assert asking.get("media/").json()["results"] == []
    assert asking.get(f"media/{row.media_id}/").status_code == 404
    assert asking.get(f"claims/{row.claim_id}/media/").status_code == 404
    answer = asking.post(f"claims/{own.pk}/media/", {"media": row.media_id})
    assert (answer.status_code, pointers(answer)) == (422, ["#/media"])


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_whatever_their_length(
    checker: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asking, claim = tool(checker), make_claim()
    for seed in range(count):
        make_claim_media(claim, make_media(seed))
    asking.get("media/")  # the token is known by now
    with django_assert_num_queries(5):
        assert len(asking.get("media/").json()["results"]) == count
    with django_assert_num_queries(6):
        assert len(asking.get(f"claims/{claim.pk}/media/").json()["results"]) == count
