"""Metrics of rate limit budgets by tier, never by caller."""

from collections.abc import Callable
from functools import cache

from django.conf import settings


def count_cost(tier: str, cost: int, *, allowed: bool) -> None:
    """Count the cost of a request, or its refusal, if metrics are on."""
    # The settings import this module indirectly, through the API, so mypy does not know their types here.
    if not getattr(settings, "METRICS_PORT", 0):
        return
    drawn_counter, refused_counter = _get_counters(tier)
    if allowed:
        drawn_counter(cost)
    else:
        refused_counter(1)


@cache
def _get_counters(tier: str) -> tuple[Callable[[float], None], Callable[[float], None]]:
    from factcheck.telemetry import counters  # noqa: PLC0415  only if metrics are on

    return counters.BUDGET_DRAWN.labels(tier).inc, counters.BUDGET_REFUSALS.labels(tier).inc
