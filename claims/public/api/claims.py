"""Claims and verdicts, served as stored in the ledger."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.reverse import reverse

from claims.exports.formats import csv, datafeed, ndjson
from claims.ledger.document.claim_document import format_moment as written
from claims.ledger.document.claim_document import render
from claims.ledger.document.serializers import (
    ClaimSerializer,
    ClaimSummarySerializer,
    PublishedVerdictSerializer,
    PublishedVerdictSummarySerializer,
)
from claims.ledger.queries.claim_filters import ClaimListQuery, ClaimPageQuery, ClaimQuery, VersionListQuery
from claims.ledger.queries.search_query import SEARCH_SCHEMA, describe_search
from claims.ledger.queries.verdict_filters import VerdictListQuery
from claims.matching.semantic_fallback import find_claims_by_meaning
from claims.models import Publication, PublishedVerdict
from claims.public.api import markup
from claims.public.api.entry_serializers import Version, VersionSerializer
from claims.public.api.ledger_entries import (
    ServedEntry,
    load_texts,
    read_entry,
    select_entry_as_of,
    select_newest_entry,
    select_version,
)
from factcheck.api.openapi.schema import PublicSchema
from factcheck.api.pagination import read_template_page, read_values_page
from factcheck.api.query_strings import ListQuery, Query
from factcheck.api.query_values import MAX_ID
from factcheck.api.resources import (
    CACHE_CURRENT,
    CACHE_PAST,
    Listing,
    PublicItems,
    PublicList,
    build_listing,
    compute_sha256,
    is_conditional,
    make_picker,
    redirect_moved,
)
from factcheck.database.cached_sql import Slot, Template
from factcheck.web.site_urls import insert_site_url

#: Parameters of the list that downloads do not accept.
_PARAMETERS_NOT_FOR_DOWNLOADS = {"page_size", "cursor", "count", "fields", "spelling", "view", "highlight"}
#: The suffixes of download URLs, with their media types.
_DOWNLOADS = (
    ("csv", csv.MEDIA_TYPE),
    ("jsonl", ndjson.MEDIA_TYPE),
    ("json", "application/json"),
    ("jsonld", datafeed.MEDIA_TYPE),
)
#: The response for a moment this long ago can no longer change: publications become visible soon after their time.
_SETTLING_PERIOD = timedelta(minutes=10)


class ClaimSchema(PublicSchema):
    """The OpenAPI schema of claims as JSON.

    JSON-LD has a separate operation, because generated clients need a single type of response for each operation.
    """

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's signature
        description: str = super().get_description()
        if self.lists:
            return description
        note_on_accept = f"If `Accept` prefers `{markup.JSON_LD}`, the response is that of `claims_jsonld`."
        return f"{description}\n\n{note_on_accept}"

    def map_renderers(self, attribute: str) -> list[str]:
        media_types: list[str] = super().map_renderers(attribute)
        return [media_type for media_type in media_types if media_type != markup.JSON_LD]


class ClaimResource(PublicList):
    """Published claims in full: verdicts with their evidence, appearances and corrections."""

    nouns = ("claim", "claims")
    list_query = ClaimPageQuery
    extra_properties: ClassVar = SEARCH_SCHEMA
    schema = ClaimSchema()
    item_query: type[ClaimQuery] = ClaimQuery
    serializer_class = ClaimSummarySerializer
    item_serializer_class = ClaimSerializer
    answers: ClassVar[dict[Any, OpenApiResponse]] = {
        301: OpenApiResponse(description="The claim was merged into the claim at `Location`."),
    }
    route = "claims-detail"

    def get_renderers(self) -> list[BaseRenderer]:
        renderers = super().get_renderers()
        return [*renderers, markup.JSON_LD_RENDERER] if self.action == "retrieve" else renderers

    def rows(self) -> QuerySet[Publication]:
        return Publication.objects.all()

    def get_listing(self, query: ClaimPageQuery, request: HttpRequest) -> Listing:
        may_be_conditional = is_conditional(request) and not query.highlights
        column = "body" if query.is_full else "summary"
        text_columns = (
            [] if may_be_conditional else {column: None, **({"body": None} if query.highlights else {})}
        )
        columns = ["id", "body_sha256", "ledger_moved", *text_columns]
        page = read_template_page(query.template, columns, **self.get_paging_arguments(query))
        if not page.rows and (
            matches := find_claims_by_meaning(query.text_for_meaning_search)
            if query.text_for_meaning_search
            else []
        ):
            query.use_meaning_matches(matches)
            page = read_template_page(query.template, columns, **self.get_paging_arguments(query))
        return Listing(
            page,
            sha256=compute_sha256(row[1].encode() for row in page.rows),
            results=lambda: (
                load_texts([row[0] for row in page.rows], column)
                if may_be_conditional
                else [row[3] for row in page.rows]
            ),
            last_modified=page.rows[0][2] if page.rows else None,
            extra_members=describe_search(
                query, [row[columns.index("body")] for row in page.rows] if query.highlights else []
            ),
        )

    def build_shortener(self, query: ListQuery) -> Callable[[bytes], bytes]:
        """Return a function that shortens bodies. It uses stored summaries, because this list is requested most."""
        return make_picker(query)

    def list_other_formats(self, request: HttpRequest) -> list[str]:
        """Return links to downloads of all results of the query."""
        filters = {
            name: values for name, values in request.GET.lists() if name not in _PARAMETERS_NOT_FOR_DOWNLOADS
        }
        query_string = f"?{urlencode(filters, doseq=True)}" if filters else ""
        return [
            f'<{settings.SITE_URL}/api/v1/claims.{extension}{query_string}>; rel="alternate"; type="{media_type}"'
            for extension, media_type in _DOWNLOADS
        ]

    def get_cache_control(self, query: Query) -> str:
        moment = query.moment if isinstance(query, ClaimListQuery | ClaimQuery) else None
        return CACHE_PAST if moment and moment < datetime.now(UTC) - _SETTLING_PERIOD else CACHE_CURRENT

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """Return one claim as currently published, or as published at the time `as_of`.

        A retracted claim still has a response, with the status `retracted`, no verdicts, and the public note with the
        reason.
        """
        query = self.item_query(request.GET, request=request)
        entry = read_entry(
            select_entry_as_of(id, query.moment) if query.moment else select_newest_entry(id), request
        )
        target = entry.merged_into
        if target and select_newest_entry(target).fetch("id"):
            return redirect_moved(reverse(self.route, args=[target], request=request))
        return self.build_representation(request, entry, query)

    def build_representation(
        self, request: HttpRequest, entry: ServedEntry, query: ClaimQuery
    ) -> HttpResponse:
        """Return the entry in the preferred form: our JSON, or markup."""
        cache = self.get_cache_control(query)
        if self.request.accepted_media_type == markup.JSON_LD:
            markup.require_no_fields(query)
            response = entry.respond_with_markup(request, cache=cache)
        else:
            response = entry.respond(request, cache=cache, pick=make_picker(query))
        return markup.negotiate_form(request, response)


class VersionResource(PublicList):
    """The ledger of a claim: every state in which it was published. Entries are only added."""

    nouns = ("version of a claim", "versions of a claim")
    list_query = VersionListQuery
    serializer_class = VersionSerializer
    item_serializer_class = ClaimSerializer
    lookup_url_kwarg = "version"

    def rows(self) -> QuerySet[Publication]:
        return Publication.objects.filter(claim_id=self.kwargs["claim_id"])

    def get_listing(self, query: VersionListQuery, request: HttpRequest) -> Listing:
        """Return the entries with the hashes of their bodies, but without the bodies."""
        columns = ["version", "status", "kind", "note", "published_at", "superseded_at", "body"]
        page = read_values_page(query.qs, columns, **self.get_paging_arguments(query))
        if not page.rows and not self.rows().exists():
            raise Http404
        return build_listing(
            page, [self._describe_version(dict(zip(columns, row[:-1], strict=True))) for row in page.rows]
        )

    def retrieve(self, request: HttpRequest, claim_id: int, version: int) -> HttpResponse:
        """Return one claim as published in this version."""
        self.item_query(request.GET, request=request)
        return read_entry(select_version(claim_id, version), request).respond(request, cache=CACHE_PAST)

    def _describe_version(self, entry: dict[str, Any]) -> bytes:
        superseded_at, version = entry["superseded_at"], entry["version"]
        version_document: Version = {
            "version": version,
            "status": entry["status"],
            "kind": entry["kind"],
            "note": entry["note"],
            "published_at": written(entry["published_at"]),
            "superseded_at": written(superseded_at) if superseded_at else None,
            "body_sha256": hashlib.sha256(insert_site_url(entry["body"].encode())).hexdigest(),
            "url": reverse("versions-detail", args=[self.kwargs["claim_id"], version], request=self.request),
        }
        return render(version_document).encode()


class VerdictResource(PublicItems):
    """Published verdicts, each with the claim that it judges."""

    nouns = ("verdict", "verdicts")
    list_query = VerdictListQuery
    serializer_class = PublishedVerdictSummarySerializer
    item_serializer_class = PublishedVerdictSerializer

    def rows(self) -> QuerySet[PublishedVerdict]:
        return PublishedVerdict.objects.current()

    def get_listing(self, query: VerdictListQuery, request: HttpRequest) -> Listing:
        page = read_template_page(query.template, ["body"], **self.get_paging_arguments(query))
        return build_listing(page, [row[0] for row in page.rows])

    def item(self, request: HttpRequest, id: int) -> bytes | None:  # noqa: A002  the name in the address
        template = Template(
            "verdict",
            lambda: self.rows().filter(verdict_id=Slot("id", "bigint")),
            {"id": min(id, MAX_ID)},
        )
        return next((body for (body,) in template.fetch("body")), None)
