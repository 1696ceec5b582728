"""A replacement for Google's Fact Check Tools API, `/v1alpha1/`: its clients only need another base URL.

Google's discovery document `factchecktools:v1alpha1` defines requests and responses, and errors have Google's form,
so none of this appears in our OpenAPI document.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.ledger.document.google_claims import IMAGE_SHAPE, SHAPE, build_fact_checked_claim
from claims.ledger.queries.address_search import read_search
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.search_query import NEWEST, RELEVANCE, has_ordering, split_parts
from claims.matching.near_media import find_published_media
from claims.matching.semantic_fallback import find_claims_by_meaning
from claims.models import Publication, PublishedVerdict
from claims.public.api.media_lookup import TooManyPictures
from claims.search.queries import MAX_LENGTH, RANKED_MATCHES, AddressTargets
from factcheck.api.google.requests import (
    InvalidArgument,
    Unimplemented,
    ValueReader,
    bind_values,
    build_response,
    handle_exception,
    make_text_reader,
    parse_natural,
)
from factcheck.api.google.statuses import NO_METHOD_MESSAGE, StatusResponse, Violation
from factcheck.api.pagination import KeysetPage, Ordering, read_values_page
from factcheck.api.query_values import InvalidValue, LanguageRange
from factcheck.django_internals import get_plain_request
from factcheck.web.site_urls import insert_site_url
from sources.api.address_values import DomainValue
from sources.api.list_queries import find_publisher_ids, match_language
from sources.media.bounded_pictures import compute_picture_hash
from sources.media.perceptual_hash import PerceptualHash
from sources.media.refused_media import MediaRefused
from sources.media_at_address import NotPictureError, fetch_picture

Document = dict[str, Any]

PAGE_SIZE = 10
#: Larger values are reduced to this, as AIP-158 requires (https://google.aip.dev/158).
PAGE_SIZE_LIMIT = 100
#: The maximum `offset`, because skipped results must be read. Page tokens lead further.
OFFSET_LIMIT = 1000


def _parse_language_range(value: str) -> str:
    """Return the language and script of a tag. The region is ignored, as in Google's API."""
    language, *subtags = LanguageRange()(value.strip()).split("-")
    scripts = [subtag for subtag in subtags[:1] if len(subtag) == len("Latn")]
    return "-".join([language, *scripts])


def _parse_offset(value: str) -> int:
    offset = parse_natural(value)
    if offset > OFFSET_LIMIT:
        raise InvalidValue(
            gettext("at most %(offset_limit)s results can be skipped; use pageToken for the rest.")
            % {"offset_limit": OFFSET_LIMIT}
        )
    return offset


_FIELDS: dict[str, ValueReader] = {
    "query": make_text_reader(MAX_LENGTH),
    "language_code": _parse_language_range,
    "review_publisher_site_filter": lambda value: DomainValue()(value.strip()),
    "max_age_days": parse_natural,
    "page_size": parse_natural,
    "page_token": make_text_reader(2000),
    "offset": _parse_offset,
}


class AnyMediaType(BaseContentNegotiation):
    """Content negotiation that always chooses JSON, whatever `Accept` contains, like Google's APIs."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class FactCheckTools(APIView):
    """The base of the views of this API's methods."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AnyMediaType
    http_method_names = ["get", "head", "options"]
    schema = None

    def get_exception_handler(self) -> Callable[..., Any]:
        return handle_exception


class ClaimsSearch(FactCheckTools):
    """`claims.search`: published claims that match a query, or that a publisher reviewed."""

    http_method_names = [*FactCheckTools.http_method_names, "post"]

    @property
    def allowed_methods(self) -> list[str]:
        return [name.upper() for name in FactCheckTools.http_method_names]

    def get(self, request: Request) -> HttpResponse:
        plain_request = get_plain_request(request)
        return self._find_claims(plain_request, plain_request.GET)

    def post(self, request: Request) -> HttpResponse:
        """Answer a query that Google's clients send by POST because it is too long for a URL. A header marks it as
        GET.
        """
        plain_request = get_plain_request(request)
        if plain_request.headers.get("X-HTTP-Method-Override", "").upper() != "GET":
            raise MethodNotAllowed("POST")
        return self._find_claims(plain_request, plain_request.POST)

    def _find_claims(self, plain_request: HttpRequest, parameters: QueryDict) -> HttpResponse:
        values = bind_values(parameters, _FIELDS)
        if not values.get("query") and not values.get("review_publisher_site_filter"):
            requirement = "Give a `query`, or a `reviewPublisherSiteFilter`."
            raise InvalidArgument([Violation("query", requirement)])
        claims_query = _ClaimsQuery(values)
        page = claims_query.load_page()
        claims = [
            claims_query.build_claim(orjson.loads(insert_site_url(body.encode()))) for body, *_ in page.rows
        ]
        message = {"claims": claims, "nextPageToken": page.next}
        return build_response(
            plain_request, {name: value for name, value in message.items() if value}, values, shape=SHAPE
        )


