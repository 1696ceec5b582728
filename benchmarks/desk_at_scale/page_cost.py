"""Measure a page's time, SQL statements and bytes, and find statements whose cost grows with the archive."""

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

#: Of a table with more rows than this, no page may read all, nor count them one by one.
LARGE_ROWS = 10_000
#: So many rows at most may one statement hand over.
MAX_ROWS = 12_000


@dataclass(frozen=True, slots=True)
class PageCost:
    """The cost of a page in milliseconds, bytes and SQL statements."""

    median: float
    p99: float
    in_database: float
    statements: int
    size: int
    status: int
    remarks: tuple[str, ...]


def measure_cost(client: Any, path: str, *, times: int, looks: bool) -> PageCost:
    """Request the page several times and, if wanted, examine the plans of its statements."""
    seconds: list[float] = []
    for _time in range(times):
        cache.clear()
        started_at = time.perf_counter()
        client.get(path)
        seconds.append((time.perf_counter() - started_at) * 1000)
    with CaptureQueriesContext(connection) as queries:
        cache.clear()
        answer = client.get(path)
    return PageCost(
        median=statistics.median(seconds),
        p99=sorted(seconds)[-(-len(seconds) * 99 // 100) - 1],
        in_database=sum(float(query["time"]) for query in queries) * 1000,
        statements=len(queries),
        size=len(answer.content),
        status=answer.status_code,
        remarks=tuple(dict.fromkeys(_iterate_remarks(queries))) if looks else (),
    )


def _iterate_remarks(queries: CaptureQueriesContext) -> Iterator[str]:
    for query in queries:
        sql = query["sql"]
        # What was prepared before is seen without its values.
        if sql.startswith(("SELECT", "WITH", "(SELECT")) and "$1" not in sql:
            [(plan,)] = _explain(sql)
            yield from _describe_node(plan[0]["Plan"])


def _explain(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql.replace("%", "%%"), [])
        return list(cursor.fetchall())


def _describe_node(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if read > LARGE_ROWS:
            yield f"reads {read:,.0f} rows of {node['Relation Name']}"
    if re.search("Index", node["Node Type"]):
        read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if read > MAX_ROWS * 2:
            yield f"reads {read:,.0f} entries of {node.get('Index Name')}"
    for part in node.get("Plans", ()):
        yield from _describe_node(part)
