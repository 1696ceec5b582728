"""Counters of processes. Each process writes its own file, and the exporter adds them up.

On import, prometheus_client decides whether to count processes together, by the environment variable that names the
folder of these files. So this module is imported only in processes where metrics are on.
"""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_JOB_SECONDS = (0.01, 0.1, 1, 10, 60, 600, 3600)

REQUESTS = Counter(
    "factcheck_http_requests", "Responses, by the name of the route.", ["route", "method", "status"]
)
REQUEST_SECONDS = Histogram(
    "factcheck_http_request_seconds", "Duration of responses.", ["route"], buckets=_SECONDS
)
BUSY_THREADS = Gauge(
    "factcheck_web_threads_busy",
    "Threads that were answering a request at the last check.",
    multiprocess_mode="livesum",
)
THREADS = Gauge(
    "factcheck_web_threads",
    "Request threads in all web processes of this machine.",
    multiprocess_mode="livesum",
)
POOL_CONNECTIONS = Gauge(
    "factcheck_database_pool_connections",
    "Connections to the database in the pools of web processes.",
    ["state"],
    multiprocess_mode="livesum",
)
POOL_WAITING = Gauge(
    "factcheck_database_pool_waiting",
    "Threads that were waiting for a connection.",
    multiprocess_mode="livesum",
)
BUDGET_DRAWN = Counter(
    "factcheck_request_budget_drawn", "The budget that callers used, in plain requests.", ["tier"]
)
BUDGET_REFUSALS = Counter(
    "factcheck_request_budget_refusals", "Requests rejected because a budget was used up.", ["tier"]
)
JOB_SECONDS = Histogram(
    "factcheck_job_seconds",
    "Duration of background jobs.",
    ["task", "outcome"],
    buckets=_JOB_SECONDS,
)
