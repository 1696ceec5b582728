"""The metrics page in Prometheus's text format: counters of processes, and database queries."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from threading import Lock

import psutil
from django.db import connections
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from factcheck.installation.version import read_version
from factcheck.telemetry.query_spans import MetricQuery, QueryResults, list_databases, query_database

#: How long a page waits for the database before it reports that the database does not respond.
DATABASE_SECONDS = 5.0
#: A page is cached for this multiple of its cost, and at least this many seconds: ten queries a second, or ten
#: monitors, take a tenth of one core and of one connection at most. Problems still show soon.
CACHE_FACTOR, MIN_CACHE_SECONDS, MAX_CACHE_SECONDS = 10, 1.0, 15.0


class PolledDatabase:
    """A database that is queried in its own thread, so that a hanging database does not delay the others."""

    def __init__(self, alias: str, metric_queries: list[MetricQuery]) -> None:
        self.alias, self.metric_queries = alias, metric_queries
        self._thread = ThreadPoolExecutor(1, f"questions-{alias}")
        self._future: Future[QueryResults] | None = None

    def begin(self) -> None:
        """Start the queries, unless the previous ones are still running. Late results are discarded."""
        if self._future is None or self._future.done():
            self._future = self._thread.submit(self._query)

    def fetch_results(self, deadline: float) -> QueryResults:
        """Return the results that arrived in time."""
        assert self._future is not None  # noqa: S101  begun before
        try:
            results = self._future.result(max(0.0, deadline - time.monotonic()))
        except TooLate:
            return QueryResults(reached=False)
        self._future = None
        return results

    def _query(self) -> QueryResults:
        try:
            return query_database(self.metric_queries, self.alias)
        finally:
            connections.close_all()


class DatabaseGauges:
    """A collector of the gauges that the database queries set."""

    def __init__(self, metric_queries: list[MetricQuery]) -> None:
        self.metric_queries = metric_queries
        self._databases = [PolledDatabase(alias, metric_queries) for alias in list_databases()]

    def collect(self) -> Iterator[Metric]:
        """Yield each gauge, without a value if its query failed."""
        for database in self._databases:
            database.begin()
        deadline = time.monotonic() + DATABASE_SECONDS
        results = {database.alias: database.fetch_results(deadline) for database in self._databases}
        families = {
            name: GaugeMetricFamily(
                name,
                kind.meaning,
                labels=(*kind.labels, "database") if metric_query.runs_on_replicas else kind.labels,
            )
            for metric_query in self.metric_queries
            for name, kind in metric_query.gauges.items()
        }
        for database_answers in results.values():
            for name, labels, value in database_answers.readings:
                families[name].add_metric(labels, float(value))
        yield from families.values()
        yield from self.build_own_metrics(results)

    def build_own_metrics(self, results: dict[str, QueryResults]) -> Iterator[Metric]:
        """Yield metrics of the queries themselves, by database."""
        reachability = GaugeMetricFamily(
            "factcheck_database_up", "1 if the database responds, otherwise 0.", labels=["database"]
        )
        labels = ["question", "database"]
        failures = GaugeMetricFamily(
            "factcheck_question_failed",
            "1 if the query for these metrics failed, otherwise 0.",
            labels=labels,
        )
        seconds = GaugeMetricFamily(
            "factcheck_question_seconds", "Duration of the query for these metrics.", labels=labels
        )
        for alias, database_answers in results.items():
            reachability.add_metric([alias], database_answers.reached)
            for name, seconds_taken in database_answers.seconds.items():
                failures.add_metric([name, alias], name in database_answers.failed)
                seconds.add_metric([name, alias], seconds_taken)
        yield from (reachability, failures, seconds)


class ProcessCounts:
    """A collector of the counters of all processes of one `serve`, from their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterator[Metric]:
        for pid in self._find_dead_pids():
            mark_process_dead(
                pid, str(self.folder)
            )  # removes its gauges of resources in use; its counters stay
        yield from MultiProcessCollector(None, str(self.folder)).collect()

    def _find_dead_pids(self) -> set[int]:
        pids = {file.stem.rpartition("_")[2] for file in self.folder.glob("gauge_live*_*.db")}
        return {int(pid) for pid in pids if pid.isdigit() and not psutil.pid_exists(int(pid))}


class _BuildGauge:
    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily(
            "factcheck_build", "Always 1; the label is the running version.", labels=["version"]
        )
        build.add_metric([read_version()], 1)
        yield build


def build_registry(metric_queries: list[MetricQuery], folder: Path | None) -> CollectorRegistry:
    """Return the registry of all collectors."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_BuildGauge())
    registry.register(DatabaseGauges(metric_queries))
    if folder is not None:
        registry.register(ProcessCounts(folder))
    return registry


class MetricsPage:
    """The metrics page, cached for a moment so that concurrent requests share it."""

    def __init__(self, build: Callable[[], bytes], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._build, self._clock = build, clock
        self._lock = Lock()
        self._content, self._good_until = b"", float("-inf")

    def content(self) -> bytes:
        with self._lock:
            started_at = self._clock()
            if started_at >= self._good_until:
                self._content = self._build()
                finished_at = self._clock()
                cache_seconds = min(
                    MAX_CACHE_SECONDS, max(MIN_CACHE_SECONDS, CACHE_FACTOR * (finished_at - started_at))
                )
                self._good_until = finished_at + cache_seconds
            return self._content


def build_page(metric_queries: list[MetricQuery], folder: Path | None) -> MetricsPage:
    """Build the page of metrics of this installation."""
    registry = build_registry(metric_queries, folder)
    return MetricsPage(lambda: generate_latest(registry))
