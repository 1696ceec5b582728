"""The response of a look-up by address, key by key.

`lookup` writes it; `factcheck.api.openapi.body_serializer` says how the OpenAPI document comes of it.
"""

from typing import Annotated, TypedDict

from claims.ledger.document.claim_body import PublicRating
from claims.models import Appearance, Evidence
from factcheck.api.openapi.body_serializer import BodySerializer, Day, WebAddress
from sources.api.source_bodies import PublicPublisher, PublicQuote, PublicSnapshot

#: Maximum claims per address; the list of claims has them all.
CLAIM_LIMIT = 50


class FoundVerdict(TypedDict):
    """How a publisher judges the claim."""

    id: int
    publisher: PublicPublisher
    rating: PublicRating
    summary: str
    language: Annotated[str, "BCP 47."]
    reviewed_on: Day | None
    url: Annotated[str, "The publisher's own page; empty when there is none."]


class FoundAppearance(PublicQuote):
    """A place in the article where the claim was made."""

    id: int
    is_first: bool
    anchor: Annotated[str, Appearance.Anchor]
    snapshot: Annotated[PublicSnapshot | None, "The text that `start` and `end` count in."]


class FoundEvidence(PublicQuote):
    """What a verdict takes from the article as evidence."""

    verdict: Annotated[int, "Id of that verdict."]
    id: int
    stance: Annotated[str, Evidence.Stance]
    note: str
    snapshot: PublicSnapshot | None


class FoundReview(TypedDict):
    """A verdict whose publisher explains it at this address."""

    verdict: Annotated[int, "Id of that verdict."]


class ClaimAtAddress(TypedDict):
    """A published claim that was seen at the address, or that something there judges or helps to judge."""

    id: int
    url: Annotated[WebAddress, "The page for readers."]
    statement: str
    language: Annotated[str, "BCP 47."]
    verdicts: list[FoundVerdict]
    appearances: Annotated[list[FoundAppearance], "Where the claim was seen in the article."]
    evidence: Annotated[list[FoundEvidence], "What verdicts on the claim cite from the article."]
    reviews: Annotated[list[FoundReview], "Verdicts whose review is the page itself."]


class FoundSource(TypedDict):
    """The article as it is published here."""

    id: int
    title: str
    url: str


class NoAddress(TypedDict):
    """Why an address was not looked up."""

    code: Annotated[str, "`invalid`."]
    detail: str


class Known(TypedDict):
    """What is published about an address."""

    source: Annotated[
        FoundSource | None, "Null when no published claim was seen there and no verdict cites it."
    ]
    claims: Annotated[
        list[ClaimAtAddress],
        "In the order of the article's text; then those that only cite it; last those whose review it is. At"
        f" most {CLAIM_LIMIT} for the article, and as many for the reviews.",
    ]
    more: Annotated[WebAddress | None, "The list of them all, where there are more."]


class AskedAddress(TypedDict):
    """One of the addresses that were given."""

    url: Annotated[str, "As it was given."]
    error: Annotated[NoAddress | None, "Null unless it is no address."]


class FoundAtAddress(AskedAddress, Known):
    """What is published about one address."""


class LookupAnswer(TypedDict):
    """What is published about each address, in the order in which they were given."""

    results: list[FoundAtAddress]


# The names that these have in the OpenAPI document --------------------------------------------------------------------


class FoundVerdictSerializer(BodySerializer):
    body = FoundVerdict


class FoundAppearanceSerializer(BodySerializer):
    body = FoundAppearance


class FoundEvidenceSerializer(BodySerializer):
    body = FoundEvidence


class FoundReviewSerializer(BodySerializer):
    body = FoundReview


class FoundClaimSerializer(BodySerializer):
    body = ClaimAtAddress


class FoundSourceSerializer(BodySerializer):
    body = FoundSource


class LookupErrorSerializer(BodySerializer):
    body = NoAddress


class FoundSerializer(BodySerializer):
    body = FoundAtAddress


class LookupSerializer(BodySerializer):
    body = LookupAnswer
