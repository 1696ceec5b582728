"""Leases on sites during link checks, in a table shared by all processes that visit sites."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from sources.models import VisitedSite
from sources.models.visited_site import RULES_MAX_AGE

#: How long a site is leased, unless it is released earlier. If this process dies, others can lease the site
#: after this time.
LEASE_TIME = timedelta(minutes=5)

_LEASE_SQL = """
    UPDATE sources_visitedsite SET ready_at = %(until)s
    WHERE id IN (
        SELECT id FROM sources_visitedsite WHERE site = ANY(%(sites)s) AND ready_at <= %(now)s
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING site, CASE WHEN robots_read_at >= %(lately)s THEN robots END
"""


class LeasedSites(NamedTuple):
    """The sites leased to this process, and when the other sites may be visited again."""

    rules: dict[str, str | None]
    """The leased sites, with their robots.txt if it was read recently."""
    waiting_sites: dict[str, datetime]
    """The other sites, and when they may be visited again."""


def lease_sites(sites: Collection[str]) -> LeasedSites:
    """Lease the given sites, except those that are already leased or paused."""
    now, site_names = timezone.now(), sorted(set(sites))
    VisitedSite.objects.bulk_create(
        [VisitedSite(site=site, ready_at=now) for site in site_names], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        ready_times = {"until": now + LEASE_TIME, "now": now, "lately": now - RULES_MAX_AGE}
        cursor.execute(_LEASE_SQL, {"sites": site_names, **ready_times})
        newly_leased_sites: dict[str, str | None] = dict(cursor.fetchall())
    waiting_sites = VisitedSite.objects.filter(
        site__in=[site for site in site_names if site not in newly_leased_sites]
    )
    return LeasedSites(newly_leased_sites, dict(waiting_sites.values_list("site", "ready_at")))


def release_site(site: str, *, pause: float, rules: str | None) -> None:
    """Release a site, pause visits to it, and store its robots.txt (`rules`) if it was just read."""
    now = timezone.now()
    values = {} if rules is None else {"robots": rules, "robots_read_at": now}
    VisitedSite.objects.filter(site=site).update(ready_at=now + timedelta(seconds=pause), **values)
