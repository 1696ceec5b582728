"""The response of a look-up by URL, key by key, which `lookup` writes and the OpenAPI document describes."""

from typing import Annotated, TypedDict

from claims.ledger.document.claim_body import PublishersVerdict
from claims.models import Appearance, Evidence
from factcheck.api.openapi.body_serializer import BodySerializer, WebAddress, name_bodies
from sources.api.source_bodies import PublicQuote, PublicSnapshot

#: The maximum number of claims per URL. The list of claims has all of them.
CLAIM_LIMIT = 50


class FoundVerdict(PublishersVerdict):
    """A publisher's verdict on the claim."""


class FoundAppearance(PublicQuote):
    """A place in the article where the claim was made."""

    id: int
    is_first: bool
    anchor: Annotated[str, Appearance.Anchor]
    snapshot: Annotated[PublicSnapshot | None, "The snapshot to which `start` and `end` refer."]


class FoundEvidence(PublicQuote):
    """A quote from the article that a verdict cites as evidence."""

    verdict: Annotated[int, "Id of the verdict."]
    id: int
    stance: Annotated[str, Evidence.Stance]
    note: str
    snapshot: PublicSnapshot | None


class FoundReview(TypedDict):
    """A verdict whose review is at this URL."""

    verdict: Annotated[int, "Id of the verdict."]


class ClaimAtAddress(TypedDict):
    """A published claim that appeared at the URL, is reviewed there, or has a verdict that cites it."""

    id: int
    url: Annotated[WebAddress, "The page for readers."]
    statement: str
    language: Annotated[str, "BCP 47."]
    verdicts: list[FoundVerdict]
    appearances: Annotated[list[FoundAppearance], "Where the claim appears in the article."]
    evidence: Annotated[list[FoundEvidence], "The evidence that verdicts on the claim take from the article."]
    reviews: Annotated[list[FoundReview], "Verdicts whose review is this page."]


class FoundSource(TypedDict):
    """The source at this URL, as the ledger describes it."""

    id: int
    title: str
    url: str


class AddressError(TypedDict):
    """The reason why a URL was not looked up."""

    code: Annotated[str, "`invalid`."]
    detail: str


class PublishedClaims(TypedDict):
    """The published claims of a URL."""

    source: Annotated[
        FoundSource | None, "Null if no published claim appeared there and no verdict cites it."
    ]
    claims: Annotated[
        list[ClaimAtAddress],
        "First the claims that appear in the article, in text order; then those that only cite it; last those"
        f" reviewed there. At most {CLAIM_LIMIT} for the article, and as many for reviews.",
    ]
    more: Annotated[WebAddress | None, "URL of the complete list, if there are more."]


class RequestedAddress(TypedDict):
    """A requested URL."""

    url: Annotated[str, "The URL as requested."]
    error: Annotated[AddressError | None, "Null for a valid URL."]


class AddressResult(RequestedAddress, PublishedClaims):
    """The published claims of one URL."""


class LookupResponse(TypedDict):
    """The published claims of each URL, in the order of the request."""

    results: list[AddressResult]


# Names in the OpenAPI document ----------------------------------------------------------------------------------------


name_bodies(FoundClaim=ClaimAtAddress, LookupError=AddressError, Found=AddressResult)


class LookupSerializer(BodySerializer):
    body = LookupResponse
