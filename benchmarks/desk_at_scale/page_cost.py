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

    median_ms: float
    p99_ms: float
    database_ms: float
    statement_count: int
    byte_count: int
    status: int
    remarks: tuple[str, ...]


def measure_cost(client: Any, path: str, *, times: int, examines_plans: bool) -> PageCost:
    """Request the page several times and, if wanted, examine the plans of its statements."""
    milliseconds: list[float] = []
    for _repetition in range(times):
        cache.clear()
        started_at = time.perf_counter()
        client.get(path)
        milliseconds.append((time.perf_counter() - started_at) * 1000)
    with CaptureQueriesContext(connection) as queries:
        cache.clear()
        response = client.get(path)
    return PageCost(
        median_ms=statistics.median(milliseconds),
        p99_ms=sorted(milliseconds)[-(-len(milliseconds) * 99 // 100) - 1],
        database_ms=sum(float(query["time"]) for query in queries) * 1000,
        statement_count=len(queries),
        byte_count=len(response.content),
        status=response.status_code,
        remarks=tuple(dict.fromkeys(_iterate_remarks(queries))) if examines_plans else (),
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
        rows_read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if rows_read > LARGE_ROWS:
            yield f"reads {rows_read:,.0f} rows of {node['Relation Name']}"
    if re.search("Index", node["Node Type"]):
        rows_read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if rows_read > MAX_ROWS * 2:
            yield f"reads {rows_read:,.0f} entries of {node.get('Index Name')}"
    for child_node in node.get("Plans", ()):
        yield from _describe_node(child_node)
