"""Whether the quotes of a claim still stand: beside its body, which never changes."""

import json
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from rest_framework.reverse import reverse

from claims.ledger.document.claim_document import render
from claims.public.api.claims import ClaimResource
from claims.public.api.ledger_entries import entry_of, newest_entry
from claims.quotes.quote_standing import PublicQuoteStanding, SeenSnapshot, quote_standings
from factcheck.api.openapi.body_serializer import BodySerializer
from factcheck.api.openapi.schema import PublicSchema
from factcheck.api.resources import CACHE_CURRENT, PublicResource, conditional, moved, sha256_of


class QuotesOfClaim(TypedDict):
    """Every quote of a published claim, and whether its source still has the words."""

    claim: int
    version: int
    quotes: list[PublicQuoteStanding]


class SeenSnapshotSerializer(BodySerializer):
    body = SeenSnapshot


class QuoteStandingSerializer(BodySerializer):
    body = PublicQuoteStanding


class QuotesOfClaimSerializer(BodySerializer):
    body = QuotesOfClaim


class QuotesSchema(PublicSchema):
    def get_operation_id(self) -> str:
        return "claims_quotes"

    def get_summary(self) -> str:
        return "The quotes of a claim, and whether they stand"


class QuotesResource(PublicResource):
    """Whether the words that a claim and its evidence quote stand in the newest version of their source that was looked
    at, stood until some day, or were changed, with the words that stand there now.

    It changes when a source is captured anew, without a new version of the claim.
    """

    nouns = ("claim", "claims")
    serializer_class = QuotesOfClaimSerializer
    schema = QuotesSchema()
    answers = ClaimResource.answers
    route = "claims-quotes"

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        self.item_query(request.GET, request=request)
        entry = entry_of(newest_entry(id), request)
        target = entry.merged_into
        if target and newest_entry(target).fetch("id"):
            return moved(reverse(self.route, args=[target], request=request))
        body = json.loads(entry.content())
        said: QuotesOfClaim = {
            "claim": body["id"],
            "version": body["version"],
            "quotes": quote_standings(body),
        }
        content = render(said).encode()
        return conditional(request, lambda: content, etag=sha256_of([content]), cache=CACHE_CURRENT)
