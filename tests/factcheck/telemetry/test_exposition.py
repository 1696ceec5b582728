"""The page of metrics, as Prometheus reads it."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from factcheck.installation.version import read_version
from factcheck.telemetry import exposition
from factcheck.telemetry.exposition import DatabaseGauges, ProcessCounts
from factcheck.telemetry.query_spans import GaugeKind, MetricQuery, QueryResults


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may need longer than Prometheus waits."""
    monkeypatch.setattr(exposition, "DATABASE_SECONDS", 60)


COUNTS = """
import os, sys
from prometheus_client import Counter, Gauge, Histogram
count = Counter("things", "Things.", ["kind"])
busy = Gauge("busy", "Busy.", multiprocess_mode="livesum")
count.labels("a").inc(2)
busy.set(3)
Histogram("seconds", "Seconds.", buckets=(1, 2)).observe(1.5)
if sys.argv[1] == "stay":
    print("ready", flush=True)
    sys.stdin.read()
os._exit(9)
"""


def values(collected: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in collected
        for sample in family.samples
    }


def test_counts_of_all_processes_are_added_even_of_killed_ones(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", COUNTS]
    subprocess.run([*command, "go"], env=environment, check=False)
    with subprocess.Popen(
        [*command, "stay"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as living:
        assert living.stdout is not None
        assert living.stdout.readline() == b"ready\n"
        found = values(ProcessCounts(tmp_path).collect())
        living.kill()
    assert found["things_total", ("a",)] == 4
    assert found["seconds_bucket", ("2.0",)] == 2
    assert found["busy", ()] == 3  # of the one that lives
    assert values(ProcessCounts(tmp_path).collect())["things_total", ("a",)] == 4
    assert ("busy", ()) not in values(ProcessCounts(tmp_path).collect())


QUESTION = MetricQuery("rain", {"factcheck_rain": GaugeKind("Rain.", ("where",))}, lambda cursor: [])


def rain(place: str, value: float) -> QueryResults:
    return QueryResults(True, [("factcheck_rain", (place,), value)], {"rain": 0.1})


def test_a_database_that_does_not_answer_in_time_leaves_no_stale_value_and_silences_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_go, now = threading.Event(), [1.0]

    def ask(_questions: Any, alias: str) -> QueryResults:
        value = now[0]
        if alias == "replica-1":
            let_go.wait(60)
        return rain(alias, value)

    begin = exposition.PolledDatabase.begin

    def begun(database: exposition.PolledDatabase) -> None:
        """Of the one that answers, a busy machine may bring the answer late."""
        begin(database)
        if database.alias == "default":
            assert database._future is not None
            database._future.result(60)

    monkeypatch.setattr(exposition.PolledDatabase, "begin", begun)
    monkeypatch.setattr(exposition, "query_database", ask)
    monkeypatch.setattr(exposition, "list_databases", lambda: ["replica-1", "default"])
    monkeypatch.setattr(exposition, "DATABASE_SECONDS", 0.2)
    gauges = DatabaseGauges([QUESTION])
    late = values(gauges.collect())
    assert (late["factcheck_database_up", ("default",)], late["factcheck_database_up", ("replica-1",)]) == (
        1,
        0,
    )
    assert {key: value for key, value in late.items() if key[0] == "factcheck_rain"} == {
        ("factcheck_rain", ("default",)): 1
    }
    let_go.set()
    asking = gauges._databases[0]._future
    assert asking is not None
    asking.result(60)
    now[0] = 2.0
    monkeypatch.setattr(exposition, "DATABASE_SECONDS", 60)
    found = values(gauges.collect())
    assert found["factcheck_database_up", ("replica-1",)] == 1
    assert found["factcheck_rain", ("replica-1",)] == 2


def test_failed_queries_are_reported_without_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        exposition,
        "query_database",
        lambda questions, alias: QueryResults(reached=True, failed={"rain"}, seconds={"rain": 2.0}),
    )
    found = values(DatabaseGauges([QUESTION]).collect())
    assert found == {
        ("factcheck_database_up", ("default",)): 1,
        ("factcheck_question_failed", ("rain", "default")): 1,
        ("factcheck_question_seconds", ("rain", "default")): 2,
    }


def test_the_page_is_read_by_prometheus_own_parser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    odd = 'a "b"\n\\c\u2028'
    monkeypatch.setattr(exposition, "query_database", lambda questions, alias: rain(odd, 1.0))
    page = exposition.build_page([QUESTION], tmp_path).content().decode()
    found = values(text_string_to_metric_families(page))
    assert found["factcheck_rain", (odd,)] == 1
    assert found["factcheck_build", (read_version(),)] == 1
