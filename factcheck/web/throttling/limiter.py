"""Count requests in memory and in the shared store. Independent of HTTP."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from math import ceil
from threading import Lock
from typing import NamedTuple, Self

from factcheck.installation.environment import Rate
from factcheck.web.throttling.store import Store, StoreUnavailable

logger = logging.getLogger(__name__)

#: The maximum number of callers in memory, at about 400 bytes each. The least recently seen are dropped first.
MAX_CALLERS = 50_000
#: The part of a budget that a process lets through before it settles with the store.
BATCH_SHARE = 10
#: How long the store is not used after a failure, in seconds, so that only a few requests wait for it.
RETRY_AFTER_SECONDS = 5.0
#: The minimum number of seconds between log lines about an unreachable store.
LOG_INTERVAL_SECONDS = 60.0

# Sums of floats are slightly inexact, so differences below a millionth of a second are ignored.
_ROUNDING = 1e-6


class Admission(NamedTuple):
    """The decision on a request, and its caller's remaining budget."""

    allowed: bool
    tier: str
    limit: int
    window: int
    remaining: int
    #: Seconds until the whole budget is available again; for a refused request, until it would be admitted.
    reset_seconds: int


class _Account:
    """A caller's debt, as known to this process."""

    __slots__ = ("free_at", "lock", "unsettled", "unsettled_free_at")

    def __init__(self, now: float) -> None:
        self.lock = Lock()
        #: The time at which the caller's debt ends, by this process's clock.
        self.free_at = now
        #: The requests not yet reported to the store, and the time at which the debt for these alone ends.
        self.unsettled = 0
        self.unsettled_free_at = now

    def compute_debt_seconds(self, now: float) -> float:
        """Return the number of seconds until the caller owes nothing."""
        return max(0.0, self.free_at - now)


class _Budget(NamedTuple):
    """A limit and values derived from it."""

    limit: int
    window: int
    #: Seconds in which one request is earned back.
    interval: float
    #: How many requests a process admits before it settles.
    share: int

    @classmethod
    def from_rate(cls, rate: Rate) -> Self:
        return cls(rate.limit, rate.seconds, rate.seconds / rate.limit, ceil(rate.limit / BATCH_SHARE))

    def allows(self, debt: float, cost: int) -> bool:
        return debt + cost * self.interval <= self.window + _ROUNDING

    def build_admission(self, tier: str, debt: float, cost: int, *, allowed: bool) -> Admission:
        remaining = self.window - debt
        wait_seconds = debt if allowed else cost * self.interval - remaining
        return Admission(
            allowed,
            tier,
            self.limit,
            self.window,
            remaining=max(0, int((remaining + _ROUNDING) / self.interval)),
            reset_seconds=max(1, ceil(wait_seconds - _ROUNDING)),
        )


class Limiter:
    """A rate limiter, which decides which requests to admit. Thread-safe.

    Args:
        rates: the limit of each tier; None for tiers without a limit.
        store: the store shared by all processes; None if there is only this process.
        secret: the key for deriving callers' names in the store, so that IP addresses do not leave the process.
        clock: a monotonic clock in seconds.
    """

    def __init__(
        self,
        rates: Mapping[str, Rate | None],
        store: Store | None,
        *,
        secret: str = "",
        clock: Callable[[], float] = time.monotonic,
        max_callers: int = MAX_CALLERS,
    ) -> None:
        self.budgets = {tier: _Budget.from_rate(rate) for tier, rate in rates.items() if rate}
        self.store, self.clock, self.max_callers = store, clock, max_callers
        self._secret = blake2b(secret.encode()).digest()
        self._accounts: OrderedDict[tuple[str, str], _Account] = OrderedDict()
        self._table = Lock()
        self._store_paused_until = self._no_logging_until = float("-inf")

    def admit(self, client: str, tier: str, cost: int = 1) -> Admission | None:
        """Count or refuse a caller's request; a refused request costs nothing. Returns None if the tier has no limit.

        Args:
            client: a name for the caller, unique within the tier.
            cost: the number of plain requests that this request counts as; capped at the whole budget.
        """
        budget = self.budgets.get(tier)
        if budget is None:
            return None
        cost = min(cost, budget.limit)
        now = self.clock()
        account = self._account(tier, client, now)
        # Concurrent requests of the same caller wait here for the store; others do not.
        with account.lock:
            debt = account.compute_debt_seconds(now)
            allowed = budget.allows(debt, cost)
            if allowed and account.unsettled + cost > budget.share:
                self._settle(tier, client, account, budget)
                now = self.clock()
                debt = account.compute_debt_seconds(now)
                allowed = budget.allows(debt, cost)
            if allowed:
                spent_seconds = cost * budget.interval
                debt += spent_seconds
                account.free_at = now + debt
                account.unsettled += cost
                account.unsettled_free_at = max(account.unsettled_free_at, now) + spent_seconds
            return budget.build_admission(tier, debt, cost, allowed=allowed)

    def _account(self, tier: str, client: str, now: float) -> _Account:
        key = (tier, client)
        with self._table:
            account = self._accounts.get(key)
            if account is None:
                account = self._accounts[key] = _Account(now)
                if len(self._accounts) > self.max_callers:
                    self._accounts.popitem(last=False)
            else:
                self._accounts.move_to_end(key)
        return account

    def _settle(self, tier: str, client: str, account: _Account, budget: _Budget) -> None:
        """Add the cost of admitted requests in the store, and fetch the caller's total debt."""
        asked_at = self.clock()
        if self.store is None or asked_at < self._store_paused_until:
            return
        amount, account.unsettled = account.unsettled, 0
        try:
            debt = self.store.add_cost(
                self._hash_caller(tier, client),
                spent_seconds=amount * budget.interval,
                owed_alone=account.unsettled_free_at - asked_at,
            )
        except StoreUnavailable as failure:
            # Unsent counts are dropped: sent hours later, they would lock the caller out for nothing.
            self._pause_settling(asked_at, failure)
        else:
            account.free_at = self.clock() + debt

    def _hash_caller(self, tier: str, client: str) -> str:
        return blake2b(f"{tier} {client}".encode(), key=self._secret, digest_size=16).hexdigest()

    def _pause_settling(self, now: float, failure: StoreUnavailable) -> None:
        with self._table:
            self._store_paused_until = now + RETRY_AFTER_SECONDS
            may_log = now >= self._no_logging_until
            if may_log:
                self._no_logging_until = now + LOG_INTERVAL_SECONDS
        if may_log:
            logger.warning(
                "The store of rate limits cannot be reached; each web process keeps the limits by itself: %s",
                failure,
            )
