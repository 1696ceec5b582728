"""Metrics that a web process collects every two seconds: response counts and resources in use."""

import threading
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from factcheck.telemetry.request_counts import add_up_responses, busy_threads

INTERVAL_SECONDS = 2


def watch(threads: int) -> None:
    """Start collecting in a separate thread, until the process ends.

    Args:
        threads: the number of threads that answer requests in this process.
    """
    from factcheck.telemetry import counters  # noqa: PLC0415  only if metrics are on

    counters.THREADS.set(threads)
    pause = threading.Event()

    def record_repeatedly() -> None:
        while not pause.wait(INTERVAL_SECONDS):
            add_up_responses()
            record_usage(counters)

    threading.Thread(target=record_repeatedly, name="gauges", daemon=True).start()


def record_usage(counters: Any) -> None:
    """Record how much is in use at this moment."""
    counters.BUSY_THREADS.set(len(busy_threads))
    pool = connections[DEFAULT_DB_ALIAS].pool  # type: ignore[attr-defined]  # PostgreSQL is the only backend
    if not pool or pool.closed:  # it has not been used yet
        return
    stats = pool.get_stats()
    size, available = stats.get("pool_size", 0), stats.get("pool_available", 0)
    counters.POOL_CONNECTIONS.labels("used").set(size - available)
    counters.POOL_CONNECTIONS.labels("idle").set(available)
    counters.POOL_WAITING.set(stats.get("requests_waiting", 0))
