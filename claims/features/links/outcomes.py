"""Pure functions that derive a link's status from its checks: a single failure does not make a link dead.

A negative result is only *suspected* until it has been found often enough and over a long enough period. A
link that works is alive immediately.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from claims.features.links.models import LinkOutcome


class RequiredProof(NamedTuple):
    """How often, and over what period, a link check must give the same result before it is accepted."""

    check_count: int
    """The number of consecutive checks that must give the result."""
    period: timedelta
    """The shortest time between the first and the last of these checks."""


_REQUIRED_PROOFS = {
    # A new URL or changed text is visible in the response, so a second check is enough to show that the change lasts.
    LinkOutcome.MOVED: RequiredProof(2, timedelta(hours=1)),
    LinkOutcome.CHANGED: RequiredProof(2, timedelta(hours=1)),
    LinkOutcome.GONE: RequiredProof(3, timedelta(days=2)),
    LinkOutcome.UNREACHABLE: RequiredProof(3, timedelta(days=1)),
}
#: A host name may fail to resolve because its registration was not paid, or because our own resolver fails.
_REQUIRED_PROOF_OF_UNKNOWN_HOST = RequiredProof(4, timedelta(days=14))

FIRST_RETRY = timedelta(hours=1)
RETRY_INTERVAL = timedelta(hours=6)
#: The longest interval between the checks of a suspected failure.
MAX_RETRY_INTERVAL = timedelta(days=2)
#: Links that are gone are checked less often, by this factor.
GONE_INTERVAL_FACTOR = 4

#: After one of these outcomes, a failure to load the page is not news: it does not contradict what was found before.
_CONFIRMED_OUTCOMES = frozenset({LinkOutcome.GONE, LinkOutcome.MOVED, LinkOutcome.CHANGED})


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The accepted status of a link, and a suspected status that contradicts it."""

    outcome: str = ""
    since: datetime | None = None
    suspected: str = ""
    failures: int = 0
    failing_since: datetime | None = None

    @property
    def is_suspected(self) -> bool:
        return bool(self.suspected)


def compute_status(
    previous_status: LinkStatus, outcome: LinkOutcome, reason: str, now: datetime
) -> LinkStatus:
    """Return the link's status after a check with this outcome.

    Args:
        reason: the code of the failure.
    """
    if outcome == previous_status.outcome or (
        outcome == LinkOutcome.UNREACHABLE and previous_status.outcome in _CONFIRMED_OUTCOMES
    ):
        return LinkStatus(previous_status.outcome, previous_status.since)
    if outcome == LinkOutcome.ALIVE:
        return LinkStatus(outcome, now)
    suspicion = _record_suspicion(previous_status, outcome, now)
    required_proof = get_required_proof(suspicion.suspected, reason)
    suspected_since = suspicion.failing_since or now
    if suspicion.failures >= required_proof.check_count and now - suspected_since >= required_proof.period:
        return LinkStatus(suspicion.suspected, now)
    return suspicion


def compute_next_check(
    status: LinkStatus, reason: str, now: datetime, *, interval: timedelta, jitter: float
) -> datetime:
    """Return the time of the link's next check.

    Args:
        interval: the time between two checks of a working link.
        jitter: a random number from 0 to 1 that spreads the checks of links added together.
    """
    if not status.is_suspected:
        interval_factor = GONE_INTERVAL_FACTOR if status.outcome == LinkOutcome.GONE else 1
        return now + interval * interval_factor * (0.9 + 0.2 * jitter)
    required_proof = get_required_proof(status.suspected, reason)
    suspected_since = status.failing_since or now
    is_decisive = status.failures + 1 >= required_proof.check_count
    next_at = (
        max(now + FIRST_RETRY, suspected_since + required_proof.period)
        if is_decisive
        else now + RETRY_INTERVAL
    )
    return min(next_at, now + MAX_RETRY_INTERVAL)


def get_required_proof(outcome: str, reason: str) -> RequiredProof:
    """Return how often, and over what period, link checks must give this result before it is accepted."""
    if outcome == LinkOutcome.GONE and reason == "name_not_found":
        return _REQUIRED_PROOF_OF_UNKNOWN_HOST
    return _REQUIRED_PROOFS[LinkOutcome(outcome)]


def _record_suspicion(previous_status: LinkStatus, outcome: LinkOutcome, now: datetime) -> LinkStatus:
    if outcome == previous_status.suspected:
        return replace(previous_status, failures=previous_status.failures + 1)
    if previous_status.suspected and outcome == LinkOutcome.UNREACHABLE:
        # A single server error does not disprove the earlier results.
        is_long_suspected = now - (previous_status.failing_since or now) > MAX_RETRY_INTERVAL * 4
        if not is_long_suspected:
            return previous_status
    return LinkStatus(previous_status.outcome, previous_status.since, outcome, 1, now)
