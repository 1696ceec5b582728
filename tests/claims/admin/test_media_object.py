"""Pictures, sound and film at the desk: added, described, part of a claim; and the page that looks for them."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.models import Claim, ClaimMedia, Evidence
from claims.review import workflow
from sources.models import MediaObject
from tests.helpers.desk import Desk, said
from tests.helpers.media_rows import jpeg, make_claim_media, make_media, scene
from tests.helpers.newsroom import make_claim, make_draft, person

pytestmark = pytest.mark.django_db

ADD = "/admin/sources/mediaobject/add/"
CHECK = "/admin/sources/mediaobject/check/"
LIST = "/admin/sources/mediaobject/"


@pytest.fixture(autouse=True)
def kept(archive: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def desk(client: Client, checker: User) -> Desk:
    return Desk(client).sign_in(checker)


def upload(seed: int = 1, name: str = "storm.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(scene(seed)), "image/jpeg")


def test_a_picture_is_added_and_shown(desk: Desk, checker: User) -> None:
    sent = {"upload": upload(), "address": "", "alternative_text": "Soft shapes.", "show_to_readers": "on"}
    answer = desk.client.post(ADD, sent, follow=True)
    media = MediaObject.objects.get()
    assert (media.alternative_text, media.show_to_readers, media.created_by) == (
        "Soft shapes.",
        True,
        checker,
    )
    page = answer.content.decode()
    assert f"/admin/sources/mediaobject/{media.pk}/file/" in page
    assert "Visible to readers" in page
    shown = desk.client.get(f"/admin/sources/mediaobject/{media.pk}/file/")
    assert (shown.status_code, shown["Content-Type"]) == (200, media.public_media_type)
    assert shown["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert shown["Cache-Control"].startswith("private")
    listed = desk.client.get(f"{LIST}?q=soft+shapes").content.decode()
    assert "Soft shapes." in listed


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file, paste a picture, or enter an address"),
        ({"address": "http://127.0.0.1/x.jpg"}, "not an address on the public internet"),
        (
            {"upload": SimpleUploadedFile("x.jpg", b"no picture")},
            "not in a known picture, audio or video format",
        ),
        ({"upload": SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")}, "SVG"),
    ],
)
def test_files_that_cannot_be_added(desk: Desk, sent: dict[str, Any], words: str) -> None:
    answer = desk.client.post(ADD, {"address": "", "alternative_text": "", **sent}, follow=True)
    assert words in answer.content.decode()
    assert not MediaObject.objects.exists()


def test_readers_see_only_media_with_an_alternative_text(desk: Desk) -> None:
    media = make_media(alternative_text="")
    answer = desk.save(media, show_to_readers="on")
    assert "First add a description" in answer.content.decode()
    assert said(desk.save(media, show_to_readers="on", alternative_text="Soft shapes."))
    media.refresh_from_db()
    assert media.show_to_readers


def test_a_description_is_not_cleared(desk: Desk) -> None:
    media = make_media(show=False)
    answer = desk.save(media, alternative_text="")
    assert "correct the description instead of clearing it" in answer.content.decode()
    media.refresh_from_db()
    assert media.alternative_text == "Soft shapes, number 1."


# A claim about a picture ----------------------------------------------------------------------------------------------


def test_a_claim_is_about_a_picture(desk: Desk) -> None:
    claim, media = make_claim(), make_media()
    added = {
        "media-TOTAL_FORMS": "1",
        "media-0-media": media.pk,
        "media-0-caption": "The bridge after the storm.",
        "media-0-page_url": "https://posts.example.org/41",
        "media-0-media_fragment": "",
        "media-0-position": "0",
    }
    assert said(desk.save(claim, **added)) == ["Saved."]
    row = claim.media.get()
    assert (row.media, row.caption) == (media, "The bridge after the storm.")
    page = desk.text(claim)
    assert f"/admin/sources/mediaobject/{media.pk}/file/" in page
    assert said(desk.save(claim, **{"media-0-caption": "The harbour bridge."})) == ["Saved."]
    assert said(desk.save(claim, **{"media-0-DELETE": "on"})) == ["Saved."]
    assert not claim.media.exists()


@pytest.mark.parametrize(
    ("fragment", "words"),
    [("12", "Enter the part in seconds"), ("t=5,2", "must end after it begins")],
)
def test_parts_of_recordings_are_checked(desk: Desk, fragment: str, words: str) -> None:
    row = make_claim_media(make_claim())
    assert words in desk.save(row.claim, **{"media-0-media_fragment": fragment}).content.decode()


def test_another_person_has_changed_the_pictures_meanwhile(desk: Desk) -> None:
    row = make_claim_media(make_claim())
    form = desk.form(row.claim)
    ClaimMedia.objects.filter(pk=row.pk).update(caption="Another.")
    desk.save(row.claim, form, context="More.")
    row.refresh_from_db()
    assert row.caption == "Another."


def test_while_a_verdict_is_reviewed_pictures_are_only_shown(desk: Desk, checker: User) -> None:
    row = make_claim_media(make_claim())
    workflow.move(make_draft(row.claim, checker), "submit", by=checker)
    page = desk.text(row.claim)
    assert f"/admin/sources/mediaobject/{row.media_id}/file/" in page
    assert 'name="media-0-caption"' not in page


def test_missing_descriptions_are_reported_before_review(desk: Desk, checker: User) -> None:
    row = make_claim_media(make_claim(), make_media(alternative_text=""))
    make_draft(row.claim, checker)
    assert "alternative text for each picture, recording and video" in desk.text(row.claim)


def test_evidence_is_a_picture(desk: Desk, checker: User) -> None:
    draft, media = make_draft(make_claim(), checker), make_media()
    answer = desk.save(draft.claim, **{"evidence-0-media": media.pk, "evidence-0-media_fragment": "t=3,4"})
    assert said(answer) == ["Saved."]
    item = Evidence.objects.get(verdict=draft)
    assert (item.media, item.media_fragment) == (media, "t=3,4")


def test_the_category_is_chosen_with_the_verdict(desk: Desk, checker: User) -> None:
    draft = make_draft(make_claim(), checker)
    chosen = {
        "verdicts-0-media_authenticity_category": "StagedContent",
        "verdicts-0-original_media_context": "A play of 2016.",
        "verdicts-0-original_media_url": "https://stage.example.org/",
    }
    assert said(desk.save(draft.claim, **chosen)) == ["Saved."]
    draft.refresh_from_db()
    assert draft.media_authenticity_category == "StagedContent"


def test_the_preview_shows_pictures_that_are_not_public_yet(desk: Desk, checker: User) -> None:
    row = make_claim_media(make_claim())
    make_draft(row.claim, checker)
    preview = reverse("admin:claims_claim_preview", args=[row.claim_id])
    page = desk.client.post(preview, desk.form(row.claim)).json()["page"]
    assert f'src="/admin/sources/mediaobject/{row.media_id}/file/"' in page
    assert "/media/" not in page.replace("/admin/sources/mediaobject/", "")


# Was this picture checked? --------------------------------------------------------------------------------------------


@pytest.fixture
def draft(checker: User) -> Claim:
    row = make_claim_media(make_claim("The bridge is under water."))
    make_draft(row.claim, checker)
    return row.claim


def test_a_picture_look_up_includes_claims_in_work(desk: Desk, draft: Claim) -> None:
    page = desk.client.post(CHECK, {"upload": upload(), "address": ""}).content.decode()
    for words in (
        "Probably the same picture",
        "of 256 points differ",
        "The bridge is under water.",
        "The claim is about this file",
        "Draft",
    ):
        assert words in page


def test_nothing_found_is_no_verdict(desk: Desk, draft: Claim) -> None:
    page = desk.client.post(CHECK, {"upload": upload(2), "address": ""}).content.decode()
    assert "No similar picture was found." in page
    assert "This is not a verdict" in page
    assert "The bridge is under water." not in page


def test_one_that_is_here_is_compared_with_the_others(desk: Desk, draft: Claim) -> None:
    media = draft.media.get().media
    page = desk.client.get(f"{CHECK}?media={media.pk}").content.decode()
    assert "No similar picture was found." in page


def test_a_contributor_finds_no_drafts_of_others(client: Client, draft: Claim) -> None:
    desk = Desk(client).sign_in(person("conrad", "Contributor"))
    media = draft.media.get().media
    page = desk.client.post(CHECK, {"upload": upload(), "address": ""}).content.decode()
    assert "No similar picture was found." in page
    assert desk.client.get(f"/admin/sources/mediaobject/{media.pk}/file/").status_code == 404
    assert media.alternative_text not in desk.client.get(LIST).content.decode()
    assert desk.client.get(f"/admin/sources/mediaobject/{media.pk}/change/").status_code in (302, 404)


def test_a_contributor_does_not_get_at_a_draft_by_naming_its_picture(client: Client, draft: Claim) -> None:
    conrad = person("conrad", "Contributor")
    desk = Desk(client).sign_in(conrad)
    own = make_claim(state="proposed", created_by=conrad)
    media = draft.media.get().media
    added = {
        "media-TOTAL_FORMS": "1",
        "media-0-media": media.pk,
        "media-0-position": "0",
        "media-0-caption": "",
    }
    desk.save(own, **added)
    assert not own.media.exists()


def test_the_same_file_in_another_persons_draft_is_not_reported(client: Client, draft: Claim) -> None:
    desk = Desk(client).sign_in(person("conrad", "Contributor"))
    media = MediaObject.objects.get()
    from sources import archive  # noqa: PLC0415  beside its use

    same = SimpleUploadedFile("x.jpg", archive.load(media.sha256))
    answer = desk.client.post(ADD, {"upload": same, "address": "", "alternative_text": ""}, follow=True)
    assert said(answer) == ["You cannot add this file. Ask a fact-checker to add it."]


@pytest.mark.parametrize("sent", [{}, {"address": "http://10.0.0.1/"}, {"upload": io.BytesIO(b"no picture")}])
def test_files_that_cannot_be_looked_up(desk: Desk, sent: dict[str, Any]) -> None:
    answer = desk.client.post(CHECK, {"address": "", **sent})
    assert answer.status_code == 200
    assert "No similar picture was found." not in answer.content.decode()
    assert "errorlist" in answer.content.decode() or "error" in answer.content.decode()
