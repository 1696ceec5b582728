"""The front page: a search, and what is current, from publications only."""

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
    corrected,
    page_of_corrections,
    sha256_of_corrections,
)
from claims.public.pages.about_pages import pages_in, readers_language
from claims.public.pages.claim_search import NARROWING, ClaimSearch, Listed
from claims.public.pages.entry_page import ratings_of
from claims.public.pages.page_cache import kept_until, public
from claims.public.pages.responses import interface_language, page_moved, respond
from claims.public.pages.subject_names import names_of, subject_path
from claims.search import MAX_LENGTH

Document = dict[str, Any]

NEWEST = 6
REPEATED = 3
TOPICS = 12
CORRECTIONS = 3
#: Number of days for which corrections are listed here.
RECENT = timedelta(days=30)

_PUBLISHED_AT = COLUMNS.index("published_at")


def _others_than_publications() -> tuple[object, ...]:
    """Return what the front page shows besides publications: clusters and the newsroom's pages."""
    return (
        Cluster.objects.aggregate(Max("changed_at"))["changed_at__max"],
        NewsroomPage.objects.aggregate(Max("pk"))["pk__max"],
    )


@require_safe
@public
@kept_until(_others_than_publications)
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page; redirect old addresses of the list of claims, which was here before."""
    if request.GET.keys() & {*NARROWING, "by", "cursor"}:
        return page_moved(f"{reverse('claims')}?{request.GET.urlencode()}")
    language = readers_language()
    with translation.override(interface_language()):
        return _home(request, language)


def _home(request: HttpRequest, language: str) -> HttpResponse:
    newest = _newest(request)
    documents = [row.document for row in newest]
    repeated, clusters = _said_again(), _clusters()
    rows = _corrections(request)
    found = corrected(rows)
    kinds = {kind: str(label) for kind, label in CORRECTION_KINDS}
    topics, about = _topics(), pages_in(language)
    context = {
        "longest": MAX_LENGTH,
        "claims": documents,
        "repeated": [_places(entry.document) for entry in repeated],
        "clusters": clusters,
        "topics": topics,
        "corrections": [
            {**one.entry, "kind_name": kinds[one.entry["kind"]], "day": one.published_at} for one in found
        ],
        "about": about,
    }
    made_of = [
        *(row.sha256 for row in newest),
        *(entry.body_sha256 for entry in repeated),
        *map(repr, clusters),
        sha256_of_corrections(rows),
        topics,
        about,
    ]
    shown = [*documents, *(entry.document for entry in repeated)]
    return respond(request, "claims/home.html", context, made_of=made_of, ratings=ratings_of(shown))


def _newest(request: HttpRequest) -> list[Listed]:
    search = ClaimSearch(request)
    # The query string holds nothing that a list understands.
    search.is_valid()
    return search.page(NEWEST).rows


def _said_again() -> list[Publication]:
    """Claims that were made in several places, those first of which something was published last."""
    return list(
        Publication.objects.said_again()
        .order_by("-published_at", "-claim_id")
        .only("body", "body_sha256")[:REPEATED]
    )


def _places(claim: Document) -> Document:
    """Return a claim's number of appearances and its latest date."""
    days = [
        place["source"]["published_on"] for place in claim["appearances"] if place["source"]["published_on"]
    ]
    sources = {place["source"]["id"] for place in claim["appearances"]}
    return {"claim": claim, "places": len(sources), "last": max(days, default=None)}


def _clusters() -> list[Document]:
    rows = Cluster.objects.public().with_what_is_seen().order_by("-id")[:REPEATED]
    return [{**public_cluster(row)} for row in rows]


def _topics() -> list[tuple[str, str, int]]:
    """Return our own recent corrections."""
    counted = Mention.objects.filter(kind=Mention.Kind.TOPIC).order_by("-publications", "thing_id")
    numbers = dict(counted.values_list("thing_id", "publications")[:TOPICS])
    names = names_of({"topic": [*numbers]})
    return [
        (names["topic", pk], subject_path("topic", pk, names["topic", pk]), number)
        for pk, number in numbers.items()
        if ("topic", pk) in names
    ]


def _corrections(request: HttpRequest) -> list[tuple[Any, ...]]:
    """What was corrected of our own in the last days."""
    query = CorrectionListQuery(QueryDict("by=house"), filter_corrections(), request=request)
    page = page_of_corrections(query, ordering=query.orderings[0], size=CORRECTIONS, cursor="")
    since = timezone.now() - RECENT
    return [row for row in page.rows if row[_PUBLISHED_AT] >= since]
