"""Other publishers' MediaReviews: stored in their verdicts, included in markup, and nothing is fetched."""

from typing import Any

import pytest

from claims.ledger.document.claimreview import build_markup
from claims.models import Claim
from sources.http import fetched_documents
from sources.models import MediaObject, Source
from tests.helpers.imported_reviews import bring, counts, live, newest, review

pytestmark = pytest.mark.django_db

FILE = "https://cdn.example.org/flood.jpg"
POST = "https://www.facebook.com/posts/41"
MEDIA: dict[str, Any] = {
    "media": [FILE, POST],
    "media_kind": "ImageObject",
    "media_authenticity_category": ["https://schema.org/DecontextualizedContent"],
    "original_media_context": "It was taken in 2016.",
    "original_media_url": "https://archive.example.org/2016/flood",
}


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise AssertionError("An import fetches nothing.")

    monkeypatch.setattr(fetched_documents, "fetch", refuse)


def test_a_media_review_is_kept_and_reported_again() -> None:
    assert counts(bring(review(**MEDIA))) == {"created": 1}
    claim = Claim.objects.get()
    verdict = live(claim)
    assert verdict.media_authenticity_category == "DecontextualizedContent"
    assert (verdict.original_media_context, verdict.original_media_url) == (
        "It was taken in 2016.",
        "https://archive.example.org/2016/flood",
    )
    assert not MediaObject.objects.exists()
    kinds = dict(Source.objects.filter(url__in=[FILE, POST]).values_list("url", "kind"))
    assert kinds == {FILE: "image", POST: "social_post"}
    found = build_markup(newest(claim))
    assert found is not None
    media = next(node for node in found["@graph"] if node["@type"] == "MediaReview")
    assert media["mediaAuthenticityCategory"] == "DecontextualizedContent"
    assert media["itemReviewed"]["mediaItemAppearance"] == [{"@type": "ImageObject", "contentUrl": FILE}]


def test_the_same_again_changes_nothing() -> None:
    bring(review(**MEDIA))
    assert counts(bring(review(**MEDIA))) == {"unchanged": 1}


def test_missing_values_erase_nothing() -> None:
    bring(review(**MEDIA))
    bring(review())
    assert live(Claim.objects.get()).media_authenticity_category == "DecontextualizedContent"


def test_later_additions_are_a_new_version() -> None:
    bring(review())
    assert counts(bring(review(**MEDIA))) == {"updated": 1}
    verdict = live(Claim.objects.get())
    assert (verdict.version, verdict.media_authenticity_category) == (2, "DecontextualizedContent")
    assert "category of the picture, audio or video" in verdict.correction_note


def test_an_unknown_category_is_left_out_with_a_note() -> None:
    run = bring(review(**MEDIA | {"media_authenticity_category": "Fake"}))
    assert live(Claim.objects.get()).media_authenticity_category == ""
    assert [problem.code for problem in run.problems.all()] == ["unknown category"]
