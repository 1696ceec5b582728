"""The newsroom's figures on the dashboard, and their charts."""

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
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from claims.models import Claim, RatingClass, Transition, Verdict

#: The size in which charts are drawn, in SVG units; the page scales them.
WIDTH, HEIGHT = 360, 110
_BASELINE = HEIGHT - 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, with its tooltip."""

    x: float
    y: float
    width: float
    height: float
    series: int
    label: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """A bar chart of one or two data series over the same steps, such as weeks."""

    name: str
    title: str
    bars: list[Bar]
    series: list[str]
    #: The same data as a table, with a row for each step.
    rows: list[tuple[str, list[str]]]
    highest_value: str
    first_step: str
    last_step: str
    is_empty: bool
    width: int = WIDTH
    height: int = HEIGHT
    baseline: int = _BASELINE


def build_bar_chart(
    name: str, title: str, steps: list[str], *series: tuple[str, list[float | None]]
) -> BarChart:
    """Build a chart in which the bars of all series are side by side at each step. An unknown value has no bar."""
    known_values = [value for _name, values in series for value in values if value is not None]
    highest_value = max(known_values, default=0.0)
    step = WIDTH / max(len(steps), 1)
    width = step * 0.8 / max(len(series), 1)
    drawn_bars = []
    for series_number, (legend_label, values) in enumerate(series):
        for step_number, value in enumerate(values):
            if value:
                height = max(value / highest_value * (_BASELINE - 12), 1.5)
                x = step_number * step + step * 0.1 + series_number * width
                bar_label = f"{steps[step_number]}: {format_figure(value)} {legend_label}"
                drawn_bars.append(
                    Bar(
                        round(x, 1),
                        round(_BASELINE - height, 1),
                        round(width - 1, 1),
                        round(height, 1),
                        series_number,
                        bar_label,
                    )
                )
    return BarChart(
        name=name,
        title=title,
        bars=drawn_bars,
        series=[legend_label for legend_label, _values in series],
        rows=[
            (label, [format_figure(values[step_number]) for _label, values in series])
            for step_number, label in enumerate(steps)
        ],
        highest_value=format_figure(highest_value),
        first_step=steps[0] if steps else "",
        last_step=steps[-1] if steps else "",
        is_empty=not any(known_values),
    )


def format_figure(value: float | None) -> str:
    """Return a number as text without trailing zeros, or a dash for None."""
    if value is None:
        return "–"
    return number_format(value, 0 if value == int(value) else 1)


WEEK_COUNT = 12
#: The number of days that the comparisons cover.
PERIOD_DAYS = 90
#: How long figures are cached, in seconds.
_CACHE_SECONDS = 900
#: The most claimants and topics listed by name; the linked list has the others.
_MAX_NAMED_ROWS = 6

_CLOSING_MOVES = ("publish", "decline", "merge")


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    name = "median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A line of a comparison: its count, its list's URL, and its bar's length as a percentage of the longest bar."""

    name: str
    count: int
    url: str
    percent: int


@dataclass(frozen=True, slots=True)
class TrendFigures:
    """The figures of the dashboard as numbers, without labels."""

    weeks: list[date]
    incoming_counts: list[int]
    closed_counts: list[int]
    median_days: list[float | None]
    ratings: list[tuple[str, int]]
    claimants: list[tuple[int, str, int]]
    parties: list[tuple[str, str, int]]
    topics: list[tuple[int, str, int]]


def build_trends_context() -> dict[str, Any]:
    """Return the template context of the dashboard's charts and comparisons."""
    today = timezone.localdate()
    key = f"desk.trends.{today}"
    figures: TrendFigures | None = cache.get(key)
    if figures is None:
        figures = compute_figures(today)
        cache.set(key, figures, _CACHE_SECONDS)
    names = [date_format(week, "SHORT_DATE_FORMAT") for week in figures.weeks]
    claims_url = reverse("admin:claims_claim_changelist")
    verdicts_url = reverse("admin:claims_verdict_changelist")
    return {
        "charts": [
            build_bar_chart(
                "in-out",
                _("Incoming and closed claims, by week"),
                names,
                _build_incoming_series(figures),
                _build_closed_series(figures),
            ),
            build_bar_chart(
                "days",
                _("Median days from proposal to publication, by week"),
                names,
                _build_days_series(figures),
            ),
        ],
        "balances": [
            (
                _("Ratings"),
                _build_balance(
                    figures.ratings,
                    lambda row: str(dict(RatingClass.choices).get(row[0]) or _("Not mapped")),
                    lambda row: f"{verdicts_url}?published={PERIOD_DAYS}&class={row[0] or 'none'}",
                ),
            ),
            (
                _("Claimants"),
                _build_balance(
                    figures.claimants,
                    lambda row: row[1],
                    lambda row: f"{claims_url}?published={PERIOD_DAYS}&claimant__id__exact={row[0]}",
                ),
            ),
            (
                _("Parties and organisations"),
                _build_balance(
                    figures.parties,
                    lambda row: row[1],
                    lambda row: f"{claims_url}?{urlencode({'published': PERIOD_DAYS, 'party': row[0]})}",
                ),
            ),
            (
                _("Topics"),
                _build_balance(
                    figures.topics,
                    lambda row: row[1],
                    lambda row: f"{claims_url}?published={PERIOD_DAYS}&topics__id__exact={row[0]}",
                ),
            ),
        ],
        "balance_days": PERIOD_DAYS,
    }


