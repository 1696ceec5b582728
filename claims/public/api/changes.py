"""The feed of changes: publications, corrections, retractions and merges, in ledger order.

A client that reads the feed to its end, and continues from there, has a complete copy. Entries are numbered under a
lock that is held until they are visible (`Publication.sequence`), so a smaller number never appears after a larger one.

A replica may have an entry before the primary shows it. If the primary failed at that moment, another entry would get
the same number. A replica therefore serves only entries that the primary has shown (`Replicas.mark`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.db import OperationalError
from django.db.models import Case, Max, Min, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiResponse
from rest_framework.reverse import reverse

from claims.ledger.document.change_events import find_change_event
from claims.ledger.document.claim_document import format_moment as written
from claims.ledger.document.claim_document import render
from claims.ledger.house_signature import build_signed_text, get_public_key, sign_text
from claims.models import Checkpoint, Publication
from claims.models.publication import build_previous_value
from claims.public.api.entry_serializers import Change, ChangeSerializer
from factcheck.api.openapi.schema import PublicSchema, RefusedQuerySerializer
from factcheck.api.query_strings import Parameter, Query, build_target_error, build_value_error
from factcheck.api.query_values import MAX_ID, InvalidValue, Keyword, Moment, WholeNumber
from factcheck.api.resources import CACHE_PAST, PublicResource, build_conditional_response, compute_sha256
from factcheck.database import read_connections
from factcheck.database.cached_sql import Slot, Template
from factcheck.web.site_urls import build_site_etag, insert_site_url

PAGE_SIZE = 100
PAGE_SIZE_LIMIT = 1000

#: The feed grows at its end. Clients that poll want new entries soon; ten seconds are enough to absorb a crowd.
CACHE_END = "public, max-age=10"

_COLUMNS = (
    *("sequence", "claim_id", "version", "kind", "status", "note", "published_at", "merged_into_id"),
    *("body_sha256", "salts", "sealed_sha256", "chain_sha256", "status_before"),
)


@dataclass(frozen=True)
class StartingPoint:
    """A parser for the parameter `since`: a ledger position, or a time."""

    sql_type: ClassVar[str] = "bigint"

    @property
    def schema(self) -> dict[str, Any]:
        return {"anyOf": [WholeNumber(0).schema, *Moment().schema["anyOf"]], "example": 0}

    def __call__(self, text: str) -> int | datetime:
        for reader in (WholeNumber(0), Moment()):
            try:
                position: int | datetime = reader(text)
            except InvalidValue:
                continue
            return position
        raise InvalidValue(
            gettext(
                "give a position in the feed (from 0 to %(greatest_id)s), a date such as "
                "2026-05-01, or a time such as 2026-05-01T12:00:00Z."
            )
            % {"greatest_id": MAX_ID}
        )


class ChangesQuery(Query):
    """The position to continue from, and the page size."""

    since = Parameter(
        StartingPoint(),
        "Return changes after this `sequence`, taken from `next`. Or a time (a day means its start, UTC): "
        "return everything published from then on.",
        default=0,
    )
    entries = Parameter(
        Keyword(("all", "newest")),
        "`newest` leaves out changes that were followed by a later change to the same claim.",
        default="all",
    )
    embed = Parameter(
        Keyword(("claim", "stored", "none")),
        "`none` returns changes without claims: `claim` is null. `stored` adds the claims, including "
        "withdrawn ones, as the text that the ledger hashes.",
        default="claim",
    )
    signed = Parameter(
        Keyword(("true", "false")),
        "Whether to include the newsroom's `signature` of each change, and the key that verifies it (`house`).",
        default="false",
    )
    page_size = Parameter(
        WholeNumber(1, PAGE_SIZE_LIMIT), "The maximum number of changes to return.", default=PAGE_SIZE
    )


class ChangesPage:
    """The OpenAPI schema of a page of changes. drf-spectacular calls it like a REST framework paginator."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []

    def get_paginated_response_schema(self, results: dict[str, Any]) -> dict[str, Any]:
        properties = {
            "next": {
                "type": "string",
                "format": "uri",
                "description": "The URL to continue from: immediately if there is `more`, otherwise later.",
            },
            "more": {"type": "boolean", "description": "Whether there are more changes now."},
            "house": {
                "type": ["object", "null"],
                "description": "With `signed=true`: the newsroom that signed the feed.",
                "properties": {
                    "name": {"type": "string"},
                    "url": {"type": "string", "format": "uri", "description": "The URL of its site."},
                    "key": {"type": "string", "description": "Its public key (Ed25519), in base64url."},
                },
                "required": ["name", "url", "key"],
            },
            "checkpoint": {
                "type": ["string", "null"],
                "description": "At the end of the feed: the newest checkpoint, as returned by "
                "`/api/v1/ledger/checkpoint`. Null before the end, and if none was signed yet.",
            },
            "results": results,
        }
        return {"type": "object", "properties": properties, "required": list(properties)}


