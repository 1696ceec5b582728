"""The common base of public resources, which are read-only, open to everyone and cacheable.

A resource returns a page or an item as JSON text. No serializer runs here: serializers only describe the text in the
OpenAPI schema (`openapi.body_serializer`), and tests compare the two.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import AllowAny
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from factcheck.api.field_selection import FIELDS_PARAMETER, Parts, build_parts, describe_parts, pick_parts
from factcheck.api.negotiation import Negotiation
from factcheck.api.openapi.schema import PublicSchema
from factcheck.api.pagination import PAGE_SIZE, KeysetPage
from factcheck.api.query_strings import ListQuery, NoQuery, Query, build_value_error
from factcheck.api.query_values import InvalidValue
from factcheck.web.site_urls import build_site_etag, insert_site_url, split_pieces

#: Current data may change any moment; a minute is the delay until a retraction reaches all readers. Caches may
#: serve it half a minute longer while they revalidate, and for an hour when we are unreachable.
CACHE_CURRENT = "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
#: Responses about the past never change.
CACHE_PAST = "public, max-age=86400, immutable"

#: The number of rows counted for an estimate.
EXACT_COUNT_LIMIT = 10_000

# The fields that make a request conditional (RFC 9110, section 13.1), as WSGI names them.
_CONDITIONS = frozenset(
    f"HTTP_IF_{name}" for name in ("MATCH", "NONE_MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)

# Link relations as IANA registers them.
_LINK_RELATIONS = {"next": "next", "previous": "prev"}


@dataclass(frozen=True)
class Listing:
    """A page of results, with a hash that changes when the results change. Stored texts are loaded only when needed."""

    page: KeysetPage[Any]
    sha256: str
    results: Callable[[], Sequence[bytes]]
    #: The time of the last change to anything that the results depend on, if known.
    last_modified: datetime | None = None
    #: Other keys and values of the response, beside its results.
    extra_members: Mapping[str, Any] = field(default_factory=dict)


class PublicResource(ViewSet):
    """A public, read-only resource. Requests are anonymous, so that responses can be cached for everyone."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = Negotiation
    http_method_names = ["get", "head", "options"]
    lookup_url_kwarg = "id"
    lookup_value_converter = "int"
    schema = PublicSchema()

    #: The singular and the plural of the resource's name.
    nouns: tuple[str, str]
    #: The operation's id and summary in the OpenAPI schema, if not the usual ones.
    operation_id = ""
    summary = ""
    #: The query string of the list, and of one item.
    list_query: type[ListQuery]
    item_query: type[Query] = NoQuery
    #: The form of a result in the list, and of a single item if that has more; for the OpenAPI schema.
    serializer_class: type[Serializer]
    item_serializer_class: type[Serializer] | None = None
    #: Other responses that belong to the resource, by status, or status and media type; for the OpenAPI schema.
    answers: ClassVar[dict[Any, OpenApiResponse]] = {}
    #: Additional keys of a list's response; for the OpenAPI schema.
    extra_properties: ClassVar[dict[str, Any]] = {}

    @classmethod
    def get_query_class(cls, action: str) -> type[Query]:
        """Return the class that reads the query strings of an action (`list` or `retrieve`)."""
        return cls.list_query if action == "list" else cls.item_query

    def get_cache_control(self, query: Query) -> str:
        """Return the Cache-Control header of a response."""
        return CACHE_CURRENT

    def get_paging_arguments(self, query: ListQuery) -> dict[str, Any]:
        """Return the ordering, size and cursor of the page, as arguments for `factcheck.api.pagination`."""
        return {
            "ordering": query.ordering,
            "size": query.value("page_size", PAGE_SIZE),
            "cursor": query.value("cursor", ""),
        }


class PublicList(PublicResource, ABC):
    """A resource that is listed page by page."""

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return the rows that are public."""

    @abstractmethod
    def get_listing(self, query: Any, request: HttpRequest) -> Listing:
        """Return the page of results that the query requests."""

    def build_shortener(self, query: ListQuery) -> Callable[[bytes], bytes]:
        """Return a function that reduces a result to the requested `fields` or, by default, to its summary."""
        if query.is_full:
            return make_picker(query)
        return make_parts_picker(_describe_summary_parts(self.serializer_class))

    def list_other_formats(self, request: HttpRequest) -> list[str]:
        """Return `Link` values for other forms of the same query's results, such as downloads."""
        return []

    def list(self, request: HttpRequest, **url_kwargs: Any) -> HttpResponse:
        query = self.list_query(request.GET, self.rows(), request=request)
        try:
            listing = self.get_listing(query, request)
        except InvalidValue as refusal:
            raise build_value_error("cursor", str(refusal)) from None
        links = {
            direction: build_page_url(request, cursor) if cursor else None
            for direction, cursor in (("next", listing.page.next), ("previous", listing.page.previous))
        }
        count = count_rows(query)
        shorten = self.build_shortener(query)
        head = json.dumps({"count": count, **links, **listing.extra_members}, separators=(",", ":"))[
            :-1
        ].encode()
        response = build_conditional_response(
            request,
            lambda: _join_results(head, map(shorten, listing.results())),
            etag=hashlib.sha256(head + listing.sha256.encode()).hexdigest(),
            cache=self.get_cache_control(query),
            last_modified=listing.last_modified,
        )
        link_values = [
            f'<{url}>; rel="{_LINK_RELATIONS[direction]}"' for direction, url in links.items() if url
        ]
        if link_values := [*link_values, *self.list_other_formats(request)]:
            response["Link"] = ", ".join(link_values)
        return response


