"""Downloads of all claims that match a filter, streamed from one snapshot in constant memory."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import OrderBy, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.reverse import reverse

from claims.exports.formats import csv, datafeed, ndjson
from claims.exports.formats.stored_bodies import join_blocks, stream_bodies
from claims.ledger.document.claim_document import build_site
from claims.ledger.document.claim_document import format_moment as written
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Publication
from claims.public.api.claims import ClaimResource
from factcheck.api.limited_streams import StartedStream, stream_in_slot
from factcheck.api.negotiation import DeclaredRenderer
from factcheck.api.openapi.schema import ProblemSerializer, PublicSchema
from factcheck.api.pagination import ORDERING_PARAMETER
from factcheck.api.query_strings import Parameter
from factcheck.api.query_values import Keyword
from factcheck.api.resources import make_picker
from factcheck.database import read_connections
from factcheck.web.site_urls import build_site_etag


class DownloadQuery(ClaimListQuery):
    """The filters of the claim list, without paging: a download contains all claims."""

    # django-filter's way to remove inherited parameters.
    page_size = cursor = count = fields = spelling = None  # type: ignore[assignment]

    @property
    def ordering_name(self) -> str:
        """Return the ordering: by date even for searches, unless `relevance` is requested, because ranking is slow."""
        has_ordering = bool(self.value(ORDERING_PARAMETER))
        return super().ordering_name if has_ordering else self.orderings[0].name

    def select_in_order(self) -> QuerySet[Publication]:
        """Return the publications that match the filters, in the order of `ordering_name`."""
        order = self.ordering
        keys = (OrderBy(key.expression, descending=order.descending) for key in order.keys)
        return self.qs.order_by(*keys)


class PartialDownloadQuery(DownloadQuery):
    """The filters of a download, with a parameter that selects parts of each claim."""

    fields = ClaimListQuery.base_filters["fields"]


class CsvQuery(DownloadQuery):
    bom = Parameter(
        Keyword(("true", "false")),
        "If `true`, begin with a byte order mark, by which Excel recognises UTF-8.",
        default="false",
    )


class DownloadSchema(PublicSchema):
    def get_operation_id(self) -> str:
        return f"claims_download_{self.view.extension}"

    def get_summary(self) -> str:
        return f"All claims as {self.view.title}"

    def _get_paginator(self) -> None:  # type: ignore[override]  # all in one answer
        return None

    def get_response_serializers(self) -> dict[Any, Any]:  # type: ignore[override]  # as extend_schema takes them
        return {
            **super().get_response_serializers(),
            200: OpenApiResponse(self.view.response_schema, self.view.content_description),
            (503, "application/problem+json"): OpenApiResponse(
                ProblemSerializer, "Too many downloads are running; `Retry-After` says how long to wait."
            ),
        }


class Download(ClaimResource):
    """The common base of all download formats.

    The `ETag` is that of the ledger's newest entry, so it changes with every publication. The `Link` with the
    relation `monitor` leads to the changes after this copy.
    """

    list_query = DownloadQuery
    schema = DownloadSchema()
    answers: ClassVar = {}

    #: The file suffix, the name, the content in words, and the media type without and with parameters.
    extension: str
    title: str
    content_description: str
    media_type: str
    content_type: str
    #: The schema of the whole download in OpenAPI.
    response_schema = OpenApiTypes.STR
    #: Written if a download fails midway, to mark it as incomplete. It is too late for an HTTP error then.
    truncation_mark: bytes
    #: Whether browsers save it as a file.
    is_file = True

    def get_renderers(self) -> list[BaseRenderer]:
        return [DeclaredRenderer(self.media_type, extension=self.extension)]

    def select_parts(self, query: Any) -> list[QuerySet[Publication]]:
        """Return the publications to write, as consecutive queries."""
        return [query.select_in_order()]

    @abstractmethod
    def format_bodies(
        self, bodies: Iterator[bytes], query: Any, newest_entry: Publication | None
    ) -> Iterator[bytes]:
        """Yield the parts of the file: the given bodies in the format of this download."""

    def list(self, request: HttpRequest, **url_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # it streams
        query = self.list_query(request.GET, self.rows(), request=request)
        source = read_connections.get_database()
        parts = [part.using(source) for part in self.select_parts(query)]
        # Read the newest entry before the claims. If a claim is published in between, the ETag is older than the copy,
        # so the next conditional request gets the claims again rather than miss one.
        newest_entry = Publication.objects.using(source).only("sequence", "published_at").first()
        number = newest_entry.sequence if newest_entry else 0
        etag = f'W/"{build_site_etag(str(number))}"'
        response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
        if response is None and request.method == "HEAD":
            # A streaming response does not state the length of an empty body.
            response = StreamingHttpResponse([], content_type=self.content_type)
        if response is None:
            pieces = StartedStream(
                stream_in_slot(
                    join_blocks(self.format_bodies(stream_bodies(*parts), query, newest_entry)),
                    self.truncation_mark,
                )
            )
            response = StreamingHttpResponse(pieces, content_type=self.content_type)
        response["ETag"] = etag
        response["Cache-Control"] = self.get_cache_control(query)
        response["Link"] = f'<{reverse("changes", request=request)}?since={number}>; rel="monitor"'
        if self.is_file:
            day = (query.moment or datetime.now(UTC)).date()
            response["Content-Disposition"] = f'attachment; filename="claims-{day}.{self.extension}"'
        return response


class JsonLinesDownload(Download):
    """Every claim that matches the filters, one per line, exactly as in `/api/v1/claims/`.

    The filters are those of the list; there are no pages. The download is read from one snapshot, so it is consistent
    however long it takes.
    """

    list_query = PartialDownloadQuery
    extension, title = "jsonl", "JSON Lines"
    content_description = "The JSON of one claim per line."
    media_type = content_type = ndjson.MEDIA_TYPE
    truncation_mark = ndjson.INTERRUPTED_NOTE

    def format_bodies(
        self, bodies: Iterator[bytes], query: Any, newest_entry: Publication | None
    ) -> Iterator[bytes]:
        return ndjson.write_ndjson(map(make_picker(query), bodies))


class JsonDownload(Download):
    """Every claim that matches the filters, in the form of a single page of `/api/v1/claims/`."""

    list_query = PartialDownloadQuery
    extension, title = "json", "JSON"
    response_schema = OpenApiTypes.OBJECT
    content_description = "An object whose `results` are the claims, one per line."
    media_type = content_type = "application/json"
    #: No mark is needed, because an array without its end is invalid JSON.
    truncation_mark = b""

    def format_bodies(
        self, bodies: Iterator[bytes], query: Any, newest_entry: Publication | None
    ) -> Iterator[bytes]:
        yield b'{"results":['
        for number, body in enumerate(map(make_picker(query), bodies)):
            yield b",\n" if number else b"\n"
            yield body
        yield b"\n]}\n"


class CsvDownload(Download):
    """Every claim that matches the filters, as a table with one row for each verdict."""

    list_query = CsvQuery
    extension, title = "csv", "CSV"
    content_description = "A table (RFC 4180, UTF-8); the first line has the column names."
    media_type = csv.MEDIA_TYPE
    content_type = f"{csv.MEDIA_TYPE}; charset=utf-8; header=present"
    truncation_mark = csv.INTERRUPTED_NOTE

    def format_bodies(
        self, bodies: Iterator[bytes], query: Any, newest_entry: Publication | None
    ) -> Iterator[bytes]:
        return csv.write_csv(bodies, byte_order_mark=query.value("bom") == "true")


class DataFeedDownload(Download):
    """Every matching claim as a schema.org DataFeed, followed by withdrawn claims.

    Withdrawn claims no longer have the filtered values, so all of them are included as DataFeedItems with
    `dateDeleted`, whatever the filters. With `updated_after`, only claims withdrawn since then are included. Use
    `status` to select exact states.
    """

    extension, title = "jsonld", "DataFeed"
    response_schema = OpenApiTypes.OBJECT
    content_description = "A schema.org DataFeed (JSON-LD), one DataFeedItem per line."
    media_type = content_type = datafeed.MEDIA_TYPE
    truncation_mark = datafeed.INTERRUPTED_NOTE
    is_file = False

    def select_parts(self, query: Any) -> list[QuerySet[Publication]]:
        published_entries = super().select_parts(query)
        if query.value("status"):
            return published_entries
        ledger, moment = Publication.objects, query.moment
        withdrawn_entries = (ledger.newest_as_of(moment) if moment else ledger.newest()).filter(
            status__in=[Publication.Status.RETRACTED, Publication.Status.MERGED]
        )
        if since := query.value("updated_after"):
            withdrawn_entries = withdrawn_entries.filter(published_at__gte=since)
        return [*published_entries, withdrawn_entries.order_by("-published_at", "-claim_id")]

    def format_bodies(
        self, bodies: Iterator[bytes], query: Any, newest_entry: Publication | None
    ) -> Iterator[bytes]:
        list_url, publisher = query.request.build_absolute_uri(), build_site()
        changed_at = written(newest_entry.published_at) if newest_entry else ""
        return datafeed.write_datafeed(
            bodies,
            head=datafeed.build_head(url=list_url, site=publisher, changed_at=changed_at),
            site=publisher,
        )
