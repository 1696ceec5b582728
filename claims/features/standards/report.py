"""The standards report on a period: its indicators, and the newsroom's pages on its methods and funding."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation

from claims.features.standards import codes
from claims.features.standards.codes import CodeArticle
from claims.features.standards.indicators import Indicator, build_indicators
from claims.features.standards.period import Period
from claims.features.standards.published_reviews import load_published_reviews
from claims.models import NewsroomPage

#: How long a report is cached, in seconds. Counting the figures for a year reads everything published in that year.
CACHE_SECONDS = 600

#: A kind of page → the articles of the codes that require it.
_ARTICLES_BY_PAGE: dict[str, tuple[CodeArticle, ...]] = {
    NewsroomPage.Kind.METHODOLOGY: (codes.METHODOLOGY, codes.NO_UNDUE_CONCENTRATION, codes.EFCSN_METHODOLOGY),
    NewsroomPage.Kind.CORRECTIONS_POLICY: (codes.CORRECTIONS_POLICY, codes.EFCSN_CORRECTIONS),
    NewsroomPage.Kind.NONPARTISANSHIP: (codes.NONPARTISAN, codes.EFCSN_INDEPENDENCE),
    NewsroomPage.Kind.FUNDING: (codes.FUNDING, codes.EFCSN_TRANSPARENCY),
    NewsroomPage.Kind.ORGANISATION: (codes.OWNERSHIP, codes.STRUCTURE, codes.EFCSN_TRANSPARENCY),
    NewsroomPage.Kind.TEAM: (codes.PEOPLE, codes.EFCSN_TRANSPARENCY),
    NewsroomPage.Kind.CONTACT: (codes.CONTACT,),
}


@dataclass(frozen=True)
class NewsroomStatement:
    """A page on which the newsroom describes itself, with its current version in each language."""

    kind: str
    articles: tuple[CodeArticle, ...]
    #: The newest version in each language.
    versions: tuple[NewsroomPage, ...]

    @property
    def title(self) -> str:
        return str(NewsroomPage.Kind(self.kind).label)


@dataclass(frozen=True)
class StandardsReport:
    newsroom: str
    first_day: date
    last_day: date
    made_at: datetime
    indicators: tuple[Indicator, ...]
    statements: tuple[NewsroomStatement, ...]


def get_report(period: Period) -> StandardsReport:
    """Return the report on a period, cached for ten minutes."""
    key = f"standards.{period.first_day}.{period.last_day}.{translation.get_language()}"
    cached_report: StandardsReport | None = cache.get(key)
    if cached_report is None:
        cached_report = _build_report(period)
        cache.set(key, cached_report, CACHE_SECONDS)
    return cached_report


def _build_report(period: Period) -> StandardsReport:
    return StandardsReport(
        newsroom=settings.NEWSROOM_NAME,
        first_day=period.first_day,
        last_day=period.last_day,
        made_at=timezone.now(),
        indicators=tuple(build_indicators(list(load_published_reviews(period)), period)),
        statements=list_statements(),
    )


def list_statements() -> tuple[NewsroomStatement, ...]:
    """Return the pages on which the newsroom describes itself, with their current versions."""
    pages_by_kind: dict[str, list[NewsroomPage]] = {}
    for page in NewsroomPage.objects.current().order_by("language"):
        pages_by_kind.setdefault(page.kind, []).append(page)
    return tuple(
        NewsroomStatement(kind, articles, tuple(pages_by_kind.get(kind, ())))
        for kind, articles in _ARTICLES_BY_PAGE.items()
    )
