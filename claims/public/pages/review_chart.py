"""A chart of fact checks over time, drawn on the server: bars of months or years, each divided by rating.

All words are outside the drawing, so that they are not stretched with it, cut off at 320 px or mirrored. The style
sheet defines the colours of the classes, in light, dark and forced colours. A table has the same data.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.formats import number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.ledger.queries.review_timeline import Timeline
from claims.models.rating import RatingClass
from claims.public.pages.reader_tags import month_name

#: The maximum number of years, counted back from the last, so that one wrong date does not squeeze all other bars.
YEAR_LIMIT = 40

# Distance of bars, width of a bar and height, in units of the drawing, which is stretched to the width of the page.
_STEP, _BAR, _HEIGHT = 10, 8, 100
#: The maximum width of one bar in per cent, if there are few.
_LEGEND_SHARE = 10


@dataclass(frozen=True, slots=True)
class ChartPeriod:
    """A month or a year, with its number of fact checks in each rating class."""

    name: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ReviewChart:
    """The data of a chart of fact checks over time.

    Attributes:
        classes: the rating classes that occur, from true to false, each with its name and number of fact checks.
        undated: the number of fact checks without a date.
    """

    classes: list[tuple[str, str, int]]
    periods: list[ChartPeriod]
    undated_count: int
    is_monthly: bool
    drawing: SafeString

    @property
    def total(self) -> int:
        return sum(number for _value, _name, number in self.classes)

    @property
    def maximum(self) -> int:
        return max((period.total for period in self.periods), default=0)

    @property
    def rows(self) -> list[tuple[str, list[int], int]]:
        """Return a table row for each period, with its number of fact checks in each class and in total."""
        return [
            (
                period.name,
                [period.counts.get(value, 0) for value, _name, _number in self.classes],
                period.total,
            )
            for period in self.periods
            if period.total
        ]

    @property
    def table_rows(self) -> SafeString:
        """Return the table as HTML, built without a template because of its hundreds of cells."""
        rows = self.rows
        cells = {
            number: f"<td>{escape(number_format(number))}</td>"
            for _name, counts, total in rows
            for number in {*counts, total}
        }
        return mark_safe(  # noqa: S308  each part is escaped
            "".join(
                f'<tr><th scope="row">{escape(name)}</th>{"".join(map(cells.__getitem__, counts))}{cells[total]}</tr>'
                for name, counts, total in rows
            )
        )


def build_review_chart(timeline: Timeline) -> ReviewChart:
    """Build the chart of the counts that `count_reviews` returns."""
    counts = Counter[str]()
    for (_month, value), number in timeline.items():
        counts[value] += number
    classes = [(value, str(name), counts[value]) for value, name in RatingClass.choices if counts[value]]
    undated_count = sum(number for (period, _value), number in timeline.items() if not period)
    known_periods = sorted({period for period, _value in timeline if period})
    is_monthly = bool(known_periods) and "-" in known_periods[0]
    periods = _build_periods(timeline, known_periods, is_monthly=is_monthly)
    return ReviewChart(
        classes,
        periods,
        undated_count,
        is_monthly,
        _draw_chart(periods, [rating_class[0] for rating_class in classes]),
    )


def _build_periods(timeline: Timeline, known_periods: list[str], *, is_monthly: bool) -> list[ChartPeriod]:
    """Return a period for each month or year from the first to the last, including those without fact checks."""
    if not known_periods:
        return []
    if is_monthly:
        keys = [
            _format_month(number)
            for number in range(_get_month_index(known_periods[0]), _get_month_index(known_periods[-1]) + 1)
        ]
    else:
        first_index, last_index = int(known_periods[0]), int(known_periods[-1])
        keys = [f"{year:04}" for year in range(max(first_index, last_index - YEAR_LIMIT + 1), last_index + 1)]
    period_counts: dict[str, dict[str, int]] = {key: {} for key in keys}
    for (period, value), number in timeline.items():
        if period in period_counts:
            period_counts[period][value] = number
    return [
        ChartPeriod(month_name(key) if is_monthly else key, counts) for key, counts in period_counts.items()
    ]


def _get_month_index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _format_month(number: int) -> str:
    return f"{date(number // 12, number % 12 + 1, 1):%Y-%m}"


def _draw_chart(periods: list[ChartPeriod], classes: list[str]) -> SafeString:
    if len(periods) < 2:  # one bar shows no more than the numbers beside it
        return SafeString()
    maximum = max(period.total for period in periods)
    bars = "".join(
        f'<rect class="class-{value}" x="{period_index * _STEP + (_STEP - _BAR) // 2}" y="{_format_units(offset)}"'
        f' width="{_BAR}" height="{_format_units(height)}"/>'
        for period_index, period in enumerate(periods)
        for value, offset, height in _stack_classes(period, classes, maximum)
    )
    return format_html(
        '<svg class="bars" width="{}%" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-labelledby="chart-title chart-words"><title id="chart-title">{}</title><desc id="chart-words">{}</desc>'
        "{}</svg>",
        min(len(periods) * _LEGEND_SHARE, 100),
        len(periods) * _STEP,
        _HEIGHT,
        _("Fact checks over time, by rating"),
        _describe_chart(periods),
        mark_safe(bars),  # noqa: S308  names of our classes, and numbers
    )


def _stack_classes(period: ChartPeriod, classes: list[str], maximum: int) -> list[tuple[str, float, float]]:
    """Return the stacked bars of a period by class: the distance from the top, and the height."""
    parts, height = [], 0
    for value in classes:
        if number := period.counts.get(value, 0):
            height += number
            parts.append((value, _HEIGHT - height / maximum * _HEIGHT, number / maximum * _HEIGHT))
    return parts


def _format_units(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _describe_chart(periods: list[ChartPeriod]) -> str:
    total = sum(period.total for period in periods)
    highest_period = max(periods, key=lambda period: period.total)
    return ngettext(
        "From %(first)s to %(last)s, %(total)s fact check; most in %(highest)s: %(most)s.",
        "From %(first)s to %(last)s, %(total)s fact checks; most in %(highest)s: %(most)s.",
        total,
    ) % {
        "first": periods[0].name,
        "last": periods[-1].name,
        "total": number_format(total),
        "highest": highest_period.name,
        "most": number_format(highest_period.total),
    }
