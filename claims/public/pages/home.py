"""The front page: a search, and the latest publications."""

from datetime import timedelta
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.document.cluster_document import build_cluster as public_cluster
from claims.ledger.queries.correction_filters import CorrectionListQuery, filter_corrections
from claims.models import Cluster, Mention, NewsroomPage, Publication
from claims.public.api.correction_entries import (
    COLUMNS,
    hash_corrections,
    load_corrected_entries,
    read_corrections_page,
)
from claims.public.pages.about_pages import get_reader_language, load_pages
from claims.public.pages.claim_search import FILTER_PARAMETERS, ClaimSearch, ListedClaim
from claims.public.pages.entry_page import list_ratings
from claims.public.pages.page_cache import cache_page_until, read_public
from claims.public.pages.responses import get_interface_language, redirect_moved_page, respond
from claims.public.pages.subject_names import build_subject_path, load_names
from claims.search.queries import MAX_LENGTH

Document = dict[str, Any]

NEWEST_LIMIT = 6
REPEATED_LIMIT = 3
TOPIC_LIMIT = 12
CORRECTION_LIMIT = 3
#: How long corrections are listed on the front page.
RECENT_PERIOD = timedelta(days=30)

_PUBLISHED_AT_INDEX = COLUMNS.index("published_at")


def _read_other_versions() -> tuple[object, ...]:
    """Return values that change whenever a cluster or a page about the newsroom changes: the front page shows both."""
    return (
        Cluster.objects.aggregate(Max("changed_at"))["changed_at__max"],
        NewsroomPage.objects.aggregate(Max("pk"))["pk__max"],
    )


@require_safe
@read_public
@cache_page_until(_read_other_versions)
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page, or redirect old URLs of the claim list, which used to be here."""
    if request.GET.keys() & {*FILTER_PARAMETERS, "by", "cursor"}:
        return redirect_moved_page(f"{reverse('claims')}?{request.GET.urlencode()}")
    language = get_reader_language()
    with translation.override(get_interface_language()):
        return _render_home(request, language)


def _render_home(request: HttpRequest, language: str) -> HttpResponse:
    newest_claims = _list_newest(request)
    documents = [row.document for row in newest_claims]
    repeated_entries, clusters = _list_repeated(), _list_clusters()
    rows = _list_corrections(request)
    entries = load_corrected_entries(rows)
    kinds = {kind: str(label) for kind, label in CORRECTION_KINDS}
    topics, about_pages = _count_topics(), load_pages(language)
    context = {
        "max_length": MAX_LENGTH,
        "claims": documents,
        "repeated": [_summarise_appearances(entry.document) for entry in repeated_entries],
        "clusters": clusters,
        "topics": topics,
        "corrections": [
            {
                **corrected_entry.entry,
                "kind_name": kinds[corrected_entry.entry["kind"]],
                "day": corrected_entry.published_at,
            }
            for corrected_entry in entries
        ],
        "about": about_pages,
    }
    dependencies = [
        *(row.sha256 for row in newest_claims),
        *(entry.body_sha256 for entry in repeated_entries),
        *map(repr, clusters),
        hash_corrections(rows),
        topics,
        about_pages,
    ]
    shown_documents = [*documents, *(entry.document for entry in repeated_entries)]
    return respond(
        request, "claims/home.html", context, dependencies=dependencies, ratings=list_ratings(shown_documents)
    )


def _list_newest(request: HttpRequest) -> list[ListedClaim]:
    search = ClaimSearch(request)
    # The form must be validated before use. Here its query string has no parameters of a list, so it is valid.
    search.is_valid()
    return search.load_page(NEWEST_LIMIT).rows


def _list_repeated() -> list[Publication]:
    """Return claims that were made in several places, most recently published first."""
    return list(
        Publication.objects.repeated()
        .order_by("-published_at", "-claim_id")
        .only("body", "body_sha256")[:REPEATED_LIMIT]
    )


def _summarise_appearances(claim: Document) -> Document:
    """Return a claim with the number of its sources and the publication date of the newest source."""
    days = [
        appearance["source"]["published_on"]
        for appearance in claim["appearances"]
        if appearance["source"]["published_on"]
    ]
    sources = {appearance["source"]["id"] for appearance in claim["appearances"]}
    return {"claim": claim, "places": len(sources), "last": max(days, default=None)}


def _list_clusters() -> list[Document]:
    rows = Cluster.objects.public().with_public_summary().order_by("-id")[:REPEATED_LIMIT]
    return [{**public_cluster(row)} for row in rows]


def _count_topics() -> list[tuple[str, str, int]]:
    """Return the number of published claims by topic."""
    mentions = Mention.objects.filter(kind=Mention.Kind.TOPIC).order_by("-publications", "thing_id")
    counts = dict(mentions.values_list("thing_id", "publications")[:TOPIC_LIMIT])
    names = load_names({"topic": [*counts]})
    return [
        (names["topic", pk], build_subject_path("topic", pk, names["topic", pk]), count)
        for pk, count in counts.items()
        if ("topic", pk) in names
    ]


def _list_corrections(request: HttpRequest) -> list[tuple[Any, ...]]:
    """Return the newsroom's own recent corrections."""
    query = CorrectionListQuery(QueryDict("by=house"), filter_corrections(), request=request)
    page = read_corrections_page(query, ordering=query.orderings[0], size=CORRECTION_LIMIT, cursor="")
    since = timezone.now() - RECENT_PERIOD
    return [row for row in page.rows if row[_PUBLISHED_AT_INDEX] >= since]
