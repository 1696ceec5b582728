"""Derive a link's status from checks: a single failure does not make a link dead. No side effects.

A negative result is only *suspected* until it has been found often enough and for long enough. A link that
works is alive immediately.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from claims.features.links.models import LinkOutcome


class Proof(NamedTuple):
    """How often and for how long a result must repeat before it counts."""

    checks: int
    """How many checks in a row must find the result."""
    span: timedelta
    """The shortest time between the first and the last of these checks."""


_PROOFS = {
    # A new URL or other words can be seen directly, so a second check is enough to show that they last.
    LinkOutcome.MOVED: Proof(2, timedelta(hours=1)),
    LinkOutcome.CHANGED: Proof(2, timedelta(hours=1)),
    LinkOutcome.GONE: Proof(3, timedelta(days=2)),
    LinkOutcome.UNREACHABLE: Proof(3, timedelta(days=1)),
}
#: A name that does not resolve may be due to an unpaid registrar, or to our own resolver.
_UNKNOWN_HOST_PROOF = Proof(4, timedelta(days=14))

FIRST_RETRY = timedelta(hours=1)
RETRY_INTERVAL = timedelta(hours=6)
#: The longest wait before a failure is certain.
MAX_RETRY_INTERVAL = timedelta(days=2)
#: Links that are gone are checked less often, by this factor.
GONE_INTERVAL_FACTOR = 4

#: If one of these is known, an unseen page is not news: the failure does not contradict what was seen.
_LASTING_OUTCOMES = frozenset({LinkOutcome.GONE, LinkOutcome.MOVED, LinkOutcome.CHANGED})


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The status of a link, and the suspected status that contradicts it."""

    outcome: str = ""
    since: datetime | None = None
    suspected: str = ""
    failures: int = 0
    failing_since: datetime | None = None

    @property
    def is_suspected(self) -> bool:
        return bool(self.suspected)


def compute_status(before: LinkStatus, outcome: LinkOutcome, reason: str, now: datetime) -> LinkStatus:
    """Return the link's status after this check.

    Args:
        reason: the code of the failure.
    """
    if outcome == before.outcome or (
        outcome == LinkOutcome.UNREACHABLE and before.outcome in _LASTING_OUTCOMES
    ):
        return LinkStatus(before.outcome, before.since)
    if outcome == LinkOutcome.ALIVE:
        return LinkStatus(outcome, now)
    suspicion = _record_suspicion(before, outcome, now)
    proof = get_proof(suspicion.suspected, reason)
    began_at = suspicion.failing_since or now
    if suspicion.failures >= proof.checks and now - began_at >= proof.span:
        return LinkStatus(suspicion.suspected, now)
    return suspicion


def compute_next_check(
    status: LinkStatus, reason: str, now: datetime, *, interval: timedelta, jitter: float
) -> datetime:
    """Return the time of the link's next check.

    Args:
        interval: the time between two checks of a working link.
        jitter: from 0 to 1, so that links added together are not always checked together.
    """
    if not status.is_suspected:
        interval_factor = GONE_INTERVAL_FACTOR if status.outcome == LinkOutcome.GONE else 1
        return now + interval * interval_factor * (0.9 + 0.2 * jitter)
    proof = get_proof(status.suspected, reason)
    began_at = status.failing_since or now
    is_last = status.failures + 1 >= proof.checks
    next_at = max(now + FIRST_RETRY, began_at + proof.span) if is_last else now + RETRY_INTERVAL
    return min(next_at, now + MAX_RETRY_INTERVAL)


def get_proof(outcome: str, reason: str) -> Proof:
    """Return how often and for how long this result must repeat before it counts."""
    if outcome == LinkOutcome.GONE and reason == "name_not_found":
        return _UNKNOWN_HOST_PROOF
    return _PROOFS[LinkOutcome(outcome)]


def _record_suspicion(before: LinkStatus, outcome: LinkOutcome, now: datetime) -> LinkStatus:
    if outcome == before.suspected:
        return replace(before, failures=before.failures + 1)
    if before.suspected and outcome == LinkOutcome.UNREACHABLE:
        # A single server failure does not disprove the earlier answers.
        is_long_suspected = now - (before.failing_since or now) > MAX_RETRY_INTERVAL * 4
        if not is_long_suspected:
            return before
    return LinkStatus(before.outcome, before.since, outcome, 1, now)
