"""The structure of `Publication.body`, the public representation of a claim, key by key.

This is the contract with all API users. Keys are added but never removed. Every key is always present: an unknown
value is `null`, an empty string or an empty list. Dates are ISO 8601 days; times are ISO 8601 in UTC.

`claim_document` writes these bodies, and mypy checks every key. `serializers` adds the keys to the OpenAPI document,
and tests compare responses with that document. Features add sections to a verdict (`sections`).
`factcheck.api.openapi.body_serializer` reads the annotations.
"""

from typing import Annotated, TypedDict

from claims.ledger.document.sections import get_sections, insert_sections
from claims.models import (
    Appearance,
    Claimant,
    Evidence,
    MediaAuthenticity,
    Publication,
    RatingClass,
    Verdict,
)
from factcheck.api.openapi.body_serializer import Day, Moment, WebAddress
from sources.api.media_bodies import PublicMedia
from sources.api.source_bodies import PublicPublisher, PublicQuotedSource

#: Kinds of entries whose public note readers see as a correction.
CORRECTIONS = ("clarification", "correction", "update", "retraction")
CORRECTION_KINDS = [(kind.value, kind.label) for kind in Publication.Kind if kind in CORRECTIONS]


class PublicClaimant(TypedDict):
    """The claimant (schema.org Person or Organization)."""

    id: int
    name: str
    kind: Annotated[str, Claimant.Kind]
    job_title: str
    affiliation: Annotated[
        str, "The party or organisation that the claimant speaks for; empty if there is none."
    ]
    country: Annotated[str, "ISO 3166-1 alpha-2; empty if unknown."]
    same_as: Annotated[list[WebAddress], "URLs that identify the claimant elsewhere, such as Wikidata."]


class PublicTopic(TypedDict):
    """A topic of a claim."""

    id: int
    name: str
    slug: str
    same_as: Annotated[list[WebAddress], "URLs that identify the topic elsewhere, such as Wikidata."]


class PublicScale(TypedDict):
    """A publisher's scale of ratings, in one version of its methodology."""

    id: int
    name: str
    version: str
    methodology_url: Annotated[str, "Empty if there is none."]


class PublicRating(TypedDict):
    """A rating in its publisher's own words (schema.org Rating), with its rating class."""

    id: int
    code: Annotated[str, "The name of the rating within its scale, for programs."]
    label: str
    language: Annotated[str, "The language of the label (BCP 47)."]
    labels: Annotated[dict[str, str], "The label in other languages."]
    rating_class: Annotated[
        Annotated[str, RatingClass] | None,
        "Comparable across publishers; null until an editor decides.",
    ]
    colour: Annotated[str, "#rrggbb or empty, like the other colours."]
    text_colour: Annotated[str, "Legible on `colour`."]
    colour_dark: Annotated[str, "The colour on dark pages."]
    text_colour_dark: str
    scale: PublicScale


class PublicAppearance(PublicQuotedSource):
    """A place where the claim was made."""

    id: int
    is_first: Annotated[bool, "Whether this is the first known appearance."]
    anchor: Annotated[
        str, Appearance.Anchor, "`orphaned`: the latest version of the source no longer contains these words."
    ]


class PublicEvidence(PublicQuotedSource):
    """A source that supports or contradicts a verdict."""

    id: int
    stance: Annotated[str, Evidence.Stance]
    note: Annotated[str, "What the source shows."]
    media: Annotated[list[PublicMedia], "The picture, recording or video that shows it, if any."]


class PublicSignOff(TypedDict):
    """Digests of the content that people signed off; docs/ledger-proofs.md describes how to compute them."""

    claim_sha256: Annotated[
        str | None, "Digest of the claim's content; null if the verdict was on a claim merged into this one."
    ]
    verdict_sha256: Annotated[str, "Digest of the verdict's texts, rating and evidence."]
    people: Annotated[int, "The number of people other than the author who signed these off."]


class PublicVerdict(TypedDict):
    """A publisher's judgement on a claim (schema.org ClaimReview)."""

    id: int
    version: int
    publisher: PublicPublisher
    origin: Annotated[
        str,
        Verdict.Origin,
        "`house`: written here and signed off by a person other than the author; `house_archive`: from the newsroom's "
        "earlier archive, released as a whole by two administrators; `imported`: imported from its publisher.",
    ]
    rating: PublicRating
    title: Annotated[str, "The headline of the publisher's own page; empty if unknown."]
    summary: str
    explanation: Annotated[str, "Markdown."]
    explanation_html: Annotated[str, "The explanation as safe HTML."]
    byline: str
    language: Annotated[str, "BCP 47."]
    reviewed_on: Day | None
    valid_as_of: Annotated[Day | None, "The date up to which the facts were checked."]
    recheck_on: Annotated[Day | None, "When the publisher plans to check again."]
    url: Annotated[str, "The publisher's own page; empty if there is none."]
    media_authenticity_category: Annotated[
        str,
        [("", "–"), *MediaAuthenticity.choices],
        "How the claim's pictures, audio or video were changed (schema.org `mediaAuthenticityCategory`); "
        "empty if the verdict is not about any.",
    ]
    original_media_context: Annotated[
        str, "What they really show (schema.org `originalMediaContextDescription`); empty if unknown."
    ]
    original_media_url: Annotated[
        str, "URL of the original (schema.org `originalMediaLink`); empty if unknown."
    ]
    published_at: Moment | None
    evidence: list[PublicEvidence]
    signed_off: Annotated[
        PublicSignOff | None, "Null if the verdict was not reviewed by people of this newsroom here."
    ]


