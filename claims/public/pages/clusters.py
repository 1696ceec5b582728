"""Pages of clusters: the list, and one rumour with its published claims."""

from typing import Any, cast

from django.db.models import Count, F
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from claims.ledger.document.claim_document import render
from claims.ledger.document.cluster_document import build_cluster as public_cluster
from claims.ledger.queries.cluster_filters import ClusterListQuery, find_entries
from claims.models import Cluster, Publication
from claims.models.cluster import ClusterQuerySet
from claims.public.pages.page_cache import read_public
from claims.public.pages.published_source import DEFERRED_COLUMNS
from claims.public.pages.responses import override_interface_language, redirect_moved_page, respond
from factcheck.api.pagination import KeysetPage, read_rows_page
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import MAX_ID, InvalidValue
from factcheck.language_names import get_language_name
from factcheck.web.language_addresses import build_path_here

Document = dict[str, Any]

#: The maximum number of claims on a page, earliest first.
CLAIMS_PER_CLUSTER = 500
CLUSTERS_PER_PAGE = 20

# These pages cannot use the cache for pages that depend on publications alone, because clusters change separately.


@require_safe
@read_public
@override_interface_language
def clusters(request: HttpRequest) -> HttpResponse:
    """List published clusters, newest first, optionally filtered by words or language."""
    page, parameters = read_clusters_query(request)
    shown_clusters = [public_cluster(row) for row in page.rows]
    context = {
        "clusters": shown_clusters,
        "page": page,
        "q": parameters.get("q", ""),
        "language": parameters.get("language", "").lower(),
        "languages": _count_languages(),
    }
    dependencies = [page.previous, page.next, context["languages"], *map(render, shown_clusters)]
    return respond(request, "claims/clusters.html", context, dependencies=dependencies)


def _count_languages() -> list[tuple[str, str, int]]:
    """Return the tag, name and number of clusters of each language, most frequent first. Tags are in lower case."""
    counts = Cluster.objects.public().order_by().values_list("language").annotate(number=Count("pk"))
    rows = sorted(counts, key=lambda row: (-row[1], row[0]))
    return [(tag.lower(), get_language_name(tag), number) for tag, number in rows]


@require_safe
@read_public
def cluster(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a published cluster with its published claims."""
    row = get_published_cluster(pk)
    if slug != row.slug:
        return redirect_moved_page(build_path_here(row.get_absolute_url()))
    entries = load_shown_entries(row)
    documents = [entry.document for entry in entries]
    shown_cluster = public_cluster(row)
    context = {
        "cluster": shown_cluster,
        "claims": documents,
        "more": shown_cluster["claim_count"] - len(documents),
    }
    dependencies = [render(shown_cluster), *(entry.body_sha256 for entry in entries)]
    ratings = [
        verdict["rating"] for document in documents for verdict in document["verdicts"] if verdict["rating"]
    ]
    return respond(request, "claims/cluster.html", context, dependencies=dependencies, ratings=ratings)


def read_clusters_query(request: HttpRequest) -> tuple[KeysetPage[Cluster], QueryDict]:
    """Read the requested clusters, and the filters.

    Raises:
        Http404: a filter is not valid.
    """
    parameters = QueryDict(mutable=True)
    for name in ("q", "language", "cursor"):
        if value := request.GET.get(name, "").strip():
            parameters[name] = value
    try:
        query = ClusterListQuery(parameters, Cluster.objects.public(), request=request)
        page = read_rows_page(
            cast(ClusterQuerySet, query.qs).with_public_summary(),
            ordering=ClusterListQuery.orderings[0],
            size=CLUSTERS_PER_PAGE,
            cursor=query.value("cursor", ""),
        )
    except (InvalidParameters, InvalidValue) as refusal:
        raise Http404(str(refusal)) from None
    return page, parameters


def get_published_cluster(pk: int) -> Cluster:
    """Return a published cluster with its public counts.

    Raises:
        Http404: there is no such published cluster.
    """
    row = Cluster.objects.public().with_public_summary().filter(pk=min(pk, MAX_ID)).first()
    if row is None:
        raise Http404("No published cluster has this number.")
    return row


def load_shown_entries(row: Cluster) -> list[Publication]:
    """Return the current ledger entries of the cluster's claims, oldest claim first."""
    entries = find_entries([row.pk]).order_by(F("claimed_on").asc(nulls_last=True), "claim_id")
    return list(entries.defer(*DEFERRED_COLUMNS)[:CLAIMS_PER_CLUSTER])
