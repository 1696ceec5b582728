"""The state of read replicas in this process: which have the latest publications.

`replica_watch` updates it a few times a second. It is read before each response, at the cost of reading a clock. The
age of a replica is measured with this process's own clock: the time since the primary was last seen at a position that
the replica has now reached.
"""

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple

#: After how many seconds of silence a server is considered dead.
REPLICA_TIMEOUT_SECONDS = 0.75
#: The same for the primary, for requests that depend on it: there may be no other server for them.
PRIMARY_TIMEOUT_SECONDS = 2.0
#: The number of the primary's positions remembered: those of the last half minute.
_MAX_REPORTS = 120


class Report(NamedTuple):
    """A database server's report about its own role and position."""

    is_replica: bool
    #: The position in the write-ahead log up to which the server has written or replayed it.
    position: int
    #: Identifies a server: the time of its start.
    server: str
    #: The primary's visible position as an increasing number (`Replicas.mark`).
    mark: int | None = None


@dataclass
class _ReplicaState:
    """The known state of a replica, with times by this process's clock."""

    reported_at: float
    #: The latest moment up to which the replica is known to have everything.
    complete_until: float = float("-inf")
    position: int = -1


@dataclass
class Replicas:
    """The replicas of one primary. One thread writes this object, and any thread reads it.

    Args:
        aliases: the names of the replicas in `DATABASES`.
        max_age_seconds: the maximum age of a replica that may be read.
        clock: a monotonic clock in seconds.
    """

    aliases: Collection[str]
    max_age_seconds: float
    clock: Callable[[], float] = time.monotonic
    #: The visible position that the primary last reported. It waits for enough replicas before making anything
    #: visible; a replica may show more than remains after the primary fails.
    mark: int | None = None
    _states: dict[str, _ReplicaState] = field(init=False)
    _primary: deque[tuple[int, float]] = field(init=False)
    _primary_server: str = ""
    _primary_reported_at: float = field(init=False)

    def __post_init__(self) -> None:
        # A silence that began before the query is not counted.
        self._primary_reported_at = self.clock()
        self._states = {alias: _ReplicaState(self.clock()) for alias in self.aliases}
        self._primary = deque(maxlen=_MAX_REPORTS)

    # Reports ---------------------------------------------------------------------------------------------------------

    def record_primary_report(self, report: Report, *, queried_at: float) -> None:
        """Record the primary's report. A server that replays another's log is not the primary and is ignored."""
        if report.is_replica:
            return
        if self._primary and report.position < self._primary[-1][0]:
            # Another server took over, without the old one's last unreplicated entries. Its own ledger counts.
            self._primary.clear()
            self.mark = None
        self._primary.append((report.position, queried_at))
        self._primary_server, self._primary_reported_at = report.server, self.clock()
        if report.mark is not None:
            self.mark = report.mark

    def record_replica_report(self, alias: str, report: Report, *, queried_at: float) -> None:
        """Record a replica's report: it has everything the primary had written up to this position."""
        state = self._states[alias]
        state.reported_at, state.position = self.clock(), report.position
        if not report.is_replica:
            # This replica was promoted. If it is the known primary, it has everything up to now.
            if report.server == self._primary_server:
                state.complete_until = queried_at
            return
        reached_at = [
            reached_moment for position, reached_moment in self._primary if position <= report.position
        ]
        if reached_at:
            has_caught_up = report.position >= self._primary[-1][0]
            # While there is no primary, nothing is written that could be missed.
            state.complete_until = queried_at if has_caught_up and not self.has_primary() else max(reached_at)

    # Queries ---------------------------------------------------------------------------------------------------------

    def has_primary(self) -> bool:
        """Return whether the primary reported recently."""
        return self.clock() - self._primary_reported_at <= REPLICA_TIMEOUT_SECONDS

    def has_lost_primary(self) -> bool:
        """Return whether the primary has been silent for too long to wait for it."""
        return self.clock() - self._primary_reported_at > PRIMARY_TIMEOUT_SECONDS

    def can_be_read(self, alias: str) -> bool:
        """Return whether the replica is alive and its data recent enough to be read."""
        return self.clock() - self._states[alias].complete_until <= self.max_age_seconds

    def is_dead(self, alias: str) -> bool:
        """Return whether the replica has been silent for too long."""
        return self.clock() - self._states[alias].reported_at > REPLICA_TIMEOUT_SECONDS

    def is_up_to_date(self, alias: str) -> bool:
        """Return whether the replica has reached the last position that the primary reported."""
        return bool(self._primary) and self._states[alias].position >= self._primary[-1][0]

    def list_by_freshness(self) -> list[str]:
        """Return the live servers, the most current first."""
        living_replicas = [alias for alias in self._states if not self.is_dead(alias)]
        return sorted(living_replicas, key=lambda alias: -self._states[alias].position)
