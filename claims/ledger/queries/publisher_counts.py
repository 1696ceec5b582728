"""How many published claims each publisher judged."""

from django.core.cache import cache
from django.db.models import Count

from claims.models import PublishedVerdict
from factcheck.database.read_connections import fetch

_KEPT_SECONDS = 3600


def claims_by_publisher() -> dict[int, int]:
    """By the id of each publisher of a current verdict: a publisher has one on a claim.

    Counted once for each state of the ledger.
    """
    ((position,),) = fetch("SELECT max(sequence) FROM claims_publication")
    key = f"publishers:{position}"
    known: dict[int, int] | None = cache.get(key)
    if known is None:
        counted = PublishedVerdict.objects.current().order_by().values("publisher_id")
        known = dict(counted.annotate(number=Count("*")).values_list("publisher_id", "number"))
        cache.set(key, known, _KEPT_SECONDS)
    return known