class ChangesSchema(PublicSchema):
    problems: ClassVar = {
        **PublicSchema.problems,
        404: OpenApiResponse(RefusedQuerySerializer, "The feed has not reached the position in `since`."),
    }

    def _get_paginator(self) -> ChangesPage:  # type: ignore[override]  # another shape of page
        return ChangesPage()


class ChangeResource(PublicResource):
    """Publications, corrections, retractions, merges and undone merges, in the order in which they became visible.

    Apply each change in turn: store `claim`, or delete your copy if the status is not `published`. Then keep `next`
    and continue there. You end up with exactly the claims that `/api/v1/claims/` lists.
    """

    nouns = ("change", "changes")
    summary = "Feed of changes: publications, corrections, retractions and merges"
    list_query = ChangesQuery
    serializer_class = ChangeSerializer
    schema = ChangesSchema()

    def list(self, request: HttpRequest, **url_kwargs: Any) -> HttpResponse:
        query = ChangesQuery(request.GET, self.rows(), request=request)
        if read_connections.is_reading_replica() and not _may_answer_from_replica(query):
            return read_connections.read_freshly(lambda: self._respond(request, query))
        return self._respond(request, query)

    def _respond(self, request: HttpRequest, query: ChangesQuery) -> HttpResponse:
        since = _find_position(query.value("since", 0))
        if "If-None-Match" in request.headers:
            page = _build_page(request, query, since, with_bodies=False)
            if get_conditional_response(request, etag=quote_etag(build_site_etag(page.sha256))):
                return page.answer(request)
        return _build_page(request, query, since, with_bodies=True).answer(request)

    def rows(self) -> QuerySet[Publication]:
        return Publication.objects.all()


@dataclass(frozen=True)
class _ChangesSlice:
    """A page of consecutive ledger entries, with the URL of the next page."""

    entries: list[dict[str, Any]]
    next_url: str
    has_more: bool
    #: What each change contains: the `claim`, its `stored` text, or `none`.
    body_form: str
    #: Whether the same request will always return the same entries.
    is_settled: bool
    is_signed: bool
    #: The newest checkpoint, if the feed ends here; otherwise None.
    checkpoint: str | None

    @property
    def head(self) -> bytes:
        signer = {"name": settings.NEWSROOM_NAME, "url": settings.SITE_URL, "key": get_public_key()}
        body = {
            "next": self.next_url,
            "more": self.has_more,
            "house": signer if self.is_signed else None,
            "checkpoint": self.checkpoint,
        }
        return orjson.dumps(body)[:-1]

    @property
    def sha256(self) -> str:
        """Return the ETag of the response, from the hashes of its entries, which never change."""
        hashes = (f"{entry['sequence']} {entry['body_sha256']}".encode() for entry in self.entries)
        return compute_sha256([self.head, *hashes])

    def answer(self, request: HttpRequest) -> HttpResponse:
        response = build_conditional_response(
            request,
            partial(self._render_content, _build_version_address(request)),
            etag=self.sha256,
            cache=CACHE_PAST if self.is_settled else CACHE_END,
        )
        if self.has_more:
            response["Link"] = f'<{self.next_url}>; rel="next"'
        return response

    def _render_content(self, version_address: str) -> bytes:
        rendered_changes = partial(
            _render_change,
            version_address=version_address,
            body_form=self.body_form,
            is_signed=self.is_signed,
        )
        changes = b",".join(map(rendered_changes, self.entries))
        return b'%b,"results":[%b]}' % (self.head, changes)


def _build_page(request: HttpRequest, query: ChangesQuery, since: int, *, with_bodies: bool) -> _ChangesSlice:
    """Build the page of entries after position `since`, with their bodies if requested."""
    size = query.value("page_size", PAGE_SIZE)
    newest_only = query.value("entries") == "newest"
    entry_rows = _read_entries(
        since,
        limit=size + 1,
        newest_only=newest_only,
        columns=[*_COLUMNS, "body"] if with_bodies else _COLUMNS,
    )
    has_more, entries = len(entry_rows) > size, entry_rows[:size]
    if not entries:
        _require_known_position(since)
    return _ChangesSlice(
        entries,
        next_url=_build_feed_address(request, since=entries[-1]["sequence"] if entries else since),
        has_more=has_more,
        body_form=query.value("embed", "claim"),
        # Entries never change. With `newest_only`, however, later entries replace them.
        is_settled=has_more and not newest_only,
        is_signed=query.value("signed") == "true",
        checkpoint=None if has_more else _get_checkpoint(),
    )


def _get_checkpoint() -> str | None:
    """Return the newest checkpoint; on a replica, return the newest one whose entries the replica has."""
    rows = Checkpoint.objects.of_ledger().filter(tree_size__lte=min(_find_last_shown(), MAX_ID))
    return rows.order_by("-id").values_list("note", flat=True).first()


