"""The parts of the sitemap: ranges of ids, so that a part changes only when a page in it changes.

django.contrib.sitemaps divides a sitemap with OFFSET, so one new claim at the front changes all parts. Django
also reads every object to find out when a part changed. Here a part is a range of ids: a new claim changes only
the last part, and a correction only the part of its claim. One grouped query over an index finds all parts.

Each page is listed in seven languages, each with links to all seven, so a claim takes 10 KB. `IDS_PER_PART`
claims stay far below the limits of a sitemap, 50,000 URLs and 50 MB.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from claims.features.discovery.sitemap_text import NewsArticle, SitemapPage
from claims.ledger.document.claim_body import CORRECTIONS
from claims.ledger.document.cluster_document import build_cluster as public_cluster
from claims.ledger.document.headline import build_headline, choose_lead_verdict
from claims.models import (
    Claimant,
    Cluster,
    Mention,
    NewsroomPage,
    Publication,
    PublishedVerdict,
    RatingClass,
    Topic,
)
from claims.models.claim import build_claim_path
from claims.public.pages.subject_names import build_subject_path
from factcheck.api.query_values import MAX_ID
from factcheck.database import clock
from factcheck.features import has_route
from factcheck.web.language_addresses import build_permanent_path
from sources.models import Publisher, Source
from sources.public_media import FOLDER

#: The number of ids in a part.
IDS_PER_PART = 1000
#: Limits for news sitemaps (Google): articles of the last two days, and at most this many.
NEWS_DAYS, MAX_NEWS_ARTICLES = 2, 1000

#: A kind of subject → the route of its pages, the kind of mention, and the model.
SUBJECT_KINDS: dict[str, tuple[str, str, type[Any]]] = {
    "claimants": ("claimant", Mention.Kind.CLAIMANT, Claimant),
    "topics": ("topic", Mention.Kind.TOPIC, Topic),
    "publishers": ("publisher", Mention.Kind.PUBLISHER, Publisher),
    "sources": ("source", Mention.Kind.SOURCE, Source),
}
#: Pages that exist only once.
_SINGLE_PAGES = (
    "claimants",
    "topics",
    "publishers",
    "rating-classes",
    "about-index",
    "check",
    "methodology",
    "standards",
    "clusters",
    "reader-request",
)


@dataclass(frozen=True, slots=True)
class SitemapPart:
    """A part of the sitemap, with the time of its last change if known."""

    name: str
    changed_at: datetime | None = None


# Uses only an index: reads the newest entries of all claims, then removes the few withdrawn claims. A
# withdrawal changes its part too.
_CLAIM_RANGES_SQL = """
    SELECT part, max(changed_at) FROM (
        SELECT (claim_id - 1) / %s AS part, published_at AS changed_at, 1 AS listed
        FROM claims_publication WHERE superseded_at IS NULL
        UNION ALL
        SELECT (claim_id - 1) / %s, published_at, -1
        FROM claims_publication WHERE superseded_at IS NULL AND status IN ('retracted', 'merged')
    ) AS entries
    GROUP BY part HAVING sum(listed) > 0 ORDER BY part
