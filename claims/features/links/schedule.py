"""The times of visits to sites, and their robots.txt, shared by the threads of one run."""

import time
from collections.abc import Callable, Mapping
from threading import Lock

from sources.http.polite_visits import build_wait_error

#: How long a site is leased for one request, which takes less time.
_LEASE_SECONDS = 60.0
_POLL_SECONDS = 0.2


class RunMemory:
    """The schedule of one run: a `sources.http.polite_visits.SiteStore` in memory."""

    def __init__(
        self,
        rules: Mapping[str, str],
        *,
        max_wait_seconds: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create the schedule of a run.

        Args:
            rules: the robots.txt files read recently, by site.
            max_wait_seconds: the longest time to wait before a site may be visited.
        """
        self._rules = dict(rules)
        self._max_wait_seconds = max_wait_seconds
        self._sleep = sleep
        self._clock = clock
        self._ready: dict[str, float] = {}
        self._lock = Lock()
        #: The robots.txt files read in this run, to be stored.
        self.read_rules: dict[str, str] = {}

    def begin_visit(self, site: str) -> None:
        waited_seconds = 0.0
        while (seconds_left := self._try_lease(site)) > 0:
            if (
                waited_seconds >= self._max_wait_seconds
                or seconds_left > _LEASE_SECONDS + self._max_wait_seconds
            ):
                raise build_wait_error(site, seconds_left)
            wait_seconds = min(seconds_left, _POLL_SECONDS)
            self._sleep(wait_seconds)
            waited_seconds += wait_seconds

    def end_visit(self, site: str, pause: float) -> None:
        with self._lock:
            self._ready[site] = self._clock() + pause

    def get_rules(self, site: str) -> str | None:
        with self._lock:
            return self._rules.get(site)

    def store_rules(self, site: str, rules: str) -> None:
        with self._lock:
            self._rules[site] = self.read_rules[site] = rules

    def get_pause_left(self, site: str) -> float:
        """Return how many seconds must pass before the site may be visited again."""
        with self._lock:
            return max(0.0, self._ready.get(site, 0.0) - self._clock())

    def _try_lease(self, site: str) -> float:
        """Lease the site for one request. Returns 0, or the number of seconds to wait."""
        with self._lock:
            seconds_left = self._ready.get(site, 0.0) - self._clock()
            if seconds_left > 0:
                return seconds_left
            self._ready[site] = self._clock() + _LEASE_SECONDS
            return 0.0
