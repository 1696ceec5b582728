"""MediaReview markup as publishers write it: beside a ClaimReview, within one, instead of one; and dirt."""

from typing import Any

from claims.imports.reading.formats.claimreview_objects import read_reviews
from claims.imports.reading.interpretation import read_review
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal
from claims.imports.reading.review_record import Review
from tests.helpers.sweeps import sweep

PLACE = RecordLocation("feed.json", "element 1")
MEDIA: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "MediaReview",
    "author": {"@type": "Organization", "name": "Harbour Facts", "url": "https://harbour.example.org/"},
    "datePublished": "2026-02-03",
    "url": "https://harbour.example.org/flood",
    "itemReviewed": {
        "@type": "ImageObject",
        "contentUrl": "https://cdn.example.org/flood.jpg",
    },
    "mediaAuthenticityCategory": ["DecontextualizedContent"],
    "originalMediaContextDescription": "It was taken in 2016, in another town.",
    "originalMediaLink": "https://archive.example.org/2016/flood",
}
CLAIM: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "author": {"@type": "Organization", "name": "Harbour Facts", "url": "https://harbour.example.org/"},
    "url": "https://harbour.example.org/flood",
    "claimReviewed": "The picture shows the harbour under water.",
    "reviewRating": {"@type": "Rating", "alternateName": "False"},
    "inLanguage": "en",
}
#: The reviewed item as the Duke Reporters' Lab writes it.
ITEM = {
    "@type": "MediaReviewItem",
    "creator": {"@type": "Person", "name": "Ida Strand"},
    "interpretedAsClaim": {"@type": "Claim", "description": "", "text": "The harbour is under water."},
    "mediaItemAppearance": [
        {"@type": "VideoObject", "contentUrl": "https://cdn.example.org/flood.mp4"},
        {"@type": "VideoObject", "accessedOnUrl": "https://posts.example.org/41"},
    ],
}


def read(*values: Any) -> list[Review]:
    found = [read_review(one) for one in read_reviews(list(values), PLACE) if isinstance(one, RawRecord)]
    assert not [one for one in found if isinstance(one, Refusal)]
    return [one for one in found if isinstance(one, Review)]


def of_media(review: Review) -> tuple[Any, ...]:
    return (
        review.media,
        review.media_kind,
        review.media_authenticity_category,
        review.original_media_context,
        review.original_media_url,
    )


SAID = (
    ("https://cdn.example.org/flood.jpg",),
    "image",
    "DecontextualizedContent",
    "It was taken in 2016, in another town.",
    "https://archive.example.org/2016/flood",
)


@sweep(
    "values",
    [
        (CLAIM, MEDIA),
        (MEDIA, CLAIM),
        ({"@graph": [CLAIM, MEDIA]},),
        ({**CLAIM, "associatedMediaReview": MEDIA},),
        (
            {**CLAIM, "associatedMediaReview": {"@id": "#m"}},
            {**MEDIA, "@id": "#m", "url": "https://other.example.org/"},
        ),
        ({**CLAIM, "@id": "#c"}, {**MEDIA, "url": "", "associatedClaimReview": {"@id": "#c"}}),
        ({**MEDIA, "associatedClaimReview": CLAIM},),
    ],
)
def test_both_reviews_of_one_page_are_one(values: tuple[Any, ...]) -> None:
    [review] = read(*values)
    assert of_media(review) == SAID
    assert review.statement == "The picture shows the harbour under water."
    assert review.rating is not None
    assert review.rating.raw == "False"
    assert "https://cdn.example.org/flood.jpg" in review.appearances


def test_a_media_review_with_a_claim_is_a_record() -> None:
    [review] = read({**MEDIA, "itemReviewed": ITEM})
    assert review.statement == "The harbour is under water."
    assert review.media == ("https://cdn.example.org/flood.mp4", "https://posts.example.org/41")
    assert review.media_kind == "video"
    assert review.publisher is not None
    assert review.publisher.name == "Harbour Facts"
    # A category has no class: an editor decides about the label.
    assert review.rating is not None
    assert (review.rating.raw, review.rating.rating_class) == ("DecontextualizedContent", "")


def test_it_stays_apart_from_the_review_of_another_page() -> None:
    found = read_reviews([CLAIM, {**MEDIA, "url": "https://harbour.example.org/other"}], PLACE)
    assert [type(one) for one in found] == [RawRecord, Refusal]


def test_without_a_claim_it_is_refused_with_the_reason() -> None:
    [refusal] = read_reviews(MEDIA, PLACE)
    assert isinstance(refusal, Refusal)
    assert (refusal.field, refusal.code) == ("statement", "no statement")
    assert "interpretedAsClaim" in refusal.reason
    assert refusal.raw == MEDIA


@sweep(
    ("stated", "category", "codes"),
    [
        ("https://schema.org/TransformedContent", "TransformedContent", []),
        ("schema:StagedContent", "StagedContent", []),
        ("OriginalMediaContent", "OriginalContent", []),
        ({"@id": "http://schema.org/SatireOrParodyContent"}, "SatireOrParodyContent", []),
        ("FakeContent", "", ["unknown category"]),
        (["TransformedContent", "StagedContent"], "TransformedContent", ["several categories"]),
        (["Nonsense", "EditedOrCroppedContent"], "EditedOrCroppedContent", ["unknown category"]),
        (7, "", ["unknown category"]),
        (None, "", []),
    ],
)
def test_categories(stated: Any, category: str, codes: list[str]) -> None:
    [review] = read(CLAIM, {**MEDIA, "mediaAuthenticityCategory": stated})
    assert review.media_authenticity_category == category
    assert [
        remark.code for remark in review.remarks if remark.field == "media_authenticity_category"
    ] == codes


@sweep("address", ["javascript:alert(1)", "file:///etc/passwd", "not an address", {"x": 1}, 3])
def test_invalid_addresses_are_left_out(address: Any) -> None:
    item = {"@type": "ImageObject", "contentUrl": address}
    [review] = read(CLAIM, {**MEDIA, "itemReviewed": item, "originalMediaLink": address})
    assert (review.media, review.original_media_url) == ((), "")


def test_a_review_without_media_reads_as_ever() -> None:
    [review] = read(CLAIM)
    assert of_media(review) == ((), "", "", "", "")
