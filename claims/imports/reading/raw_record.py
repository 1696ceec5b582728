"""The output of readers: the raw fields of one review with their position, or a refusal with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from factcheck.translatable_messages import TranslatableMessage

#: The fields that every reader fills, with the values as they are in the file: text, numbers, lists of these, or
#: None. `claims.imports.reading.interpretation` interprets them later.
FIELDS: Final = {
    "id": "the file's own identifier of this review",
    "statement": "the wording of the claim (ClaimReview.claimReviewed)",
    "language": "the language of the statement, as a tag or a name",
    "claimant": "the claimant's name (itemReviewed.author.name)",
    "claimant_kind": "person, organization or group, or a schema.org type",
    "claimant_title": "the claimant's job title",
    "claimant_same_as": "addresses that identify the claimant elsewhere",
    "claimed_on": "the date of the claim (itemReviewed.datePublished)",
    "context": "background that readers need",
    "appearances": "addresses of pages with the claim, the earliest first (itemReviewed.firstAppearance, appearance)",
    "topics": "the subjects of the claim (itemReviewed.keywords)",
    "publisher": "the publisher of the review (ClaimReview.author.name): a name, a domain or an account name",
    "publisher_url": "the publisher's own address (ClaimReview.author.url)",
    "rating": "the judgement in the publisher's words (reviewRating.alternateName)",
    "rating_value": "the judgement as a number (reviewRating.ratingValue)",
    "rating_best": "the number that stands for true (reviewRating.bestRating)",
    "rating_worst": "the number that stands for false (reviewRating.worstRating)",
    "review_url": "the address of the publisher's review (ClaimReview.url)",
    "title": "the headline of the review",
    "summary": "the finding in a sentence or two (reviewRating.ratingExplanation, description)",
    "byline": "the author of the review",
    "reviewed_on": "the date of the review (ClaimReview.datePublished)",
    "review_language": "the language of the review, as a tag or a name (inLanguage)",
    "media": "addresses of the pictures, audio or video that were checked (MediaReview.itemReviewed)",
    "media_kind": "image, video or audio, or a schema.org type such as ImageObject",
    "media_authenticity_category": "their category (MediaReview.mediaAuthenticityCategory)",
    "original_media_context": "their actual content (MediaReview.originalMediaContextDescription)",
    "original_media_url": "the address of the original (MediaReview.originalMediaLink)",
}


# Tuples, because hundreds of thousands of them are passed between processes.


class RecordLocation(NamedTuple):
    """A position in the input, described for the user."""

    file: str
    """The name of the file; inside an archive or folder, with its path there."""
    position: str
    """For example "row 812", "line 40" or "block 2, review 1"."""

    def __str__(self) -> str:
        return f"{self.file}, {self.position}"


class RawRecord(NamedTuple):
    """One review, with its values as they are in the file."""

    location: RecordLocation
    fields: Mapping[str, Any]
    """The values in the file, by names of `FIELDS`. A field that is absent, None, "" or [] is unknown."""
    raw: Any = None
    """The record in its own format (a row, a JSON object), for the report; None if `fields` is the same."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part of the input that cannot be used, with the reason. It is not an exception, so that reading continues."""

    location: RecordLocation
    field: str
    """The field in `FIELDS` with the problem; "" if it is the whole record or file."""
    reason: str
    """A sentence for a person: the problem and, if there is one, the solution."""
    code: str
    """The kind of problem in a few words without values, for counting: "no statement", "ambiguous date"."""
    found: RawRecord | None = None
    """The fields of the record, if it can be corrected and imported again."""
    raw: Any = None
    """The original text, if it could not be read as a record."""


def build_refusal(
    location: RecordLocation, code: str, template: str, /, *, field: str = "", raw: Any = None, **values: Any
) -> Refusal:
    """Return a refusal whose reason is a `TranslatableMessage` of this template."""
    return Refusal(location, field, TranslatableMessage(template, **values), code, raw=raw)