def _build_incoming_series(figures: TrendFigures) -> tuple[str, list[float | None]]:
    return _("incoming"), [float(count) for count in figures.incoming_counts]


def _build_closed_series(figures: TrendFigures) -> tuple[str, list[float | None]]:
    return _("closed"), [float(count) for count in figures.closed_counts]


def _build_days_series(figures: TrendFigures) -> tuple[str, list[float | None]]:
    return _("days"), figures.median_days


def _build_balance(
    rows: list[Any], get_name: Callable[[Any], str], build_url: Callable[[Any], str]
) -> list[BalanceLine]:
    highest_value = max((row[-1] for row in rows), default=1)
    return [
        BalanceLine(get_name(row), row[-1], build_url(row), round(100 * row[-1] / highest_value))
        for row in rows
    ]


# Counting ---------------------------------------------------------------------------------------------------------


def compute_figures(today: date) -> TrendFigures:
    """Return the figures of each week up to the current one."""
    first_week = today - timedelta(days=today.weekday() + 7 * (WEEK_COUNT - 1))
    weeks = [first_week + timedelta(days=7 * week_number) for week_number in range(WEEK_COUNT)]
    moment = _get_start_of_day(first_week)
    incoming_by_week, closed_by_week, durations = (
        _count_incoming(moment),
        _count_closed(moment),
        _measure_median_days(moment),
    )
    publications = find_published_since(today - timedelta(days=PERIOD_DAYS))
    claims = Claim.objects.filter(Exists(publications.filter(claim=OuterRef("pk"))))
    return TrendFigures(
        weeks=weeks,
        incoming_counts=[incoming_by_week.get(week, 0) for week in weeks],
        closed_counts=[closed_by_week.get(week, 0) for week in weeks],
        median_days=[durations.get(week) for week in weeks],
        ratings=_count_ratings(publications),
        claimants=_count_most_frequent(claims.filter(claimant__isnull=False), "claimant", "claimant__name"),
        parties=_count_most_frequent(
            claims.exclude(claimant__affiliation="").filter(claimant__isnull=False),
            "claimant__affiliation",
            "claimant__affiliation",
        ),
        topics=_count_most_frequent(claims.filter(topics__isnull=False), "topics", "topics__name"),
    )


def find_published_since(day: date) -> QuerySet[Verdict]:
    """Return the newsroom's current verdicts published since this day, only the latest of each claim."""
    return Verdict.objects.filter(
        publisher__is_house=True, state=Verdict.State.PUBLISHED, published_at__gte=_get_start_of_day(day)
    )


def _get_start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _count_incoming(start: datetime) -> dict[date, int]:
    imported_verdicts = Verdict.objects.filter(claim=OuterRef("pk"), origin=Verdict.Origin.IMPORTED)
    rows = Claim.objects.filter(~Exists(imported_verdicts), created_at__gte=start)
    return _group_by_week(rows, "created_at", number=Count("pk"))


def _count_closed(start: datetime) -> dict[date, int]:
    rows = _find_moves(start).filter(action__in=_CLOSING_MOVES)
    return _group_by_week(rows, "at", number=Count("claim", distinct=True))


def _measure_median_days(start: datetime) -> dict[date, float | None]:
    rows = _find_moves(start).filter(action="publish", verdict__supersedes=None)
    rows = rows.annotate(taken=F("at") - F("claim__created_at"))
    medians = _group_by_week(rows, "at", number=Median("taken", output_field=DurationField()))
    # At least a tenth of a day, because zero would look as if nothing had been published.
    return {week: max(round(duration.total_seconds() / 86_400, 1), 0.1) for week, duration in medians.items()}


def _find_moves(start: datetime) -> QuerySet[Transition]:
    """Return the moves that people made individually, excluding those made by imports."""
    return Transition.objects.filter(at__gte=start, actor__isnull=False, import_run=None)


def _group_by_week(rows: QuerySet[Any], field: str, **counts: Any) -> dict[date, Any]:
    weekly_counts = rows.order_by().annotate(week=TruncWeek(field)).values("week").annotate(**counts)
    return {row["week"].date(): row["number"] for row in weekly_counts}


def _count_ratings(publications: QuerySet[Verdict]) -> list[tuple[str, int]]:
    counts = publications.order_by().values_list("rating__rating_class").annotate(number=Count("pk"))
    return list(counts.order_by("-number", "rating__rating_class"))


def _count_most_frequent(claims: QuerySet[Claim], key: str, name: str) -> list[tuple[Any, str, int]]:
    counts = claims.order_by().values_list(key, name).annotate(number=Count("pk"))
    return list(counts.order_by("-number", name)[:_MAX_NAMED_ROWS])
