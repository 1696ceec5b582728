"""The output of readers: the raw fields of one review with their position, or a refusal with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

#: The fields that a reader fills, whatever the format calls them. Values are as found: text, numbers, lists of those,
#: or None. They are interpreted later in one place (`claims.imports.reading.interpretation`).
FIELDS: Final = {
    "id": "the file's own number or name of this review, by which it is known again",
    "statement": "what was claimed (ClaimReview.claimReviewed)",
    "language": "of the statement, as a tag or a name",
    "claimant": "who claimed it (itemReviewed.author.name)",
    "claimant_kind": "person, organization or group, or a schema.org type",
    "claimant_title": "the claimant's job title",
    "claimant_same_as": "addresses that identify the claimant elsewhere",
    "claimed_on": "when it was claimed (itemReviewed.datePublished)",
    "context": "what a reader must know to understand the claim",
    "appearances": "addresses where it was claimed, the first one first (itemReviewed.firstAppearance, appearance)",
    "topics": "what it is about (itemReviewed.keywords)",
    "publisher": "who judged it (ClaimReview.author.name): a name, a domain or an account name",
    "publisher_url": "the publisher's own address (ClaimReview.author.url)",
    "rating": "the judgement in the publisher's words (reviewRating.alternateName)",
    "rating_value": "the judgement as a number (reviewRating.ratingValue)",
    "rating_best": "the number that stands for true (reviewRating.bestRating)",
    "rating_worst": "the number that stands for false (reviewRating.worstRating)",
    "review_url": "where the publisher's review stands (ClaimReview.url)",
    "title": "the headline of the review",
    "summary": "the finding in a sentence or two (reviewRating.ratingExplanation, description)",
    "byline": "who wrote the review",
    "reviewed_on": "when it was judged (ClaimReview.datePublished)",
    "review_language": "of the review, as a tag or a name (inLanguage)",
    "media": "addresses of the pictures, audio or video that it is about (MediaReview.itemReviewed)",
    "media_kind": "image, video or audio, or a schema.org type such as ImageObject",
    "media_authenticity_category": "what became of them (MediaReview.mediaAuthenticityCategory)",
    "original_media_context": "what they really show (MediaReview.originalMediaContextDescription)",
    "original_media_url": "where the original is (MediaReview.originalMediaLink)",
}


# Tuples, because hundreds of thousands of them are handed from one process to another.


class RecordPlace(NamedTuple):
    """A position in the input, described for the user."""

    file: str
    """The file's name, inside an archive or folder with its path there."""
    position: str
    """Such as "row 812", "line 40" or "block 2, review 1"."""

    def __str__(self) -> str:
        return f"{self.file}, {self.position}"


class RawRecord(NamedTuple):
    """One review with the values of the file."""

    place: RecordPlace
    fields: Mapping[str, Any]
    """Names of `FIELDS` → values as they were found. A field that is absent, None, "" or [] is not known."""
    raw: Any = None
    """The record as its own format has it (a row, a JSON object), for the report; None where `fields` is the same."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part that cannot be used, with the reason. It is a value, not an exception, so reading continues."""

    place: RecordPlace
    field: str
    """The name in `FIELDS` that the reason is about; "" where it is about the record or file as a whole."""
    reason: str
    """A sentence for a person: what was wrong and, where there is one, the way out."""
    code: str
    """The same reason for counting, in a few words without values: "no statement", "ambiguous date"."""
    found: RawRecord | None = None
    """The record, where there is one that can be corrected and fed back."""
    raw: Any = None
    """What stood there, where it could not even be read as a record."""
