"""Links that are due for a check, and their leases, so that two workers never check the same link."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from claims.features.links.models import LinkState

#: How long a link is leased, which is longer than the checks of one round.
LEASE_TIME = timedelta(minutes=6)
#: The most links per site in a round, so that other sites get their turn.
LINKS_PER_SITE = 8
#: The number of due links read in order to choose links of different sites.
_CANDIDATE_LIMIT = 3000

_LEASE_SQL = """
    UPDATE links_linkstate SET held_until = %(until)s
    WHERE source_id IN (
        SELECT source_id FROM (
            SELECT source_id, next_at, row_number() OVER (PARTITION BY site ORDER BY next_at, source_id) AS turn
            FROM (
                SELECT source_id, site, next_at FROM links_linkstate
                WHERE next_at <= %(now)s AND (held_until IS NULL OR held_until < %(now)s)
                    AND (%(only)s::bigint[] IS NULL OR source_id = ANY(%(only)s::bigint[]))
                ORDER BY next_at LIMIT %(looked_through)s
                FOR UPDATE SKIP LOCKED
            ) AS due
        ) AS by_site
        WHERE turn <= %(per_site)s ORDER BY turn, next_at LIMIT %(most)s
    )
    RETURNING source_id
"""


def lease_links(max_links: int, *, source_ids: Collection[int] | None = None) -> list[LinkState]:
    """Lease and return links that are due for a check, grouped by site.

    Args:
        max_links: the maximum number of links to lease.
        source_ids: lease only links of these sources; None for all.
    """
    now = timezone.now()
    lease_end = now + LEASE_TIME
    with connection.cursor() as cursor:
        cursor.execute(
            _LEASE_SQL,
            {
                "now": now,
                "until": lease_end,
                "only": None if source_ids is None else [*source_ids],
                "looked_through": _CANDIDATE_LIMIT,
                "per_site": LINKS_PER_SITE,
                "most": max_links,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    rows = LinkState.objects.filter(pk__in=ids, held_until=lease_end).select_related("source")
    return list(rows.order_by("site", "next_at", "pk"))


def store_result(link: LinkState, **changes: Any) -> bool:
    """Store the result of a check and release the link. Return False if the lease was lost."""
    leased_rows = LinkState.objects.filter(pk=link.pk, held_until=link.held_until)
    return bool(leased_rows.update(held_until=None, **changes))


def release_links(links: Collection[LinkState], *, not_before: datetime | None = None) -> None:
    """Release links that were not checked; if `not_before` is given, postpone their checks until then."""
    for link in links:
        release_time = {} if not_before is None else {"next_at": max(link.next_at, not_before)}
        store_result(link, **release_time)


def postpone_site(site: str, until: datetime) -> None:
    """Postpone the checks of all links to a site that asked us to wait, except leased links."""
    LinkState.objects.filter(site=site, next_at__lt=until, held_until__isnull=True).update(next_at=until)
