"""Database queries for metrics: one statement each, with its own time limit.

Several machines run the same queries and get the same results, so dashboards must show their maximum, never the sum.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from factcheck import features

#: The time limit of one query, in milliseconds.
MAX_MILLISECONDS = 2000
#: The label for values that are not among the known ones.
OTHER_LABEL = "other"

#: A gauge's name, the values of its labels, and its own value.
Reading = tuple[str, tuple[str, ...], float]


@dataclass(frozen=True)
class GaugeKind:
    """The meaning of a gauge, and its labels."""

    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricQuery:
    """A database query for metrics, and the gauges that it sets."""

    name: str
    gauges: dict[str, GaugeKind]
    run: Callable[[CursorWrapper], Iterable[Reading]]
    #: Whether replicas are queried too; each gauge then has an additional label, the database.
    runs_on_replicas: bool = False


def build_row_query(
    name: str, sql: str, gauges: dict[str, GaugeKind], *, runs_on_replicas: bool = False
) -> MetricQuery:
    """Build a query that returns one row with the gauges as columns, in this order. A null value sets no gauge."""

    def run(cursor: CursorWrapper) -> Iterator[Reading]:
        cursor.execute(sql)
        row = cursor.fetchone() or (0,) * len(gauges)
        yield from ((gauge, (), value) for gauge, value in zip(gauges, row, strict=True) if value is not None)

    return MetricQuery(name, gauges, run, runs_on_replicas)


@dataclass
class QueryResults:
    """The query results of one database, and the queries that failed."""

    reached: bool
    readings: list[Reading] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)


def list_metric_queries() -> list[MetricQuery]:
    """Return the database queries of the configured modules and of features."""
    paths = [
        *settings.METRICS_QUERIES,
        *(feature.gauges for feature in features.list_switched_on() if feature.gauges),
    ]
    return [metric_query for path in paths for metric_query in import_string(path)]


def list_databases() -> list[str]:
    """Return the aliases of the primary and of each replica."""
    return [DEFAULT_DB_ALIAS, *(alias for alias in settings.DATABASES if alias.startswith("replica"))]


def query_database(metric_queries: Iterable[MetricQuery], alias: str) -> QueryResults:
    """Return the current values. Failed queries are reported and leave no outdated values."""
    try:
        connections[alias].ensure_connection()
    except Error:
        return QueryResults(reached=False)
    results = QueryResults(reached=True)
    for metric_query in metric_queries:
        if alias == DEFAULT_DB_ALIAS or metric_query.runs_on_replicas:
            _run_query(metric_query, alias, results)
    return results


def _run_query(metric_query: MetricQuery, alias: str, results: QueryResults) -> None:
    started_at = perf_counter()
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            # For this transaction only: a pooler between us and the server allows no more.
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(MAX_MILLISECONDS)])
            readings = [
                (name, (*labels, alias) if metric_query.runs_on_replicas else labels, value)
                for name, labels, value in metric_query.run(cursor)
            ]
    except Error:
        results.failed.add(metric_query.name)
    else:
        results.readings += readings
    results.seconds[metric_query.name] = perf_counter() - started_at


# Queries about jobs and the database ---------------------------------------------------------------------------------

# Without a scheduled time, a job has waited since it was queued, the time of its first event.
_JOBS_SQL = """
    SELECT queue_name, waiting, scheduled, running, failed,
           coalesce(extract(epoch FROM now() - least(overdue_since, asked_for.at)), 0)::float8
    FROM (
        SELECT queue_name,
               count(*) FILTER (WHERE due) AS waiting,
               count(*) FILTER (WHERE status = 'todo' AND NOT due) AS scheduled,
               count(*) FILTER (WHERE status = 'doing') AS running,
               count(*) FILTER (WHERE status = 'failed') AS failed,
               min(scheduled_at) FILTER (WHERE due) AS overdue_since,
               min(id) FILTER (WHERE due AND scheduled_at IS NULL) AS first
        FROM (
            SELECT *, status = 'todo' AND coalesce(scheduled_at <= now(), true) AS due
            FROM procrastinate_jobs
            WHERE status IN ('todo', 'doing', 'failed')
        ) AS open
        GROUP BY queue_name
    ) AS queues
    LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = first) AS asked_for ON true
"""


def _read_jobs(cursor: CursorWrapper) -> Iterator[Reading]:
    """Yield the size of each queue and its longest wait; all unknown queues count as one."""
    app.perform_import_paths()
    queues = {task.queue for task in app.tasks.values()}
    states = ("waiting", "scheduled", "running", "failed")
    ages = {(queue, state): 0.0 for queue in queues for state in states}
    waiting_seconds = dict.fromkeys(queues, 0.0)
    cursor.execute(_JOBS_SQL)
    for name, *counts, seconds in cursor.fetchall():
        queue = name if name in queues else OTHER_LABEL
        for state, count in zip(states, counts, strict=True):
            ages[queue, state] = ages.get((queue, state), 0.0) + count
        waiting_seconds[queue] = max(waiting_seconds.get(queue, 0.0), seconds)
    yield from (("factcheck_jobs", key, count) for key, count in ages.items())
    yield from (
        ("factcheck_jobs_oldest_wait_seconds", (queue,), seconds)
        for queue, seconds in waiting_seconds.items()
    )


def _read_connections(cursor: CursorWrapper) -> Iterator[Reading]:
    """Yield the visible connections to the database by state, and their limit."""
    cursor.execute(
        """
        SELECT coalesce(state, 'other'), count(*)
        FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1
        """
    )
    for state, count in cursor.fetchall():
        yield "factcheck_database_connections", (state,), count
    cursor.execute("SELECT current_setting('max_connections')::int")
    yield "factcheck_database_connections_limit", (), cursor.fetchone()[0]


_WORKERS_SQL = """
    SELECT count(*) FILTER (WHERE last_heartbeat >= now() - interval '60 seconds'),
           extract(epoch FROM now() - max(last_heartbeat))::float8
    FROM procrastinate_workers
"""

# The log position that the primary has written, or that a replica has reached.
_LOG_POSITIONS_SQL = """
    SELECT pg_is_in_recovery(), pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0'
    )::float8
"""

METRIC_QUERIES = [
    MetricQuery(
        "jobs",
        {
            "factcheck_jobs": GaugeKind("Jobs of the background worker.", ("queue", "state")),
            "factcheck_jobs_oldest_wait_seconds": GaugeKind(
                "Waiting time of the oldest due job.", ("queue",)
            ),
        },
        _read_jobs,
    ),
    build_row_query(
        "workers",
        _WORKERS_SQL,
        {
            "factcheck_workers": GaugeKind("Background workers that reported within the last minute."),
            "factcheck_workers_silent_seconds": GaugeKind("Time since a worker last reported."),
        },
    ),
    MetricQuery(
        "connections",
        {
            "factcheck_database_connections": GaugeKind("Connections to the database.", ("state",)),
            "factcheck_database_connections_limit": GaugeKind("Maximum number of connections to the server."),
        },
        _read_connections,
    ),
    build_row_query(
        "log_positions",
        _LOG_POSITIONS_SQL,
        {
            "factcheck_database_is_replica": GaugeKind("1 if the database is a replica, otherwise 0."),
            "factcheck_database_log_position_bytes": GaugeKind("Position of the write-ahead log."),
        },
        runs_on_replicas=True,
    ),
]
