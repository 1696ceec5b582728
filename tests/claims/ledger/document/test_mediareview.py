"""MediaReview markup: what became of a picture, as schema.org and those who collect it read it."""

from typing import Any

import pytest

from claims.ledger.document.claimreview import build_markup
from tests.claims.ledger.document.test_claimreview import BODY, VERDICT

pytestmark: list[Any] = []

PICTURE = {
    "id": 5,
    "kind": "image",
    "url": "https://facts.example.org/media/aa.jpg",
    "media_type": "image/jpeg",
    "encoding_format": "image/png",
    "width": 640,
    "height": 480,
    "duration": None,
    "alternative_text": "A bridge under water.",
    "caption": "The bridge after the storm.",
    "media_fragment": "",
    "page_url": "https://posts.example.org/41",
    "content_url": "https://cdn.example.org/bridge.png",
    "sha256": "a" * 64,
    "pdq": "f" * 64,
}
OUT_OF_CONTEXT = {
    **VERDICT,
    "media_authenticity_category": "DecontextualizedContent",
    "original_media_context": "The picture was taken in 2016, in another town.",
    "original_media_url": "https://archive.example.org/2016/bridge",
}


def graph(**changes: Any) -> list[dict[str, Any]]:
    found = build_markup({**BODY, "media": [PICTURE], "verdicts": [OUT_OF_CONTEXT], **changes})
    assert found is not None
    return list(found.get("@graph", [found]))


def test_a_verdict_on_a_picture_is_a_media_review_too() -> None:
    claim_review, media_review = graph()
    assert claim_review["associatedMediaReview"] == {"@id": media_review["@id"]}
    same = {name: claim_review[name] for name in ("url", "author", "inLanguage", "datePublished")}
    assert (
        media_review.items()
        >= {
            **same,
            "@type": "MediaReview",
            "mediaAuthenticityCategory": "DecontextualizedContent",
            "originalMediaContextDescription": "The picture was taken in 2016, in another town.",
            "originalMediaLink": "https://archive.example.org/2016/bridge",
            "associatedClaimReview": {"@id": claim_review["@id"]},
        }.items()
    )
    assert media_review["itemReviewed"] == {
        "@type": "MediaReviewItem",
        "mediaItemAppearance": [
            {
                "@type": "ImageObject",
                "contentUrl": "https://cdn.example.org/bridge.png",
                "thumbnailUrl": "https://facts.example.org/media/aa.jpg",
                "accessedOnUrl": "https://posts.example.org/41",
                "encodingFormat": "image/png",
                "sha256": "a" * 64,
                "width": 640,
                "height": 480,
                "caption": "The bridge after the storm.",
                "description": "A bridge under water.",
            }
        ],
        "interpretedAsClaim": {
            "@type": "Claim",
            "@id": claim_review["itemReviewed"]["@id"],
            "text": BODY["statement"],
        },
    }


@pytest.mark.parametrize(("kind", "type_"), [("video", "VideoObject"), ("audio", "AudioObject")])
def test_films_and_sound_have_a_length(kind: str, type_: str) -> None:
    _claim_review, media_review = graph(media=[{**PICTURE, "kind": kind, "duration": 62.5}])
    [shown] = media_review["itemReviewed"]["mediaItemAppearance"]
    assert (shown["@type"], shown["duration"]) == (type_, "PT62.5S")
    assert not {"width", "height"} & shown.keys()  # which are those of a picture of it


def test_an_uploaded_picture_has_its_public_address() -> None:
    _claim_review, media_review = graph(media=[{**PICTURE, "content_url": ""}])
    [shown] = media_review["itemReviewed"]["mediaItemAppearance"]
    assert shown["contentUrl"] == PICTURE["url"]


def test_without_a_category_there_is_no_media_review() -> None:
    [only] = graph(verdicts=[{**OUT_OF_CONTEXT, "media_authenticity_category": ""}])
    assert only["@type"] == "ClaimReview"
    assert "associatedMediaReview" not in only


def test_bodies_that_were_published_before_there_were_media_read_as_ever() -> None:
    [only] = graph(media=[], verdicts=[VERDICT])
    assert only["@type"] == "ClaimReview"


def test_each_of_two_verdicts_has_its_own() -> None:
    other = {**OUT_OF_CONTEXT, "id": 99, "publisher": {**VERDICT["publisher"], "id": 98}}
    nodes = graph(verdicts=[OUT_OF_CONTEXT, other])
    assert [node["@type"] for node in nodes] == ["ClaimReview", "MediaReview"] * 2
    assert len({node["@id"] for node in nodes}) == 4