def _read_entries(
    since: int, *, limit: int, newest_only: bool, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Return up to `limit` ledger entries after position `since`, in order, with one query."""
    if newest_only and read_connections.is_reading_replica():
        raise OperationalError("Only the primary knows which entries are the newest.")

    def rows() -> QuerySet[Publication]:
        ledger = Publication.objects.newest() if newest_only else Publication.objects.all()
        entries = ledger.filter(sequence__gt=Slot("since", "bigint"), sequence__lte=Slot("until", "bigint"))
        # This distinguishes the two claims of an undone merge. Other kinds do not need it.
        was_merged = When(kind=Publication.Kind.UNMERGE, then=build_previous_value("status"))
        entries = entries.annotate(status_before=Case(was_merged, default=Value("")))
        return entries.order_by("sequence")[:limit]

    template = Template(
        ("changes", newest_only, limit), rows, {"since": since, "until": min(_find_last_shown(), MAX_ID)}
    )
    return [dict(zip(columns, row, strict=True)) for row in template.fetch(*columns)]


def _may_answer_from_replica(query: ChangesQuery) -> bool:
    """Return whether a replica has every entry up to the reader's position.

    `entries=newest` needs the primary: on a replica, an entry may already be superseded by one that the primary has not
    shown yet, and then the claim would be missing.
    """
    mark, since = read_connections.get_replicas().mark, query.value("since", 0)
    return (
        mark is not None
        and query.value("entries") != "newest"
        and (not isinstance(since, int) or since <= mark)
    )


def _find_last_shown() -> int:
    """Return the number of the last entry that this database can safely show."""
    if not read_connections.is_reading_replica():
        return MAX_ID
    mark = read_connections.get_replicas().mark
    if mark is None:
        raise OperationalError("The state of the primary is unknown.")
    return mark


def _find_position(since: int | datetime) -> int:
    """Return the ledger position after which the changes begin.

    Raises:
        InvalidParameters: the moment is in the future.
    """
    if isinstance(since, int):
        return since
    if since > datetime.now(UTC):
        raise build_value_error("since", gettext("this time is in the future."))
    later_publications = Publication.objects.filter(published_at__gte=since, sequence__lte=_find_last_shown())
    first_sequence: int | None = later_publications.aggregate(n=Min("sequence"))["n"]
    return min(_get_last_number(), _find_last_shown()) if first_sequence is None else first_sequence - 1


def _get_last_number() -> int:
    """Return the position of the last ledger entry; 0 if the ledger is empty."""
    last_number: int | None = Publication.objects.aggregate(n=Max("sequence"))["n"]
    return last_number or 0


def _require_known_position(since: int) -> None:
    """Reject a position that the ledger has not reached yet.

    Such a position comes from another ledger, or from this one before an older backup was restored. With an empty
    response, the client would wait for that position and miss all entries before it.
    """
    if since > (end := _get_last_number()):
        if read_connections.is_reading_replica():
            raise OperationalError("Only the primary knows how far the ledger has come.")
        raise build_target_error(
            "since",
            gettext(
                "the feed ends at %(end)s, so your position belongs to another feed; start again with since=0."
            )
            % {"end": end},
        )


def _render_change(entry: dict[str, Any], *, version_address: str, body_form: str, is_signed: bool) -> bytes:
    """Render a change as JSON. The claim in it is the stored text, with this site's current URL."""
    body = insert_site_url(entry["body"])
    has_claim = body_form == "claim" and entry["status"] == Publication.Status.PUBLISHED
    claim = body if has_claim else b"null"
    is_stored = body_form == "stored"
    stored_body = orjson.dumps(entry["body"].decode() if is_stored else None)
    salts = orjson.dumps(entry["salts"].decode() if is_stored else None)
    change: Change = {
        "sequence": entry["sequence"],
        "event": find_change_event(entry["kind"], entry["status"], entry["status_before"]),
        "claim_id": entry["claim_id"],
        "version": entry["version"],
        "kind": entry["kind"],
        "status": entry["status"],
        "note": entry["note"].decode(),
        "published_at": written(entry["published_at"]),
        "merged_into": entry["merged_into_id"],
        "url": version_address % (entry["claim_id"], entry["version"]),
        "body_sha256": hashlib.sha256(body).hexdigest(),
        "sealed_sha256": entry["sealed_sha256"],
        "chain_sha256": entry["chain_sha256"],
    }
    signature = orjson.dumps(sign_text(build_signed_text(change)) if is_signed else None)
    rendered_change = render(change).encode()[:-1]
    return b'%b,"signature":%b,"salts":%b,"stored":%b,"claim":%b}' % (
        rendered_change,
        signature,
        salts,
        stored_body,
        claim,
    )


def _build_version_address(request: HttpRequest) -> str:
    """Return a pattern for the URLs of versions, because resolving each URL would be slow."""
    address: str = reverse("versions-detail", args=[0, 0], request=request)
    return address.replace("%", "%%").replace("/0/versions/0/", "/%d/versions/%d/")


def _build_feed_address(request: HttpRequest, *, since: int) -> str:
    """Return the URL of the same feed, continued after position `since`."""
    parameters = request.GET.copy()
    parameters["since"] = str(since)
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
