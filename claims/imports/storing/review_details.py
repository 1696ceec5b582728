"""The remaining details of a review, and those that differ from the stored ones."""

from typing import Any, Final

from claims.imports.reading.review_record import Person, Review
from claims.models import Claimant, Verdict
from sources.addresses import build_url_key

#: What a review says in its verdict besides the rating: the field of a record → that of the verdict.
DETAILS: Final = {
    "review_url": "url",
    "title": "title",
    "summary": "summary",
    "byline": "byline",
    "reviewed_on": "reviewed_on",
    "review_language": "language",
    "media_authenticity_category": "media_authenticity_category",
    "original_media_context": "original_media_context",
    "original_media_url": "original_media_url",
}


def collect_details(review: Review) -> dict[str, Any]:
    """Return the details of a review by verdict field, without the rating."""
    return {
        "review_url": review.url,
        "title": review.title,
        "summary": review.summary,
        "byline": review.byline,
        "reviewed_on": review.reviewed_on,
        "review_language": review.review_language,
        "media_authenticity_category": review.media_authenticity_category,
        "original_media_context": review.original_media_context,
        "original_media_url": review.original_media_url,
    }


def find_differences(review: Review, verdict: Verdict) -> dict[str, Any]:
    """Return the details of a review that are missing from the verdict or differ there."""
    found = {}
    for name, value in collect_details(review).items():
        stored = getattr(verdict, DETAILS[name])
        same_page = name == "review_url" and build_url_key(value) == build_url_key(stored)
        if value and value != stored and not same_page:
            found[name] = value
    return found


def find_claimant_differences(person: Person, claimant: Claimant) -> dict[str, str]:
    """Return claimant details in the review that differ from the stored ones: field → stored value."""
    left_out = {}
    if person.kind not in ("unknown", claimant.kind):
        left_out["claimant_kind"] = claimant.kind
    if person.job_title and person.job_title != claimant.job_title:
        left_out["claimant_title"] = claimant.job_title or "nothing"
    if not set(person.same_as) <= set(claimant.same_as):
        left_out["claimant_same_as"] = ", ".join(claimant.same_as) or "nothing"
    return left_out
