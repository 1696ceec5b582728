"""The list of claims grouped by article, below its title."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Appearance, Claim
from factcheck.admin.list_columns import ShownList

ARTICLE_ORDER = "article"
#: To order more claims by their article would take seconds: then each page is in order by itself.
ORDERED_LIMIT = 5_000


def is_by_article(request: HttpRequest) -> bool:
    return request.GET.get("group") == ARTICLE_ORDER


class ListByArticle(ShownList):
    """The newest article first; in each, claims in the order of the list."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        if rows.order_by()[: ORDERED_LIMIT + 1].count() > ORDERED_LIMIT:
            return rows
        first = Appearance.objects.filter(claim=OuterRef("pk")).order_by("pk").values("source")[:1]
        rows = rows.annotate(article=Subquery(first))
        return rows.order_by(F("article").desc(nulls_last=True), *rows.query.order_by)


def add_article_headings(claims: Sequence[Claim]) -> None:
    """Bring the claims of each article together, below a heading."""
    articles = {claim.pk: _get_article(claim) for claim in claims}
    numbers = Counter(articles.values())
    places = {article: place for place, article in reversed(list(enumerate(articles.values())))}
    if isinstance(claims, list):
        claims.sort(key=lambda claim: places[articles[claim.pk]])
    headed: set[int | None] = set()
    for claim in claims:
        article = articles[claim.pk]
        if article in headed:
            continue
        headed.add(article)
        number = ngettext("%d claim", "%d claims", numbers[article]) % numbers[article]
        first = next(iter(_list_appearances(claim)), None)
        title = first.source.title if first else _("Without an article")
        # No link of its own: it stands within the one to the claim.
        heading = format_html(
            '<span class="list-group"><span dir="auto">{}</span> · {}</span>', title, number
        )
        claim.article_heading = heading  # type: ignore[attr-defined]  # for the list


def _list_appearances(claim: Claim) -> list[Appearance]:
    return sorted(claim.appearances.all(), key=lambda appearance: appearance.pk)


def _get_article(claim: Claim) -> int | None:
    first = next(iter(_list_appearances(claim)), None)
    return first.source_id if first else None
