"""Convert a publication body to schema.org MediaReview as JSON-LD. Pure: no database access.

A MediaReview describes how a claim's picture, recording or video was changed, in the fact-checkers' vocabulary
(https://schema.org/MediaReview). `mediaAuthenticityCategory` gives the kind of change, and
`originalMediaContextDescription` and `originalMediaLink` describe the original. `itemReviewed` has the form used by
Google's Fact Check Tools and the Duke Reporters' Lab: a MediaReviewItem with its appearances and the claim made with
it.
"""

from typing import Any

Document = dict[str, Any]

MEDIA_REVIEW = "MediaReview"
MEDIA_TYPES = {"image": "ImageObject", "video": "VideoObject", "audio": "AudioObject"}


def build_media_review(
    body: Document, verdict: Document, *, review: Document, claim_url: str
) -> Document | None:
    """Build the MediaReview of a ClaimReview; None if the verdict does not judge media.

    Args:
        review: the ClaimReview of the verdict, from which author, date, language and page are copied.
        claim_url: the permanent URL of the claim's page.
    """
    # Older bodies do not have the keys.
    category = verdict.get("media_authenticity_category", "")
    media = [_build_media(item) for item in body.get("media", [])] or _list_media(body)
    if not category or not media:
        return None
    copied_keys = ("url", "author", "headline", "datePublished", "dateModified", "inLanguage", "correction")
    names = ("sdPublisher", "sdLicense", "sdDatePublished")
    return _drop_empty(
        {
            "@type": MEDIA_REVIEW,
            "@id": f"{claim_url}#media-review-by-{verdict['publisher']['id']}",
            **{name: review.get(name) for name in copied_keys},
            "mediaAuthenticityCategory": category,
            "originalMediaContextDescription": verdict.get("original_media_context", ""),
            "originalMediaLink": verdict.get("original_media_url", ""),
            "itemReviewed": {
                "@type": "MediaReviewItem",
                "mediaItemAppearance": media,
                "interpretedAsClaim": {
                    "@type": "Claim",
                    "@id": f"{claim_url}#claim",
                    "text": body["statement"],
                },
            },
            "associatedClaimReview": {"@id": review["@id"]},
            **{name: review.get(name) for name in names},
        }
    )


def _build_media(item: Document) -> Document:
    """Build the markup of a picture, recording or video, with its source file and its copy on this site."""
    is_image = item["kind"] == "image"
    return _drop_empty(
        {
            "@type": MEDIA_TYPES[item["kind"]],
            "contentUrl": item["content_url"] or (item["url"] if is_image else ""),
            "thumbnailUrl": item["url"],
            "accessedOnUrl": item["page_url"],
            "encodingFormat": item["encoding_format"],
            "sha256": item["sha256"],
            "width": item["width"] if is_image else None,
            "height": item["height"] if is_image else None,
            "duration": _format_duration(item["duration"]),
            "caption": item["caption"],
            "description": item["alternative_text"],
        }
    )


def _list_media(body: Document) -> list[Document]:
    """Return the media of an imported claim: the URLs of its media files or, if it has none, of its appearances."""
    sources = [item["source"] for item in body["appearances"] if item["source"]["url"]]
    files = [
        {"@type": MEDIA_TYPES[source["kind"]], "contentUrl": source["url"]}
        for source in sources
        if source["kind"] in MEDIA_TYPES
    ]
    return files or [{"@type": "MediaObject", "accessedOnUrl": source["url"]} for source in sources]


def _format_duration(seconds: float | None) -> str:
    """Format a duration as ISO 8601, as schema.org requires."""
    return f"PT{seconds:.3f}".rstrip("0").rstrip(".") + "S" if seconds else ""


def _drop_empty(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", [])}
