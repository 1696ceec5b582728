"""Derive a link's status from checks: a single failure does not make it dead. No side effects.

What speaks against a link is *suspected* until it was found often enough and for long enough. Whatever works is alive
at once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from claims.features.links.models import LinkOutcome


class Proof(NamedTuple):
    """How often and for how long a result must repeat before it counts."""

    checks: int
    """So many in a row,"""
    span: timedelta
    """the last of them so long after the first."""


_PROOFS = {
    # What answers with a new address, or with other words, is there to be seen: a second look shows that it lasts.
    LinkOutcome.MOVED: Proof(2, timedelta(hours=1)),
    LinkOutcome.CHANGED: Proof(2, timedelta(hours=1)),
    LinkOutcome.GONE: Proof(3, timedelta(days=2)),
    LinkOutcome.UNREACHABLE: Proof(3, timedelta(days=1)),
}
#: A name that does not resolve may be a registrar's bill, or our own resolver.
_UNKNOWN_HOST_PROOF = Proof(4, timedelta(days=14))

FIRST_RETRY = timedelta(hours=1)
RETRY_INTERVAL = timedelta(hours=6)
#: Maximum wait until a failure is certain.
MAX_RETRY_INTERVAL = timedelta(days=2)
#: What was found to be gone is looked at more rarely.
GONE_INTERVAL_FACTOR = 4

#: What is no news once one of these is known: the page was not seen, so nothing speaks against what was seen.
_LASTING_OUTCOMES = frozenset({LinkOutcome.GONE, LinkOutcome.MOVED, LinkOutcome.CHANGED})


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The status of a link, and results that contradict it."""

    outcome: str = ""
    since: datetime | None = None
    suspected: str = ""
    failures: int = 0
    failing_since: datetime | None = None

    @property
    def is_suspected(self) -> bool:
        return bool(self.suspected)


def compute_status(before: LinkStatus, found: LinkOutcome, reason: str, now: datetime) -> LinkStatus:
    """Return the link's status after this check.

    Args:
        reason: the code of what stood in the way.
    """
    if found == before.outcome or (found == LinkOutcome.UNREACHABLE and before.outcome in _LASTING_OUTCOMES):
        return LinkStatus(before.outcome, before.since)
    if found == LinkOutcome.ALIVE:
        return LinkStatus(found, now)
    suspicion = _record_suspicion(before, found, now)
    proof = get_proof(suspicion.suspected, reason)
    began = suspicion.failing_since or now
    if suspicion.failures >= proof.checks and now - began >= proof.span:
        return LinkStatus(suspicion.suspected, now)
    return suspicion


def compute_next_check(
    after: LinkStatus, reason: str, now: datetime, *, interval: timedelta, jitter: float
) -> datetime:
    """Return the time of the link's next check.

    Args:
        interval: between two checks of a link that works.
        jitter: from 0 to 1, so that what was added together is not looked at together for ever.
    """
    if not after.is_suspected:
        rarer = GONE_INTERVAL_FACTOR if after.outcome == LinkOutcome.GONE else 1
        return now + interval * rarer * (0.9 + 0.2 * jitter)
    proof = get_proof(after.suspected, reason)
    began = after.failing_since or now
    is_last = after.failures + 1 >= proof.checks
    next_at = max(now + FIRST_RETRY, began + proof.span) if is_last else now + RETRY_INTERVAL
    return min(next_at, now + MAX_RETRY_INTERVAL)


def get_proof(suspected: str, reason: str) -> Proof:
    """Return the confirmation that this result needs."""
    if suspected == LinkOutcome.GONE and reason == "name_not_found":
        return _UNKNOWN_HOST_PROOF
    return _PROOFS[LinkOutcome(suspected)]


def _record_suspicion(before: LinkStatus, found: LinkOutcome, now: datetime) -> LinkStatus:
    if found == before.suspected:
        return replace(before, failures=before.failures + 1)
    if before.suspected and found == LinkOutcome.UNREACHABLE:
        # That a server is down for once says nothing about what it answered before.
        lasts = now - (before.failing_since or now) > MAX_RETRY_INTERVAL * 4
        if not lasts:
            return before
    return LinkStatus(before.outcome, before.since, found, 1, now)
