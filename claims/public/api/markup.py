"""A claim as schema.org markup, for programs that do not know our JSON."""

from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from claims.ledger.document import claim_document, claimreview
from claims.ledger.document.claim_document import render
from factcheck.api.field_selection import FIELDS_PARAMETER
from factcheck.api.negotiation import DeclaredRenderer
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_strings import Query
from factcheck.api.resources import build_conditional_response
from factcheck.web.headers import add_vary

Document = dict[str, Any]

JSON, JSON_LD = "application/json", "application/ld+json"


JSON_LD_RENDERER = DeclaredRenderer(JSON_LD, extension="jsonld")
#: For the OpenAPI schema.
DESCRIPTION = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "schema.org markup: one ClaimReview or a graph of several; for a retracted claim, a WebPage with the reason.",
)


def build_markup(body: Document) -> Document:
    """Return the markup of a claim: its reviews or, if there are none left, its retraction or merge."""
    site = claim_document.build_site()
    reviews = claimreview.build_markup(body, site=site)
    return reviews or claimreview.CONTEXT | claimreview.describe_withdrawal(body, site=site)


def require_no_fields(query: Query) -> None:
    """Reject a request for selected parts.

    Raises:
        InvalidParameters: the query selects parts.
    """
    if query.value(FIELDS_PARAMETER):
        detail = gettext(
            "`%(fields)s`: it selects parts of the JSON, but Accept requests %(json_ld)s, which is always complete."
        ) % {"fields": FIELDS_PARAMETER, "json_ld": JSON_LD}
        raise InvalidParameters([{"parameter": FIELDS_PARAMETER, "code": "invalid", "detail": detail}])


def respond(request: HttpRequest, body: bytes, *, published_at: datetime, cache: str) -> HttpResponse:
    """Return the markup of the claim with the JSON `body`."""
    content = render(build_markup(orjson.loads(body))).encode()
    return build_conditional_response(
        request, content, cache=cache, last_modified=published_at, content_type=JSON_LD
    )


def negotiate_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Add the headers of a resource that exists as JSON and as JSON-LD."""
    add_vary(response, "Accept")
    return link_alternate(response, f"{request.path.rstrip('/')}.jsonld", JSON_LD)


def link_alternate(response: HttpResponse, address: str, media_type: str) -> HttpResponse:
    """Add a link to the same resource in another format, at `address`."""
    response["Link"] = f'<{address}>; rel="alternate"; type="{media_type}"'
    return response
