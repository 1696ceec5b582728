"""The newsroom's trends: claims per week, days to publication, and the balance of what was published.

The figures are those of people's work; what imports brought is not counted. They are kept for some minutes, since each
scans what happened in the period.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Aggregate, Count, DurationField, Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.admin.charts import bars
from claims.models import Claim, RatingClass, Transition, Verdict

WEEKS = 12
#: The days that the balance looks back.
PERIOD = 90
#: Seconds for which figures are kept.
_KEPT = 900
#: Claimants and topics that are named; the rest is counted together nowhere, the list has it.
_NAMED = 6

_OUT = ("publish", "decline", "merge")


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    name = "median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One line of a balance: how many, the list of them, and how long its bar is (in per cent of the longest)."""

    name: str
    count: int
    page: str
    percent: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts only, without words."""

    weeks: list[date]
    came_in: list[int]
    went_out: list[int]
    days: list[float | None]
    ratings: list[tuple[str, int]]
    claimants: list[tuple[int, str, int]]
    parties: list[tuple[str, str, int]]
    topics: list[tuple[int, str, int]]


def trends_context() -> dict[str, Any]:
    """The charts and balances of the dashboard."""
    today = timezone.localdate()
    key = f"desk.trends.{today}"
    figures: Figures | None = cache.get(key)
    if figures is None:
        figures = figures_of(today)
        cache.set(key, figures, _KEPT)
    names = [date_format(week, "SHORT_DATE_FORMAT") for week in figures.weeks]
    claims = reverse("admin:claims_claim_changelist")
    verdicts = reverse("admin:claims_verdict_changelist")
    return {
        "charts": [
            bars("in-out", _("Claims in and out, by week"), names, _in(figures), _out(figures)),
            bars("days", _("Days from proposed to published, by week (median)"), names, _days(figures)),
        ],
        "balances": [
            (
                _("Ratings"),
                _shares(
                    figures.ratings,
                    lambda row: str(dict(RatingClass.choices).get(row[0]) or _("Not mapped")),
                    lambda row: f"{verdicts}?published={PERIOD}&class={row[0] or 'none'}",
                ),
            ),
            (
                _("Claimants"),
                _shares(
                    figures.claimants,
                    lambda row: row[1],
                    lambda row: f"{claims}?published={PERIOD}&claimant__id__exact={row[0]}",
                ),
            ),
            (
                _("Parties and organisations"),
                _shares(
                    figures.parties,
                    lambda row: row[1],
                    lambda row: f"{claims}?{urlencode({'published': PERIOD, 'party': row[0]})}",
                ),
            ),
            (
                _("Topics"),
                _shares(
                    figures.topics,
                    lambda row: row[1],
                    lambda row: f"{claims}?published={PERIOD}&topics__id__exact={row[0]}",
                ),
            ),
        ],
        "balance_days": PERIOD,
    }


def _in(figures: Figures) -> tuple[str, list[float | None]]:
    return _("in"), [float(number) for number in figures.came_in]


def _out(figures: Figures) -> tuple[str, list[float | None]]:
    return _("out"), [float(number) for number in figures.went_out]


def _days(figures: Figures) -> tuple[str, list[float | None]]:
    return _("days"), figures.days


def _shares(rows: list[Any], name: Callable[[Any], str], page: Callable[[Any], str]) -> list[BalanceLine]:
    most = max((row[-1] for row in rows), default=1)
    return [BalanceLine(name(row), row[-1], page(row), round(100 * row[-1] / most)) for row in rows]


# Counting ---------------------------------------------------------------------------------------------------------


def figures_of(today: date) -> Figures:
    """Return the figures of recent weeks, ending with the current one."""
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    weeks = [first + timedelta(days=7 * number) for number in range(WEEKS)]
    moment = _beginning(first)
    came, went, took = _came_in(moment), _went_out(moment), _days_taken(moment)
    published = published_since(today - timedelta(days=PERIOD))
    claims = Claim.objects.filter(Exists(published.filter(claim=OuterRef("pk"))))
    return Figures(
        weeks=weeks,
        came_in=[came.get(week, 0) for week in weeks],
        went_out=[went.get(week, 0) for week in weeks],
        days=[took.get(week) for week in weeks],
        ratings=_ratings(published),
        claimants=_most(claims.filter(claimant__isnull=False), "claimant", "claimant__name"),
        parties=_most(
            claims.exclude(claimant__affiliation="").filter(claimant__isnull=False),
            "claimant__affiliation",
            "claimant__affiliation",
        ),
        topics=_most(claims.filter(topics__isnull=False), "topics", "topics__name"),
    )


def published_since(day: date) -> QuerySet[Verdict]:
    """Return the newsroom's own current verdicts published since then, the latest of each claim."""
    return Verdict.objects.filter(
        publisher__is_house=True, state=Verdict.State.PUBLISHED, published_at__gte=_beginning(day)
    )


def _beginning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _came_in(moment: datetime) -> dict[date, int]:
    imported = Verdict.objects.filter(claim=OuterRef("pk"), origin=Verdict.Origin.IMPORTED)
    rows = Claim.objects.filter(~Exists(imported), created_at__gte=moment)
    return _by_week(rows, "created_at", number=Count("pk"))


def _went_out(moment: datetime) -> dict[date, int]:
    rows = _moves(moment).filter(action__in=_OUT)
    return _by_week(rows, "at", number=Count("claim", distinct=True))


def _days_taken(moment: datetime) -> dict[date, float | None]:
    rows = _moves(moment).filter(action="publish", verdict__supersedes=None)
    rows = rows.annotate(taken=F("at") - F("claim__created_at"))
    medians = _by_week(rows, "at", number=Median("taken", output_field=DurationField()))
    # A tenth of a day at least: none would look as if nothing had been published.
    return {week: max(round(taken.total_seconds() / 86_400, 1), 0.1) for week, taken in medians.items()}


def _moves(moment: datetime) -> QuerySet[Transition]:
    """Return moves by people; imports move in bulk."""
    return Transition.objects.filter(at__gte=moment, actor__isnull=False, import_run=None)


def _by_week(rows: QuerySet[Any], field: str, **counted: Any) -> dict[date, Any]:
    weekly = rows.order_by().annotate(week=TruncWeek(field)).values("week").annotate(**counted)
    return {row["week"].date(): row["number"] for row in weekly}


def _ratings(published: QuerySet[Verdict]) -> list[tuple[str, int]]:
    counted = published.order_by().values_list("rating__rating_class").annotate(number=Count("pk"))
    return list(counted.order_by("-number", "rating__rating_class"))


def _most(claims: QuerySet[Claim], key: str, name: str) -> list[tuple[Any, str, int]]:
    counted = claims.order_by().values_list(key, name).annotate(number=Count("pk"))
    return list(counted.order_by("-number", name)[:_NAMED])
