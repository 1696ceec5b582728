"""Counts of current fact checks by month or year, and rating class."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache

from claims.models import PublishedVerdict
from factcheck.database.cached_sql import Statement
from factcheck.database.read_connections import fetch_rows

#: Number of verdicts by period and rating class. A period is a month (`2026-03`), a year (`2026`), or "" if unknown.
Timeline = dict[tuple[str, str], int]

#: Maximum months shown; longer periods are shown by year.
MAX_MONTHS = 24

_CACHE_SECONDS = 3600

# Days are cast to timestamps without a time zone, because `date_trunc` would convert a date through the time zone. Over
# long periods, years are counted in SQL, because most months would not be shown and reading their rows is slow.
_COUNT_SQL = f"""
    WITH found (day, class) AS ({{verdicts}}),
    counted AS MATERIALIZED (
        SELECT date_trunc('month', day::timestamp) AS month, class, count(*) AS number FROM found GROUP BY 1, 2
    ),
    span AS (SELECT max(month) >= min(month) + interval '{MAX_MONTHS} months' AS is_long FROM counted)
    SELECT
        extract(year FROM month)::integer,
        CASE WHEN NOT is_long THEN extract(month FROM month)::integer END,
        class, sum(number)::bigint
    FROM counted, span GROUP BY 1, 2, 3
"""  # noqa: S608  a number of ours


def count_reviews(conditions: Mapping[str, Any]) -> Timeline:
    """Count the current verdicts that meet these conditions, by rating class and by month or year of review.

    The count is cached until the ledger changes.
    """
    ((position,),) = fetch_rows("SELECT max(sequence) FROM claims_publication")
    digest = hashlib.sha256(repr(sorted(conditions.items())).encode()).hexdigest()
    key = f"timeline:{digest}:{position}"
    timeline: Timeline | None = cache.get(key)
    if timeline is None:
        timeline = _count_periods(conditions)
        cache.set(key, timeline, _CACHE_SECONDS)
    return timeline


def _count_periods(conditions: Mapping[str, Any]) -> Timeline:
    verdicts = PublishedVerdict.objects.filter(**conditions)
    # Either condition for "current" is covered by an index with all counted columns.
    if any(name.startswith("publication__") for name in conditions):
        verdicts = verdicts.filter(publication__superseded_at__isnull=True, publication__status="published")
    else:
        verdicts = verdicts.current()
    statement = Statement.from_rows(verdicts.order_by().values_list("reviewed_on", "rating_class"))
    timeline: Timeline = {}
    for year, month, name, number in fetch_rows(
        _COUNT_SQL.format(verdicts=statement.sql), statement.parameters
    ):
        period = "" if year is None else f"{year:04}" if month is None else f"{year:04}-{month:02}"
        key = (period, name or "not_rated")
        timeline[key] = timeline.get(key, 0) + number
    return timeline
