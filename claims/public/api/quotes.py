"""The quote status of a claim. It is separate from the body, which never changes."""

from typing import Any, TypedDict

from claims.public.api.evidence_status import StatusResource
from claims.quotes.status import PublicQuoteStatus, load_quote_statuses
from factcheck.api.openapi.body_serializer import describe_body, name_bodies


class QuotesOfClaim(TypedDict):
    """Every quote of a published claim, and whether its source still contains the words."""

    claim: int
    version: int
    quotes: list[PublicQuoteStatus]


name_bodies(QuoteStanding=PublicQuoteStatus)


class QuotesResource(StatusResource):
    """The status of each quote of a claim and its evidence: whether the source's newest snapshot still contains it
    and, if not, since when, with the changed wording.

    The status changes when a source is captured again, without a new version of the claim.
    """

    serializer_class = describe_body(QuotesOfClaim)
    operation_id, summary = "claims_quotes", "The status of a claim's quotes"
    route = "claims-quotes"

    def build_status_document(self, body: dict[str, Any]) -> QuotesOfClaim:
        return {"claim": body["id"], "version": body["version"], "quotes": load_quote_statuses(body)}
