"""Whether the links of a claim still lead to its sources: beside its body, which never changes."""

import json
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from rest_framework.reverse import reverse

from claims.ledger.document.claim_document import render
from claims.links.link_standings import PublicLink, link_standings, sources_named
from claims.public.api.claims import ClaimResource
from claims.public.api.ledger_entries import entry_of, newest_entry
from factcheck.api.openapi.body_serializer import BodySerializer
from factcheck.api.openapi.schema import PublicSchema
from factcheck.api.resources import CACHE_CURRENT, PublicResource, conditional, moved, sha256_of


class LinksOfClaim(TypedDict):
    """Every source with an address that a published claim names, and what that address leads to."""

    claim: int
    version: int
    links: list[PublicLink]


class PublicLinkSerializer(BodySerializer):
    body = PublicLink


class LinksOfClaimSerializer(BodySerializer):
    body = LinksOfClaim


class LinksSchema(PublicSchema):
    def get_operation_id(self) -> str:
        return "claims_links"

    def get_summary(self) -> str:
        return "The links of a claim, and whether they work"


class LinksResource(PublicResource):
    """Whether the addresses of the sources that a claim and its evidence name still lead there, have moved, are gone,
    or show a page without the words that are quoted from it.

    It changes when a link is found to be otherwise, without a new version of the claim.
    """

    nouns = ("claim", "claims")
    serializer_class = LinksOfClaimSerializer
    schema = LinksSchema()
    answers = ClaimResource.answers
    route = "claims-links"

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        self.item_query(request.GET, request=request)
        entry = entry_of(newest_entry(id), request)
        target = entry.merged_into
        if target and newest_entry(target).fetch("id"):
            return moved(reverse(self.route, args=[target], request=request))
        body = json.loads(entry.content())
        said: LinksOfClaim = {
            "claim": body["id"],
            "version": body["version"],
            "links": link_standings(sources_named(body)),
        }
        content = render(said).encode()
        return conditional(request, lambda: content, etag=sha256_of([content]), cache=CACHE_CURRENT)
