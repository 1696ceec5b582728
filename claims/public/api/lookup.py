"""Look up published claims by URL, for browser extensions and lists of articles.

A URL may lead to an article in which a claim appeared, a page that a verdict cites, a review, or a claim's page on
this site, which stands in for reviews without a page of their own. The response states how each claim is related to
the URL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.reverse import reverse

from claims.ledger.document.claim_body import PublicClaim
from claims.ledger.queries.address_search import LENGTH_LIMIT, find_claims_at
from claims.models import Publication, PublishedVerdict
from claims.public.api.lookup_bodies import (
    CLAIM_LIMIT,
    AddressError,
    AddressResult,
    ClaimAtAddress,
    LookupResponse,
    LookupSerializer,
    PublishedClaims,
)
from claims.public.api.request_bodies import LOOKUP_PROBLEMS, BodyLookupResource
from factcheck.api.json_bodies import StrictJSON
from factcheck.api.query_strings import VALUE_LIMIT, NoQuery, Parameter, Query
from factcheck.api.query_values import Words
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response
from factcheck.database.cached_sql import Slot, Statement
from factcheck.django_internals import get_plain_request
from factcheck.web.site_urls import insert_site_url
from sources.addresses import build_url_key
from sources.api.source_bodies import PublicQuote, PublicQuotedSource

#: The maximum number of URLs per request.
MAX_ADDRESSES = VALUE_LIMIT
_NO_CLAIMS: PublishedClaims = {"source": None, "claims": [], "more": None}
_ADDRESS_ERROR: AddressError = {
    "code": "invalid",
    "detail": f"give a complete http(s) address of at most {LENGTH_LIMIT} characters.",
}


# Requests -------------------------------------------------------------------------------------------------------------


class LookupQuery(Query):
    """The URLs to look up, as query parameters."""

    url = Parameter(
        Words(LENGTH_LIMIT),
        "URL of an article. Repeat the parameter for up to 100 URLs; use POST for many or long ones.",
        several=True,
        split=False,
        required=True,
    )


class LookupBody(StrictJSON):
    """A request body with room for a hundred URLs, even if every character is escaped."""

    max_bytes = 1_500_000


def read_addresses(body: Any) -> list[str]:
    """Read the URLs from a request body.

    Raises:
        ValidationError: the body is not valid. Its errors state their place as `problem_response` expects.
    """
    if not isinstance(body, dict):
        raise ValidationError([gettext('Give an object such as {"urls": ["https://example.org/"]}.')])
    errors: dict[str, Any] = {
        str(key): [gettext("Unknown member; only `urls` is allowed.")] for key in body if key != "urls"
    }
    urls = body.get("urls")
    if urls is None:
        errors["urls"] = [gettext("Give a list of 1 to %(most)s addresses.") % {"most": MAX_ADDRESSES}]
    elif not isinstance(urls, list) or not 1 <= len(urls) <= MAX_ADDRESSES:
        message = gettext("Give a list of 1 to %(most)s addresses.")
        if isinstance(urls, list):
            message = gettext("Give a list of 1 to %(most)s addresses, not of %(given)s.")
        errors["urls"] = [
            message % {"most": MAX_ADDRESSES, "given": len(urls) if isinstance(urls, list) else 0}
        ]
    elif type_errors := {
        position: [gettext("Must be a string.")]
        for position, url in enumerate(urls)
        if not isinstance(url, str)
    }:
        errors["urls"] = type_errors
    if errors:
        raise ValidationError(errors)
    return list(body["urls"])


# Responses ------------------------------------------------------------------------------------------------------------


def look_up_addresses(urls: Sequence[str], request: HttpRequest) -> bytes:
    """Return the response body: the published claims of each URL, in order."""
    keys = ["" if len(url) > LENGTH_LIMIT or "\0" in url else build_url_key(url) for url in urls]
    matches: dict[str, AddressMatch] = {}
    distinct_keys = sorted({*keys} - {""})
    own_claims = find_claims_at(distinct_keys)
    values = {
        "addresses": distinct_keys,
        "own_addresses": list(own_claims),
        "own_claims": list(own_claims.values()),
    }
    for key, source, body in _build_statement().fetch(values):
        matches.setdefault(key, AddressMatch(key, is_own=key in own_claims)).add(source, body)
    claims_by_key = {key: _describe_matching_claims(match, request) for key, match in matches.items()}
    response_body: LookupResponse = {
        "results": [
            _build_result(url, key, claims_by_key.get(key, _NO_CLAIMS))
            for url, key in zip(urls, keys, strict=True)
        ]
    }
    return orjson.dumps(response_body)


def _build_result(url: str, key: str, known_claims: PublishedClaims) -> AddressResult:
    return {"url": url, "error": None if key else _ADDRESS_ERROR, **known_claims}


@dataclass
class AddressMatch:
    """The published claims that a URL leads to."""

    key: str
    source: int | None = None
    #: Whether the URL is the page of a claim on this site.
    is_own: bool = False
    #: The claims with this source, the claims reviewed at this URL, and the claim whose page this is.
    source_claims: list[PublicClaim] = field(default_factory=list)
    reviewed_claims: list[PublicClaim] = field(default_factory=list)

    def add(self, source: int | None, body: bytes) -> None:
        self.source = source or self.source
        (self.source_claims if source else self.reviewed_claims).append(orjson.loads(insert_site_url(body)))

    @property
    def claims(self) -> list[PublicClaim]:
        """Return the published claims of this URL without repetitions."""
        shown_claims = [*self.source_claims[:CLAIM_LIMIT], *self.reviewed_claims[:CLAIM_LIMIT]]
        return list({claim["id"]: claim for claim in shown_claims}.values())


@cache
def _build_statement() -> Statement:
    """Build the query for publications by URL: first claims that appeared at the URL, then claims that cite it,
    claims reviewed there, and the claim whose page has this URL."""
    source_array = RawSQL("ARRAY[source.id]", ())
    appears_here = ExpressionWrapper(Q(appears_in_ids__contains=source_array), output_field=BooleanField())
    entries = Statement.from_rows(
        Publication.objects.current()
        .filter(source_ids__contains=source_array)
        .order_by(appears_here.desc(), "-claim_id")[: CLAIM_LIMIT + 1]
        .values_list("body")
    )
    reviews = Statement.from_rows(
        PublishedVerdict.objects.current()
        .filter(~Q(review_key=""), review_key=RawSQL("address.key", ()))
        .order_by("-claim_id", "-verdict_id")[: CLAIM_LIMIT + 1]
        .values_list("publication__body")
    )
    subject = RawSQL(
        "coalesce((SELECT merged_into_id FROM claims_publication"
        " WHERE claim_id = own.claim AND superseded_at IS NULL), own.claim)",
        (),
    )
    subjects = Statement.from_rows(Publication.objects.current().filter(claim_id=subject).values_list("body"))
    # Each URL is looked up separately, so that a URL with many claims does not use up the limit of the others.
    sql = (
        "SELECT source.url_key, source.id, entry.body FROM sources_source AS source"  # noqa: S608  it contains no values
        f" CROSS JOIN LATERAL ({entries.sql}) AS entry (body)"
        " WHERE source.url_key = ANY(%s::varchar[])"
        " UNION ALL SELECT address.key, NULL, entry.body FROM unnest(%s::varchar[]) AS address (key)"
        f" CROSS JOIN LATERAL ({reviews.sql}) AS entry (body)"
        " UNION ALL SELECT own.address, NULL, entry.body"
        " FROM unnest(%s::varchar[], %s::bigint[]) AS own (address, claim)"
        f" CROSS JOIN LATERAL ({subjects.sql}) AS entry (body)"
    )
    addresses = Slot("addresses", "varchar[]")
    own_slots = Slot("own_addresses", "varchar[]"), Slot("own_claims", "bigint[]")
    return Statement(
        sql,
        (*entries.parameters, addresses, addresses, *reviews.parameters, *own_slots, *subjects.parameters),
    )


def _describe_matching_claims(match: AddressMatch, request: HttpRequest) -> PublishedClaims:
    """Return the part of the response about one URL: its published claims, and how each is related to it."""
    items = (item for claim in match.source_claims for item in _iterate_quoted_sources(claim))
    published_source = next((item["source"] for item in items if item["source"]["id"] == match.source), None)
    return {
        "source": {
            "id": published_source["id"],
            "title": published_source["title"],
            "url": published_source["url"],
        }
        if published_source
        else None,
        # First claims that appear at the URL, in text order, then claims that cite it, then claims reviewed there.
        "claims": sorted((_build_claim(match, claim) for claim in match.claims), key=_get_first_position),
        "more": _build_more_url(match, request),
    }


def _build_more_url(match: AddressMatch, request: HttpRequest) -> str | None:
    """Return the URL of all claims related to this URL if the response omits some, and otherwise None."""
    if len(match.source_claims) > CLAIM_LIMIT:
        parameters: dict[str, Any] = {"source": match.source}
    elif len(match.reviewed_claims) > CLAIM_LIMIT:
        parameters = {"review_url": match.key}
    else:
        return None
    return f"{reverse('claims-list', request=request)}?{urlencode(parameters)}"


def _iterate_quoted_sources(claim: PublicClaim) -> Iterator[PublicQuotedSource]:
    yield from claim["appearances"]
    for verdict in claim["verdicts"]:
        yield from verdict["evidence"]


def _build_claim(match: AddressMatch, claim: PublicClaim) -> ClaimAtAddress:
    source = match.source
    return {
        "id": claim["id"],
        "url": claim["url"],
        "statement": claim["statement"],
        "language": claim["language"],
        "verdicts": [
            {
                "id": verdict["id"],
                "publisher": verdict["publisher"],
                "rating": verdict["rating"],
                "summary": verdict["summary"],
                "language": verdict["language"],
                "reviewed_on": verdict["reviewed_on"],
                "url": verdict["url"],
            }
            for verdict in claim["verdicts"]
        ],
        "appearances": [
            {
                "id": item["id"],
                "is_first": item["is_first"],
                "anchor": item["anchor"],
                **_build_quote(item),
                "snapshot": item["snapshot"],
            }
            for item in claim["appearances"]
            if item["source"]["id"] == source
        ],
        "evidence": [
            {
                "verdict": verdict["id"],
                "id": item["id"],
                "stance": item["stance"],
                "note": item["note"],
                **_build_quote(item),
                "snapshot": item["snapshot"],
            }
            for verdict in claim["verdicts"]
            for item in verdict["evidence"]
            if item["source"]["id"] == source
        ],
        "reviews": [
            {"verdict": verdict["id"]}
            for verdict in claim["verdicts"]
            if (build_url_key(verdict["url"]) == match.key if verdict["url"] else match.is_own)
        ],
    }


def _build_quote(item: PublicQuote) -> PublicQuote:
    return {
        "exact": item["exact"],
        "prefix": item["prefix"],
        "suffix": item["suffix"],
        "start": item["start"],
        "end": item["end"],
    }


def _get_first_position(claim: ClaimAtAddress) -> tuple[bool, bool, bool, int, int]:
    starts = [item["start"] for item in claim["appearances"] if item["start"] is not None]
    return (not claim["appearances"], not claim["evidence"], not starts, min(starts, default=0), claim["id"])


# Schemas for the OpenAPI document -------------------------------------------------------------------------------------


#: The JSON Schema of the request body. A schema made from a serializer would allow unknown members.
LOOKUP_REQUEST = {
    "type": "object",
    "properties": {
        "urls": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": MAX_ADDRESSES,
            "description": "URLs in any spelling. An invalid URL, or one longer than"
            f" {LENGTH_LIMIT:,} characters, gets an error in its place.",
        }
    },
    "required": ["urls"],
    "additionalProperties": False,
}


# The resource ---------------------------------------------------------------------------------------------------------


class LookupResource(BodyLookupResource):
    """Published claims connected with a URL: they appeared or are reviewed there, or cite it."""

    parser_classes = (LookupBody,)
    serializer_class = LookupSerializer
    nouns = ("address", "addresses")
    summary = "Published claims by URL"
    query_classes = {"retrieve": LookupQuery}

    def retrieve(self, request: Request) -> HttpResponse:
        """Return the published claims related to each URL, in the order of the URLs: the claims that appeared there,
        with their exact positions, those whose verdicts cite it, those reviewed there, and the claim whose page on
        this site has this URL. Unlike the response to a POST, this one can be cached.
        """
        plain_request = get_plain_request(request)
        urls = LookupQuery(plain_request.GET, Publication.objects.none(), request=plain_request).value("url")
        content = look_up_addresses(urls, plain_request)
        return build_conditional_response(plain_request, content, cache=CACHE_CURRENT)

    @extend_schema(
        request={"application/json": LOOKUP_REQUEST},
        responses={200: LookupSerializer, **LOOKUP_PROBLEMS},
    )
    def create(self, request: Request) -> HttpResponse:
        """Return the published claims related to each URL, in the order of the URLs: the claims that appeared there,
        with their exact positions, those whose verdicts cite it, and those reviewed there. An invalid URL has an
        `error` in its place and does not affect the others.
        """
        plain_request = get_plain_request(request)
        NoQuery(plain_request.GET, Publication.objects.none(), request=plain_request)
        return self.respond(look_up_addresses(read_addresses(request.data), plain_request))
