"""Files of pictures: those shown by publications are public for good; others are not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, ClaimMedia, Evidence
from claims.review import workflow
from sources import archive as files
from sources.models import MediaObject
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def kept(archive: Path) -> None:
    """Files go to a folder of the test."""


def address(media: MediaObject) -> str:
    return f"/media/{media.public_sha256}.jpg"


@pytest.fixture
def picture(publish: Publish) -> MediaObject:
    """A picture that a published claim is about."""
    row = make_claim_media(make_claim())
    publish(row.claim)
    return row.media


def test_a_published_picture_is_there_for_good(client: Client, picture: MediaObject) -> None:
    answer = client.get(address(picture))
    assert answer.status_code == 200
    assert answer.content == files.load(picture.public_sha256)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    again = client.get(address(picture), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_body_names_that_address(client: Client, picture: MediaObject, settings: object) -> None:
    [shown] = client.get(f"/api/v1/claims/{picture.claimed_in.get().claim_id}/").json()["media"]
    assert shown["url"].endswith(address(picture))
    assert client.get(shown["url"]).status_code == 200


@sweep(
    ("asked", "status", "told"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{size}"),
        ("bytes=10-", 206, "bytes 10-{last}/{size}"),
        ("bytes=-10", 206, "bytes {tenth}-{last}/{size}"),
        ("bytes=0-999999999", 206, "bytes 0-{last}/{size}"),
        ("bytes=999999999-", 416, "bytes */{size}"),
        ("bytes=0-1,4-5", 200, None),
        ("bytes=9-2", 200, None),
        ("lines=1-2", 200, None),
        ("bytes=-", 200, None),
    ],
    undone=True,
)
def test_parts_of_it(client: Client, picture: MediaObject, asked: str, status: int, told: str | None) -> None:
    whole = files.load(picture.public_sha256)
    answer = client.get(address(picture), headers={"Range": asked})
    size = {"size": len(whole), "last": len(whole) - 1, "tenth": len(whole) - 10}
    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == (told.format(**size) if told else None)
    if status == 206:
        first, last = answer["Content-Range"].split()[1].split("/")[0].split("-")
        assert answer.content == whole[int(first) : int(last) + 1]


def test_a_part_of_another_file_is_not_given_as_the_rest_of_this_one(
    client: Client, picture: MediaObject
) -> None:
    answer = client.get(address(picture), headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert answer.status_code == 200
    ours = client.get(address(picture), headers={"Range": "bytes=5-", "If-Range": answer["ETag"]})
    assert ours.status_code == 206


def test_pictures_shown_once_stay_public(client: Client, picture: MediaObject, editor: User) -> None:
    claim = picture.claimed_in.get().claim
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was another bridge.")
    ClaimMedia.objects.all().delete()
    assert client.get(address(picture)).status_code == 200


# Missing files ----------------------------------------------------------------------------------------------------


def test_a_drafts_picture_is_not_there(client: Client, picture: MediaObject, checker: User) -> None:
    """Neither a claim's nor evidence, in any state before publication; nor is the original of a published one."""
    draft = make_claim_media(make_claim(), make_media(2))
    evidence = make_media(3)
    verdict = make_draft(draft.claim, checker)
    Evidence.objects.filter(verdict=verdict).update(media=evidence)
    alone = make_media(4)
    for media in (draft.media, evidence, alone):
        assert client.get(address(media)).status_code == 404
    workflow.move(verdict, "submit", by=checker)
    for media in (draft.media, evidence):
        assert client.get(address(media)).status_code == 404
    for media in (picture, draft.media):
        assert client.get(f"/media/{media.sha256}.jpg").status_code == 404


def test_a_picture_added_since_is_not_there(client: Client, picture: MediaObject) -> None:
    later = make_claim_media(picture.claimed_in.get().claim, make_media(2))
    assert client.get(address(later.media)).status_code == 404


def test_a_picture_that_readers_only_read_about_is_not_there(client: Client, publish: Publish) -> None:
    row = make_claim_media(make_claim(), make_media(show=False))
    publish(row.claim)
    assert client.get(address(row.media)).status_code == 404
    [body] = client.get(f"/api/v1/claims/{row.claim_id}/").json()["media"]
    assert (body["url"], body["media_type"], body["width"]) == ("", "", None)
    assert body["alternative_text"] == "Soft shapes, number 1."


@sweep(
    "name",
    [
        "x.jpg",
        "{sha}",
        "{sha}.png",
        "{sha}.html",
        "{sha}.jpg.html",
        "{upper}.jpg",
        "..%2F{sha}.jpg",
        "{sha}.jpg/",
        "{sha}.svg",
    ],
    undone=True,
)
def test_other_names_are_no_files(client: Client, picture: MediaObject, name: str) -> None:
    sha = picture.public_sha256
    answer = client.get(f"/media/{name.format(sha=sha, upper=sha.upper())}")
    assert answer.status_code == 404
    assert picture.alternative_text.encode() not in answer.content


def test_missing_files_are_reported_to_operators(
    client: Client, picture: MediaObject, archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (archive / files.build_path(picture.public_sha256)).unlink()
    assert client.get(address(picture)).status_code == 404
    assert "A picture cannot be shown" in caplog.text


def test_nothing_is_written_there(client: Client, picture: MediaObject) -> None:
    assert client.post(address(picture)).status_code == 405


def test_evidence_shows_its_picture(client: Client, checker: User, editor: User) -> None:
    verdict = make_draft(make_claim(), checker)
    media = make_media()
    Evidence.objects.filter(verdict=verdict).update(media=media, media_fragment="t=3,4")
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    assert client.get(address(media)).status_code == 200
    claim = client.get(f"/api/v1/claims/{verdict.claim_id}/").json()
    [item] = claim["verdicts"][0]["evidence"]
    [shown] = item["media"]
    assert (shown["id"], shown["media_fragment"], shown["caption"]) == (media.pk, "t=3,4", "")
    assert claim["media"] == []
