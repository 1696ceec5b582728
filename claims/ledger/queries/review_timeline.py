"""When fact checks were made, and what they came to: counted by month and class, from what is published now."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import TruncMonth

from claims.models import PublishedVerdict
from factcheck.database.read_connections import fetch

#: By the first day of a month, "" where the day of the review is not known, and the class: how many.
Timeline = dict[tuple[str, str], int]

_KEPT_SECONDS = 3600


def review_timeline(conditions: Mapping[str, Any]) -> Timeline:
    """The current verdicts that meet these conditions, counted by month of review (`2026-03`) and class.

    Counted once for each state of the ledger.
    """
    ((position,),) = fetch("SELECT max(sequence) FROM claims_publication")
    asked = hashlib.sha256(repr(sorted(conditions.items())).encode()).hexdigest()
    key = f"timeline:{asked}:{position}"
    known: Timeline | None = cache.get(key)
    if known is None:
        known = _counted(conditions)
        cache.set(key, known, _KEPT_SECONDS)
    return known


def _counted(conditions: Mapping[str, Any]) -> Timeline:
    verdicts = PublishedVerdict.objects.current().filter(**conditions).order_by()
    counted = verdicts.values(month=TruncMonth("reviewed_on")).annotate(number=Count("pk"))
    timeline: Timeline = {}
    for month, name, number in counted.values_list("month", "rating_class", "number"):
        key = (f"{month:%Y-%m}" if month else "", name or "not_rated")
        timeline[key] = timeline.get(key, 0) + number
    return timeline
