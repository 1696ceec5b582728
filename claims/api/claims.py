"""Claims and verdicts: the texts of the ledger, passed on as they stand."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.reverse import reverse

from claims.api.filters import ClaimListQuery, ClaimQuery, VerdictListQuery, VersionListQuery
from claims.api.serializers import ClaimSerializer, PublishedVerdictSerializer, VersionSerializer
from claims.models import Publication, PublishedVerdict
from claims.publishing import render
from claims.representation import moment as written
from factcheck.filters import Query
from factcheck.pagination import page_of_values
from factcheck.resources import (
    CACHE_CURRENT,
    CACHE_PAST,
    Listing,
    PublicResource,
    asks_conditionally,
    conditional,
    listed,
    sha256_of,
)

#: An answer about a moment so long ago can no longer change; a publication is visible a little after its own time.
_SETTLED = timedelta(minutes=10)


def entry_of(rows: QuerySet[Publication], request: HttpRequest) -> dict[str, Any]:
    """The only entry of the ledger among `rows`; without its body where comparing hashes may do.

    Raises:
        Http404: there is none.
    """
    columns = ["id", "body_sha256", "published_at", "status", "merged_into_id"]
    entry = rows.values(*columns, *([] if asks_conditionally(request) else ["body"])).first()
    if entry is None:
        raise Http404
    return entry


def answer(request: HttpRequest, entry: dict[str, Any], *, cache: str) -> HttpResponse:
    """The body of an entry, or 304. Who has it already costs no read of it."""
    return conditional(
        request,
        lambda: entry.get("body") or bodies([entry["id"]])[0],
        etag=entry["body_sha256"],
        cache=cache,
        last_modified=entry["published_at"],
    )


class ClaimResource(PublicResource):
    """What is published about a claim, whole: verdicts with their evidence, appearances, corrections."""

    nouns = ("claim", "claims")
    list_query = ClaimListQuery
    item_query = ClaimQuery
    serializer_class = ClaimSerializer
    answers: ClassVar = {
        301: OpenApiResponse(description="The claim was merged into the one at `Location`."),
    }

    def rows(self) -> QuerySet[Publication]:
        return Publication.objects.all()

    def listing(self, query: ClaimListQuery, request: HttpRequest) -> Listing:
        conditionally = asks_conditionally(request)
        columns = ["id", "body_sha256"] if conditionally else ["id", "body_sha256", "body"]
        page = page_of_values(query.qs, columns, **self.paging(query))
        return Listing(
            page,
            sha256=sha256_of([row[1] for row in page.rows]),
            results=lambda: (
                bodies([row[0] for row in page.rows]) if conditionally else [row[2] for row in page.rows]
            ),
        )

    def cache_of(self, query: Query) -> str:
        moment = query.moment if isinstance(query, ClaimListQuery | ClaimQuery) else None
        return CACHE_PAST if moment and moment < datetime.now(UTC) - _SETTLED else CACHE_CURRENT

    def retrieve(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """One claim as it is published, or as it was at the moment `as_of`.

        A claim that was retracted still answers, with the status `retracted`, without verdicts, and with the public
        note that says why.
        """
        plain = request._request
        ledger = Publication.objects.filter(claim_id=id)
        query = ClaimQuery(plain.GET, ledger, request=plain)
        rows = ledger.as_of(query.moment) if query.moment else ledger.newest()
        entry = entry_of(rows, plain)
        target = entry["merged_into_id"]
        if target and Publication.objects.newest().filter(claim_id=target).exists():
            return HttpResponsePermanentRedirect(reverse("claims-detail", args=[target], request=request))
        return answer(plain, entry, cache=self.cache_of(query))


def bodies(ids: list[int]) -> list[str]:
    """The bodies of these publications, in this order."""
    found = dict(Publication.objects.filter(pk__in=ids).values_list("pk", "body"))
    return [found[pk] for pk in ids]


class VersionResource(PublicResource):
    """The ledger of a claim: every state in which it was published. Entries are only ever added."""

    nouns = ("version of a claim", "versions of a claim")
    list_query = VersionListQuery
    serializer_class = VersionSerializer
    item_serializer_class = ClaimSerializer
    lookup_url_kwarg = "version"

    def rows(self) -> QuerySet[Publication]:
        return Publication.objects.filter(claim_id=self.kwargs["claim_id"])

    def listing(self, query: VersionListQuery, request: HttpRequest) -> Listing:
        """The entries without their bodies."""
        columns = ["version", "status", "kind", "note", "published_at", "superseded_at", "body_sha256"]
        page = page_of_values(query.qs, columns, **self.paging(query))
        if not page.rows and not self.rows().exists():
            raise Http404
        return listed(page, [self._described(dict(zip(columns, row[:-1], strict=True))) for row in page.rows])

    def retrieve(  # type: ignore[override]  # the address has two parts
        self, request: Request, claim_id: int, version: int
    ) -> HttpResponse:
        """One claim as it was published in this version."""
        plain = request._request
        self.item_query(plain.GET, self.rows(), request=plain)
        return answer(plain, entry_of(self.rows().filter(version=version), plain), cache=CACHE_PAST)

    def _described(self, entry: dict[str, Any]) -> str:
        until = entry["superseded_at"]
        address = reverse(
            "versions-detail", args=[self.kwargs["claim_id"], entry["version"]], request=self.request
        )
        return render(
            {
                **entry,
                "published_at": written(entry["published_at"]),
                "superseded_at": written(until) if until else None,
                "url": address,
            }
        )


class VerdictResource(PublicResource):
    """Published verdicts, each with the claim that it judges."""

    nouns = ("verdict", "verdicts")
    list_query = VerdictListQuery
    serializer_class = PublishedVerdictSerializer

    def rows(self) -> QuerySet[PublishedVerdict]:
        return PublishedVerdict.objects.filter(publication__in=Publication.objects.current())

    def listing(self, query: VerdictListQuery, request: HttpRequest) -> Listing:
        page = page_of_values(query.qs, ["body"], **self.paging(query))
        return listed(page, [row[0] for row in page.rows])

    def item(self, request: HttpRequest, id: int) -> str | None:  # noqa: A002  the name in the address
        return self.rows().filter(verdict_id=id).values_list("body", flat=True).first()