class _ClaimsQuery:
    """A search for claims, and for reviews of these claims."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.reading = read_search(values["query"]) if values.get("query") else None
        self.language: str = values.get("language_code", "")
        site = values.get("review_publisher_site_filter")
        self.publishers = set(find_publisher_ids([site])) if site else None
        self.earliest_date = _compute_earliest_date(values.get("max_age_days", 0))

    def load_page(self) -> KeysetPage[tuple[Any, ...]]:
        page = self._read_page()
        if page.rows or not self.reading or not self.reading.ranking or self.reading.targets:
            return page
        # No claim contains these words, so return claims with a similar meaning.
        matches = find_claims_by_meaning(self.reading.typed_text)
        self.reading = replace(
            self.reading, targets=AddressTargets([], matches, is_ranked=True), match_count=0
        )
        return self._read_page() if matches else page

    def _read_page(self) -> KeysetPage[tuple[Any, ...]]:
        token, offset = self.values.get("page_token", ""), self.values.get("offset", 0)
        ordering = self._get_ordering(token)
        order: dict[str, Any] = {"ordering": ordering, "parts": split_parts(ordering, self.reading)}
        size = min(self.values.get("page_size", 0) or PAGE_SIZE, PAGE_SIZE_LIMIT)
        rows = self._select_rows()
        try:
            if offset and not token:
                token = read_values_page(rows, [], **order, size=offset, cursor="").next
                if not token:
                    return KeysetPage([], "", "")
            return read_values_page(rows, ["body"], **order, size=size, cursor=token)
        except InvalidValue as refusal:
            raise InvalidArgument(
                [Violation("page_token", f"Invalid value at 'page_token': {refusal}")]
            ) from None

    def _get_ordering(self, token: str) -> Ordering:
        """Return the ordering: by relevance or, if too many claims match for a useful ranking, by date.

        Later pages keep the ordering of the first page.
        """
        if not self.reading:
            return next(ordering for ordering in ClaimListQuery.orderings if ordering.name == "-reviewed")
        if token and has_ordering(token, NEWEST):
            return NEWEST
        limit = 2 * RANKED_MATCHES if token else RANKED_MATCHES
        return RELEVANCE if self.reading.ranking and self.reading.match_count <= limit else NEWEST

    def build_claim(self, body: Document) -> Document:
        """Return a claim with the matching reviews."""
        return build_fact_checked_claim(
            body, [verdict for verdict in body["verdicts"] if self._is_matching(body, verdict)]
        )

    def _select_rows(self) -> Any:
        rows = Publication.objects.current()
        verdicts = PublishedVerdict.objects.current().filter(publication=OuterRef("pk"))
        if self.publishers is not None:
            verdicts = verdicts.filter(publisher_id__in=self.publishers)
        if self.language:
            verdicts = verdicts.filter(match_language("language")([self.language]))
        if self.publishers is not None or self.language:
            rows = rows.filter(Exists(verdicts))
        if self.earliest_date:
            has_recent_review = Exists(verdicts.filter(reviewed_on__gte=self.earliest_date))
            rows = rows.filter(Q(claimed_on__gte=self.earliest_date) | Q(has_recent_review))
        if self.reading:
            rows = rows.matching_search(self.reading)
        return rows

    def _is_matching(self, body: Document, verdict: Document) -> bool:
        language = verdict["language"].lower()
        newest_date = max(body["claimed_on"] or "", verdict["reviewed_on"] or "")
        return (
            (self.publishers is None or verdict["publisher"]["id"] in self.publishers)
            and (not self.language or _is_in_language(language, self.language))
            and (self.earliest_date is None or newest_date >= self.earliest_date.isoformat())
        )


def _compute_earliest_date(days: int) -> date | None:
    """Return the date this many days ago, in UTC; None for 0, which means no limit."""
    today = datetime.now(UTC).date()
    return today - timedelta(min(days, (today - date.min).days)) if days else None


class ImageSearch(FactCheckTools):
    """`claims.imageSearch`: published claims about a picture like the one at a URL.

    Pictures are compared by appearance (PDQ). Claims whose verdicts merely cite such a picture as evidence are left
    out, because Google's format cannot express that difference.
    """

    def get(self, request: Request) -> HttpResponse:
        plain_request = get_plain_request(request)
        values = bind_values(plain_request.GET, _IMAGE_FIELDS)
        if not values.get("image_uri"):
            raise InvalidArgument([Violation("image_uri", "Give an `imageUri`, the address of a picture.")])
        try:
            picture_hash = compute_picture_hash(fetch_picture(values["image_uri"]))
        except (MediaRefused, NotPictureError) as refusal:
            if refusal.reason_code == "busy":
                raise TooManyPictures from None
            raise InvalidArgument(
                [Violation("image_uri", f"Invalid value at 'image_uri': {refusal}")]
            ) from None
        claims = _find_claims_about_picture(picture_hash, values.get("language_code", ""))
        begin = values["page_token"] if "page_token" in values else values.get("offset", 0)
        end = begin + min(values.get("page_size", 0) or PAGE_SIZE, PAGE_SIZE_LIMIT)
        message = {
            "results": [{"claim": claim} for claim in claims[begin:end]],
            "nextPageToken": _encode_page_token(end) if end < len(claims) else "",
        }
        return build_response(
            plain_request,
            {name: value for name, value in message.items() if value},
            values,
            shape=IMAGE_SHAPE,
        )


def _find_claims_about_picture(picture_hash: PerceptualHash, language: str) -> list[Document]:
    """Return published claims about similar pictures, nearest first, each once, with reviews in this language."""
    documents: dict[int, Document] = {}
    similar_media = find_published_media(picture_hash) if picture_hash.is_distinctive else []
    for shown_media in (
        media for similar in similar_media for media in similar.shown_media if media.role == "claimed"
    ):
        claim = shown_media.claim
        reviews = [
            verdict
            for verdict in claim["verdicts"]
            if not language or _is_in_language(verdict["language"], language)
        ]
        if reviews:
            documents.setdefault(claim["id"], build_fact_checked_claim(claim, reviews))
    return list(documents.values())


def _is_in_language(tag: str, language: str) -> bool:
    return f"{tag.lower()}-".startswith(f"{language}-")


def _encode_page_token(offset: int) -> str:
    """Return the token of the next page."""
    return urlsafe_b64encode(f"image:{offset}".encode()).decode().rstrip("=")


def _decode_page_token(token: str) -> int:
    try:
        name, _colon, offset = urlsafe_b64decode(f"{token}{'=' * (-len(token) % 4)}").decode().partition(":")
    except (ValueError, UnicodeDecodeError):
        name, offset = "", ""
    if name != "image" or not offset.isdecimal() or len(offset) > 4:
        raise InvalidValue(gettext("this is not a token from a response of claims:imageSearch."))
    return int(offset)


_IMAGE_FIELDS: dict[str, ValueReader] = {
    "image_uri": make_text_reader(2000),
    "language_code": _parse_language_range,
    "page_size": parse_natural,
    "page_token": _decode_page_token,
    "offset": _parse_offset,
}


class UnsupportedMethods(FactCheckTools):
    """Methods of Google's API that edit a publisher's own markup. They are not supported here."""

    reason = "ClaimReview markup cannot be edited here; it is part of each published claim's page."

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Unimplemented(self.reason)


def answer_unknown_method(request: Any, subpath: str = "") -> StatusResponse:
    """Return the error response for any other URL under this path."""
    return StatusResponse(404, NO_METHOD_MESSAGE)


urlpatterns = [
    path("claims:search", ClaimsSearch.as_view(), name="claims-search"),
    path("claims:imageSearch", ImageSearch.as_view(), name="claims-image-search"),
    path("pages", UnsupportedMethods.as_view()),
    path("pages/<str:page>", UnsupportedMethods.as_view()),
    path("", answer_unknown_method),
    path("<path:subpath>", answer_unknown_method),
]