def _join_results(head: bytes, documents: Iterable[bytes]) -> bytes:
    """Join the parts of a list into one JSON text, copying each part only once because pages are large."""
    parts: list[bytes | memoryview] = [head, b',"results":[']
    for index, document in enumerate(documents):
        if index:
            parts.append(b",")
        parts += split_pieces(document)
    parts.append(b"]}")
    return b"".join(parts)


class PublicItems(PublicList):
    """A resource whose items can also be read one by one, in full."""

    @abstractmethod
    def item(self, request: HttpRequest, id: int) -> bytes | None:  # noqa: A002  the name in the address
        """Return one item as JSON, or None if it is not public."""

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        query = self.item_query(request.GET, request=request)
        document = self.item(request, id)
        if document is None:
            raise Http404
        content = insert_site_url(make_picker(query)(document))
        return build_conditional_response(request, content, cache=self.get_cache_control(query))


def redirect_moved(address: str) -> HttpResponsePermanentRedirect:
    """Redirect to the object that replaced this one. Merges can be undone, so caches keep the redirect only briefly."""
    return HttpResponsePermanentRedirect(address, headers={"Cache-Control": CACHE_CURRENT})


def build_conditional_response(
    request: HttpRequest,
    content: bytes | str | Callable[[], bytes | str],
    *,
    etag: str = "",
    cache: str,
    last_modified: datetime | None = None,
    content_type: str = "application/json",
) -> HttpResponse:
    """Return the response, or a 304 if the client's copy is current.

    Args:
        content: the content, or a function that returns it; the function is not called for a 304.
        etag: a hash that changes with the content; by default, the hash of the content itself.
    """
    if not callable(content):
        etag = etag or compute_sha256([content.encode() if isinstance(content, str) else content])
    quoted_etag = quote_etag(build_site_etag(etag))
    # Another change within the same second would be mistaken for the state that the client has.
    is_settled = last_modified and last_modified < datetime.now(UTC) - timedelta(seconds=2)
    seconds = int(last_modified.timestamp()) if last_modified and is_settled else None
    response = None
    if not _CONDITIONS.isdisjoint(request.META):
        response = get_conditional_response(request, etag=quoted_etag, last_modified=seconds)
    if response is None:
        response = HttpResponse(content() if callable(content) else content, content_type=content_type)
    response["ETag"] = quoted_etag
    response["Cache-Control"] = cache
    if seconds is not None:
        response["Last-Modified"] = _format_http_time(seconds)
    return response


@lru_cache(maxsize=10_000)
def _format_http_time(seconds: int) -> str:
    """Format a time for HTTP; cached, because the same few times recur."""
    return http_date(seconds)


def make_picker(query: Query) -> Callable[[bytes], bytes]:
    """Return a function that reduces a stored JSON document to the requested `fields`."""
    paths = query.value(FIELDS_PARAMETER)
    if not paths:
        return lambda document: document
    return make_parts_picker(build_parts(paths))


@cache
def _describe_summary_parts(serializer: type[Serializer]) -> Parts:
    return describe_parts(serializer())


def make_parts_picker(parts: Parts) -> Callable[[bytes], bytes]:
    """Return a function that reduces a stored JSON document to these parts."""
    return lambda document: pick_parts(insert_site_url(document), parts)


def is_conditional(request: HttpRequest) -> bool:
    """Return whether the client already has a copy. If so, comparing hashes may save reading the texts."""
    return "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META


def build_listing(page: KeysetPage[Any], results: Sequence[bytes]) -> Listing:
    """Return a page whose results are already rendered."""
    return Listing(page, compute_sha256(results), lambda: results)


def compute_sha256(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def build_page_url(request: HttpRequest, cursor: str) -> str:
    """Return the URL of the same list, starting at the cursor."""
    parameters = dict(request.GET.lists()) | {"cursor": [cursor]}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters, doseq=True)}")


def count_rows(query: ListQuery) -> int | None:
    """Return the total number of rows if it was requested, and otherwise None.

    The QuerySet is built only if the rows are counted, because building it costs more than reading a page, whose SQL
    is cached.
    """
    count_mode = query.value("count", "none")
    if count_mode == "none":
        return None
    return query.qs.count() if count_mode == "exact" else estimate_rows(query.qs)


def estimate_rows(rows: QuerySet[Any]) -> int:
    """Return the number of rows: exact up to `EXACT_COUNT_LIMIT`, and the planner's estimate beyond it.

    The estimate is good for common values, but several times too low or too high for rare values and for correlated
    conditions. A small number of rows can be counted as fast as it can be estimated.
    """
    count: int = rows.order_by().values("pk")[: EXACT_COUNT_LIMIT + 1].count()
    return count if count <= EXACT_COUNT_LIMIT else max(count, read_planned_rows(rows))


def read_planned_rows(rows: QuerySet[Any]) -> int:
    """Return the planner's estimate of the number of rows."""
    try:
        plan = rows.order_by().explain(format="json")
    except EmptyResultSet:
        plan = ""
    # Impossible filters are not sent to the database; Django reports them in one of two ways.
    return int(json.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0
