"""The link status of a claim's sources, separate from the claim's body, which never changes."""

from typing import Any, TypedDict

from claims.features.links.link_status import PublicLink, build_public_links
from claims.public.api.evidence_status import StatusResource
from claims.public.pages.source_notes import list_named_sources
from factcheck.api.openapi.body_serializer import describe_body


class LinksOfClaim(TypedDict):
    """Every source with a URL in a published claim, with its link status."""

    claim: int
    version: int
    links: list[PublicLink]


class LinksResource(StatusResource):
    """The links of a claim's sources and evidence: whether each URL still works, and whether its page has
    moved, is gone, or no longer contains the quotes.

    This changes with the results of link checks, without a new version of the claim.
    """

    serializer_class = describe_body(LinksOfClaim)
    operation_id, summary = "claims_links", "The link status of a claim's sources"
    route = "claims-links"

    def build_status_document(self, body: dict[str, Any]) -> LinksOfClaim:
        return {
            "claim": body["id"],
            "version": body["version"],
            "links": build_public_links(list_named_sources(body)),
        }
