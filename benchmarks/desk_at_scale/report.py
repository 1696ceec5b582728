"""Request all pages, one after the other, and compare the results with the promises."""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from rich.console import Console
from rich.progress import track

from benchmarks.desk_at_scale import archive
from benchmarks.desk_at_scale.desk_pages import list_pages
from benchmarks.desk_at_scale.page_cost import PageCost, measure_cost

MEDIAN, P99, KILOBYTES = 200, 400, 120
#: Number of lines printed, unless all are requested.
_SLOWEST = 25


def measure(options: argparse.Namespace) -> int:
    """Prepare the archives, request each page and print its cost; return 1 if a promise was missed."""
    from django.conf import settings

    # Nothing was collected here, and how static files are named is not measured.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    archive.prepare_archives(options.claims)
    with _use_small_archive() as client:
        small_counts = {
            page.name: measure_cost(client, page.path, times=1, examines_plans=False).statement_count
            for page in list_pages(client)
            if options.only in page.name
        }
    client = _build_client()
    pages = [page for page in list_pages(client) if options.only in page.name]
    measure_cost(client, pages[0].path, times=1, examines_plans=False)  # what a process reads once is read
    started_at = time.perf_counter()
    costs = {
        page.name: measure_cost(
            client,
            page.path,
            times=options.times if page.is_frequent else -(-options.times // 4),
            examines_plans=True,
        )
        for page in track(pages, "pages", console=Console(stderr=True))
    }
    print(f"{len(costs)} pages in {time.perf_counter() - started_at:.0f} s")
    missed = {page: list(_iterate_missed(cost, small_counts.get(page))) for page, cost in costs.items()}
    shown = sorted(costs, key=lambda page: -costs[page].median_ms)
    for page in shown if options.all else shown[:_SLOWEST]:
        print(f"{page[:70]:70} {_format_line(costs[page])}")
    print()
    for page, reasons in missed.items():
        if reasons:
            print(f"MISSED {page}: {'; '.join(reasons)}")
    _sum_up(costs, missed)
    return int(any(missed.values()))


def _iterate_missed(cost: PageCost, small_counts: int | None) -> Iterator[str]:
    if cost.status not in (200, 302):
        yield f"answered {cost.status}"
    if cost.median_ms > MEDIAN:
        yield f"{cost.median_ms:.0f} ms at the median"
    if cost.p99_ms > P99:
        yield f"{cost.p99_ms:.0f} ms at p99"
    if cost.byte_count > KILOBYTES * 1000:
        yield f"{cost.byte_count / 1000:.0f} KB"
    if small_counts is not None and cost.statement_count > small_counts:
        yield f"{cost.statement_count} statements, {small_counts} on the small archive"
    yield from cost.remarks


def _format_line(cost: PageCost) -> str:
    return (
        f"{cost.median_ms:5.0f} ms, p99 {cost.p99_ms:5.0f}, in the database {cost.database_ms:5.0f},"
        f" {cost.statement_count:2} statements, {cost.byte_count / 1000:4.0f} KB"
    )


def _sum_up(costs: dict[str, PageCost], missed: dict[str, list[str]]) -> None:
    medians = sorted(cost.median_ms for cost in costs.values())
    print(
        f"{sum(map(bool, missed.values()))} of {len(costs)} pages missed something. Medians: half of the pages up to"
        f" {statistics.median(medians):.0f} ms, the slowest {medians[-1]:.0f} ms; the heaviest page has"
        f" {max(cost.byte_count for cost in costs.values()) / 1000:.0f} KB"
    )


def _build_client() -> Any:
    client = Client(SERVER_NAME="localhost")  # a host that the demo answers to
    client.force_login(User.objects.get(username=archive.USERNAME))
    return client


@contextmanager
def _use_small_archive() -> Iterator[Any]:
    large = connection.settings_dict["NAME"]
    try:
        archive.switch_database(archive.SMALL_DATABASE)
        yield _build_client()
    finally:
        archive.switch_database(large)
