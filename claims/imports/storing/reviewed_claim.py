"""A claim as its reviews describe it: its claimants, its reviews with their URLs, and the details that differ."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from claims.imports.reading.raw_record import RecordLocation
from claims.imports.reading.review_record import Person, Review
from claims.models import Claim, Claimant, Verdict
from sources.addresses import build_url_key
from sources.identifiers import are_different_entities, are_same_entity


@dataclass(slots=True, eq=False)
class ReviewedClaim:
    """A claim, with the data for deciding whether a review is about it."""

    claim: Claim
    is_new: bool = False
    #: Published verdicts by publisher.
    live_verdicts: dict[int, Verdict] = field(default_factory=dict)
    #: Drafts and verdicts in review, by publisher.
    open_verdicts: dict[int, Verdict] = field(default_factory=dict)
    #: The keys of the claimant's names; empty if there is no claimant.
    claimant_names: set[str] = field(default_factory=set)
    #: The URLs by which authorities identify the claimant, as each review gives them.
    same_as: list[Sequence[str]] = field(default_factory=list)
    #: Publishers that reviewed it, with or without a verdict.
    publisher_ids: set[int] = field(default_factory=set)
    #: The page and date of each publisher's review, if known.
    reviews_by_publisher: dict[int, tuple[str, date | None]] = field(default_factory=dict)
    first_location: RecordLocation | None = None
    """The record from which this import created the claim, if it did."""

    def may_have_been_made_by(self, person: Person | None) -> bool:
        """Return whether this person may have made the claim."""
        return person is None or not self.claimant_names or self.was_made_by(person)

    def was_made_by(self, person: Person) -> bool:
        """Return whether this person made the claim, judging by name and, if both are known, by authority URLs."""
        has_same_name = build_name_key(person) in self.claimant_names
        if not person.same_as or not self.same_as:
            return has_same_name
        if has_same_name:
            return not any(are_different_entities(person.same_as, identifier) for identifier in self.same_as)
        return any(are_same_entity(person.same_as, identifier) for identifier in self.same_as)

    def note_review(self, review: Review, publisher_id: int | None) -> None:
        """Remember the claimant and publisher of this review, for the reviews that follow."""
        self.first_location = self.first_location or (review.location if self.is_new else None)
        if review.claimant:
            self.claimant_names.add(build_name_key(review.claimant))
            if review.claimant.same_as:
                self.same_as.append(review.claimant.same_as)
        if publisher_id:
            self.publisher_ids.add(publisher_id)
            page, day = self._get_review_details(publisher_id)
            self.reviews_by_publisher[publisher_id] = (
                page or build_url_key(review.url),
                day or review.reviewed_on,
            )

    def was_reviewed_on_page(self, review: Review, publisher_id: int | None) -> bool:
        """Return whether this publisher has reviewed the claim on this page."""
        if publisher_id not in self.publisher_ids or not review.url:
            return False
        return self._get_review_details(publisher_id)[0] == build_url_key(review.url) != ""

    def was_reviewed_elsewhere(self, review: Review, publisher_id: int | None) -> bool:
        """Return whether this publisher has reviewed the claim on another page or another day."""
        if publisher_id not in self.publisher_ids:
            return False
        page, day = self._get_review_details(publisher_id)
        if page and review.url:
            return page != build_url_key(review.url)
        return bool(day and review.reviewed_on and day != review.reviewed_on)

    def compare_page(self, review: Review) -> bool | None:
        """Return whether an earlier review of the claim is on the same page; None if a page is unknown."""
        pages = {
            page for publisher_id in self.publisher_ids if (page := self._get_review_details(publisher_id)[0])
        }
        page = build_url_key(review.url)
        return page in pages if page and pages else None

    def _get_review_details(self, publisher_id: int | None) -> tuple[str, date | None]:
        if publisher_id is None:
            return "", None
        if publisher_id not in self.reviews_by_publisher:
            verdict = self.live_verdicts.get(publisher_id) or self.open_verdicts.get(publisher_id)
            self.reviews_by_publisher[publisher_id] = (
                (build_url_key(verdict.url), verdict.reviewed_on) if verdict else ("", None)
            )
        return self.reviews_by_publisher[publisher_id]


def build_name_key(person: Person | None) -> str:
    """Return the key of a claimant: the name, ignoring case; "" if there is none."""
    return " ".join(person.name.casefold().split()) if person else ""


#: The fields of a record stored in its verdict, except the rating: field of the record → field of the verdict.
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
    return {name: getattr(review, "url" if name == "review_url" else name) for name in DETAILS}


def find_differences(review: Review, verdict: Verdict) -> dict[str, Any]:
    """Return the details of a review that are missing from the verdict or differ there."""
    differences = {}
    for name, value in collect_details(review).items():
        stored_value = getattr(verdict, DETAILS[name])
        is_same_page = name == "review_url" and build_url_key(value) == build_url_key(stored_value)
        if value and value != stored_value and not is_same_page:
            differences[name] = value
    return differences


def find_claimant_differences(person: Person, claimant: Claimant) -> dict[str, str]:
    """Return claimant details in the review that differ from the stored ones: field → stored value."""
    differences = {}
    if person.kind not in ("unknown", claimant.kind):
        differences["claimant_kind"] = claimant.kind
    if person.job_title and person.job_title != claimant.job_title:
        differences["claimant_title"] = claimant.job_title or "nothing"
    if not set(person.same_as) <= set(claimant.same_as):
        differences["claimant_same_as"] = ", ".join(claimant.same_as) or "nothing"
    return differences