"""


def iterate_parts() -> Iterator[SitemapPart]:
    """Yield all parts of the sitemap that have content."""
    yield SitemapPart("pages", _get_newest_time())
    yield SitemapPart("news")
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_RANGES_SQL, [IDS_PER_PART, IDS_PER_PART])
        for part_number, changed_at in cursor.fetchall():
            yield SitemapPart(f"claims-{part_number + 1}", changed_at)
    clusters = Cluster.objects.public().order_by("pk").values_list("pk", flat=True)
    for part_number in dict.fromkeys((pk - 1) // IDS_PER_PART for pk in clusters):
        yield SitemapPart(f"clusters-{part_number + 1}")
    names = {str(kind): name for name, (_route, kind, _model) in SUBJECT_KINDS.items()}
    ranges = (
        _find_subjects_with_page().filter(kind__in=names).annotate(part=(F("thing_id") - 1) / IDS_PER_PART)
    )
    for kind, part_number in ranges.order_by("kind", "part").values_list("kind", "part").distinct():
        yield SitemapPart(f"{names[kind]}-{part_number + 1}")


def load_pages_of_part(kind: str, number: int) -> list[SitemapPage] | None:
    """Return the pages of a part, or None if no such part exists."""
    if not 0 < number <= MAX_ID // IDS_PER_PART:
        return None
    first_id, last_id = (number - 1) * IDS_PER_PART + 1, number * IDS_PER_PART
    if kind == "claims":
        return list(_list_claims(first_id, last_id))
    if kind == "clusters":
        return list(_list_clusters(first_id, last_id))
    if kind in SUBJECT_KINDS:
        return list(_list_subjects(kind, first_id, last_id))
    return None


def list_single_pages() -> Iterator[SitemapPage]:
    """Yield general pages, such as the home page, which are not about a claim or any other single subject."""
    newest_time = _get_newest_time()
    for route in ("home", "claims"):
        yield SitemapPage(build_permanent_path(route), newest_time)
    corrections = Publication.objects.filter(kind__in=CORRECTIONS).order_by("-published_at", "-sequence")
    yield SitemapPage(
        build_permanent_path("corrections"), corrections.values_list("published_at", flat=True).first()
    )
    for route in filter(has_route, _SINGLE_PAGES):
        yield SitemapPage(build_permanent_path(route))
    about_kinds = NewsroomPage.objects.order_by("kind").values("kind").annotate(changed_at=Max("created_at"))
    for kind, changed_at in about_kinds.values_list("kind", "changed_at"):
        yield SitemapPage(build_permanent_path("about", kind), changed_at)
    for rating_class in RatingClass.values:
        yield SitemapPage(build_permanent_path("rating-class", rating_class))


def list_news() -> Iterator[NewsArticle]:
    """Yield the newsroom's own publications of the last two days, newest first.

    Each publication is listed once, by its canonical URL, because its languages are versions of the same article.
    """
    oldest_allowed = clock.get_database_time() - timedelta(days=NEWS_DAYS)
    rows = Publication.objects.current().by_newsroom().filter(first_published_at__gte=oldest_allowed)
    for publication_row in rows.only("body", "first_published_at").order_by("-first_published_at", "-claim")[
        :MAX_NEWS_ARTICLES
    ]:
        document = publication_row.document
        verdict = choose_lead_verdict(document)
        yield NewsArticle(
            address=document["url"],
            publication=settings.NEWSROOM_NAME,
            language=format_news_language(verdict["language"] if verdict else document["language"]),
            published_at=publication_row.first_published_at,
            title=build_headline(document),
        )


def format_news_language(tag: str) -> str:
    """Return a language code in Google News's format: two or three letters, and for Chinese also the script."""
    language_code, _separator, subtags = tag.lower().partition("-")
    if language_code == "zh":
        return "zh-tw" if {"hant", "tw", "hk", "mo"} & set(subtags.split("-")) else "zh-cn"
    return language_code


def _get_newest_time() -> datetime | None:
    return (
        Publication.objects.newest().order_by("-published_at").values_list("published_at", flat=True).first()
    )


def _list_claims(first_id: int, last_id: int) -> Iterator[SitemapPage]:
    rows = Publication.objects.current().filter(claim__gte=first_id, claim__lte=last_id).order_by("claim")
    for pk, version, slug, published_at, files in rows.values_list(
        "claim_id", "version", "slug", "published_at", "media_files"
    ):
        share_picture = f"{settings.SITE_URL}{build_permanent_path('claim-image', pk)}?version={version}"
        pictures = [share_picture, *(f"{settings.SITE_URL}{FOLDER}{name}" for name in files)]
        yield SitemapPage(build_claim_path(pk, slug), published_at, pictures)


def _list_clusters(first_id: int, last_id: int) -> Iterator[SitemapPage]:
    rows = (
        Cluster.objects.public()
        .with_public_summary()
        .filter(pk__gte=first_id, pk__lte=last_id)
        .order_by("pk")
    )
    for row in rows:
        yield SitemapPage(
            build_permanent_path("cluster", row.pk, row.slug),
            datetime.fromisoformat(public_cluster(row)["updated_at"]),
        )


def _list_subjects(kind: str, first_id: int, last_id: int) -> Iterator[SitemapPage]:
    route, subject_type, model = SUBJECT_KINDS[kind]
    public_subjects = _find_subjects_with_page().filter(
        kind=subject_type, thing_id__gte=first_id, thing_id__lte=last_id
    )
    if model is Source:  # the URL of a source contains no name
        for pk in public_subjects.order_by("thing_id").values_list("thing_id", flat=True):
            yield SitemapPage(build_permanent_path(route, pk))
        return
    rows = model.objects.filter(pk__in=public_subjects.values("thing_id")).order_by("pk")
    for pk, name in rows.values_list("pk", "name"):
        yield SitemapPage(build_subject_path(route, pk, name))


def _find_subjects_with_page() -> QuerySet[Mention]:
    """Return the mentioned entities that have a page. A publisher has a page only if it published a verdict."""
    verdicts = PublishedVerdict.objects.current().filter(publisher_id=OuterRef("thing_id")).order_by()
    return Mention.objects.filter(~Q(kind=Mention.Kind.PUBLISHER) | Exists(verdicts))
