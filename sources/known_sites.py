"""Data about visited sites in the database, shared by all processes that fetch pages."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from sources.http.polite_visits import build_wait_error
from sources.models import VisitedSite
from sources.models.visited_site import RULES_MAX_AGE

#: The duration of a lease, longer than any request. If the process dies, the lease expires.
LEASE_TIME = timedelta(seconds=150)
_POLL_SECONDS = 1.0


#: A site is deleted when it has not been visited for this long.
MAX_UNVISITED_TIME = timedelta(days=7)


def delete_unvisited_sites() -> None:
    VisitedSite.objects.filter(ready_at__lt=timezone.now() - MAX_UNVISITED_TIME).delete()


class KnownSites:
    """A store of the pace, robots.txt and pauses of each site, shared by all processes."""

    def __init__(self, *, max_wait_seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Create the store.

        Args:
            max_wait_seconds: the maximum number of seconds to wait for a turn.
        """
        self._max_wait_seconds = max_wait_seconds
        self._sleep = sleep

    def begin_visit(self, site: str) -> None:
        waited_seconds = 0.0
        while (seconds_left := self._try_lease(site)) > 0:
            if (
                waited_seconds >= self._max_wait_seconds
                or seconds_left > LEASE_TIME.total_seconds() + self._max_wait_seconds
            ):
                raise build_wait_error(site, seconds_left)
            # Another process may give up its lease at any moment, so sleep only briefly.
            pause = min(seconds_left, _POLL_SECONDS)
            self._sleep(pause)
            waited_seconds += pause

    def end_visit(self, site: str, pause: float) -> None:
        ready_at = timezone.now() + timedelta(seconds=pause)
        VisitedSite.objects.filter(site=site[:300]).update(ready_at=ready_at)

    def get_rules(self, site: str) -> str | None:
        oldest_time = timezone.now() - RULES_MAX_AGE
        row = VisitedSite.objects.filter(site=site[:300], robots_read_at__gte=oldest_time)
        return row.values_list("robots", flat=True).first()

    def store_rules(self, site: str, rules: str) -> None:
        VisitedSite.objects.filter(site=site[:300]).update(robots=rules, robots_read_at=timezone.now())

    def _try_lease(self, site: str) -> float:
        """Try to lease the site for a request. Return 0 on success, otherwise the seconds to wait."""
        now = timezone.now()
        row, _created = VisitedSite.objects.get_or_create(site=site[:300], defaults={"ready_at": now})
        ready_rows = VisitedSite.objects.filter(pk=row.pk, ready_at__lte=now)
        if ready_rows.update(ready_at=now + LEASE_TIME):
            return 0.0
        row.refresh_from_db(fields=["ready_at"])
        return max((row.ready_at - now).total_seconds(), 0.05)