insert_sections(PublicVerdict.__annotations__, {section.key: section.shape for section in get_sections()})


class PublicTranslation(TypedDict):
    """The newsroom's verdict, and the claim that it judges, in another language (schema.org workTranslation).

    A second person has reviewed the translation, as with verdicts. It translates the exact wording of this document;
    translations of earlier versions are not included.
    """

    id: int
    verdict: Annotated[int, "Id of the translated verdict."]
    language: Annotated[str, "BCP 47."]
    of_version: Annotated[int, "The translated version of the verdict."]
    statement: str
    title: Annotated[str, "Empty if the original has none."]
    summary: str
    explanation: Annotated[str, "Markdown."]
    explanation_html: Annotated[str, "The explanation as safe HTML."]
    translated_by: Annotated[str, "The translator's byline; if empty, the newsroom's name is shown."]
    reviewed_at: Annotated[
        Moment | None, "When it was published, after sign-off by a person other than the translator."
    ]


class PublicCorrection(TypedDict):
    """A public note on a change and its reason."""

    version: Annotated[int, "The resulting version of the claim."]
    kind: Annotated[str, CORRECTION_KINDS]
    note: str
    published_at: Moment


class PublicClaim(TypedDict):
    """All published data of a claim."""

    id: int
    version: Annotated[int, "The number of the publication, counted per claim from 1."]
    status: Annotated[str, Publication.Status]
    url: Annotated[WebAddress, "The page for readers."]
    slug: str
    statement: Annotated[str, "schema.org `claimReviewed`."]
    language: Annotated[str, "BCP 47."]
    claimant: PublicClaimant | None
    claimed_on: Day | None
    context: str
    topics: list[PublicTopic]
    appearances: list[PublicAppearance]
    media: Annotated[list[PublicMedia], "The pictures, audio and video that the claim is about."]
    verdicts: list[PublicVerdict]
    translations: Annotated[list[PublicTranslation], "The translations, one per language."]
    corrections: Annotated[list[PublicCorrection], "The corrections, newest first."]
    merged_into: int | None
    merged_from: list[int]
    published_at: Annotated[Moment, "When the claim was first published."]
    updated_at: Annotated[Moment, "When this version was published."]


class SummaryClaimant(TypedDict):
    """The claimant, in a list of results."""

    name: str


class SummaryPublisher(TypedDict):
    """The publisher of a verdict, in a list of results."""

    name: str


class SummaryRating(TypedDict):
    """The rating of a claim, in a list of results."""

    label: str
    rating_class: Annotated[Annotated[str, RatingClass] | None, "Null until an editor decides."]


class SummaryVerdict(TypedDict):
    """A verdict in a list of results."""

    publisher: SummaryPublisher
    rating: SummaryRating
    reviewed_on: Day | None


class ClaimSummary(TypedDict):
    """A claim in a list of results, with some of the full claim's keys. The database builds it from the body."""

    id: int
    url: Annotated[WebAddress, "The permanent URL of the claim, which leads to its page for readers."]
    statement: str
    language: Annotated[str, "BCP 47."]
    claimant: SummaryClaimant | None
    claimed_on: Day | None
    verdicts: list[SummaryVerdict]


class JudgedClaim(TypedDict):
    """The claim that a verdict judges."""

    id: int
    version: int
    url: WebAddress
    statement: str
    language: str
    claimant: PublicClaimant | None
    claimed_on: Day | None


class PublicVerdictOfClaim(PublicVerdict):
    """A verdict with the claim that it judges."""

    claim: JudgedClaim


class SummaryClaim(TypedDict):
    """The claim that a verdict judges, in a list of verdicts."""

    id: int
    url: Annotated[WebAddress, "The page for readers."]
    statement: str


class PublishersVerdict(TypedDict):
    """A verdict beside others on the same claim, with the keys that compare publishers."""

    id: int
    publisher: PublicPublisher
    rating: PublicRating
    summary: str
    language: Annotated[str, "BCP 47."]
    reviewed_on: Day | None
    url: Annotated[str, "The publisher's own page; empty if there is none."]


class VerdictSummary(TypedDict):
    """A verdict in a list of verdicts, with some of the full verdict's keys."""

    id: int
    publisher: SummaryPublisher
    rating: SummaryRating
    title: str
    language: Annotated[str, "BCP 47."]
    reviewed_on: Day | None
    url: Annotated[str, "The publisher's own page; empty if there is none."]
    claim: SummaryClaim
