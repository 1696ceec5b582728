"""The dashboard and the alerts name metrics that there are, with the labels that they have."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram

from factcheck.telemetry import counters
from factcheck.telemetry.exposition import DatabaseGauges
from factcheck.telemetry.query_spans import list_metric_queries

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS, DASHBOARD = DEPLOY / "alerts" / "factcheck.yaml", DEPLOY / "grafana" / "factcheck.json"
#: Prometheus adds these.
SCRAPED = {"instance", "job"}

_METRIC = re.compile(r"\b(factcheck_[a-z0-9_]+)(?:\{([^}]*)\})?")
_LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")
_GROUPING = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")


def metrics() -> dict[str, set[str]]:
    """The labels of each metric that there is, by the name under which Prometheus keeps it."""
    known: dict[str, set[str]] = {"factcheck_build": {"version"}}
    for question in list_metric_queries():
        for name, kind in question.gauges.items():
            known[name] = {*kind.labels, *(["database"] if question.runs_on_replicas else [])}
    own: Iterable[Any] = DatabaseGauges([]).build_own_metrics({})
    known |= {family.name: set(family._labelnames) for family in own}
    for metric in vars(counters).values():
        if isinstance(metric, Counter | Gauge | Histogram):
            (family,) = metric.collect()
            labels = set(metric._labelnames)
            if family.type == "counter":
                known[f"{family.name}_total"] = labels
            elif family.type == "histogram":
                known |= {f"{family.name}_{end}": labels for end in ("sum", "count")}
                known[f"{family.name}_bucket"] = labels | {"le"}
            else:
                known[family.name] = labels
    return known


def expressions(path: Path) -> list[str]:
    if path == DASHBOARD:
        shown = json.loads(path.read_text())
        return [target["expr"] for panel in shown["panels"] for target in panel.get("targets", ())]
    # An expression is one line, or the lines below `|` that are indented further than the key.
    text = path.read_text()
    found = re.findall(r"^ +expr: (?:\|\n((?: {10,}.*\n)+)|(.+)\n)", text, flags=re.MULTILINE)
    return [below or beside for below, beside in found]


@pytest.mark.parametrize("path", [ALERTS, DASHBOARD], ids=["alerts", "dashboard"])
def test_all_that_is_named_exists(path: Path) -> None:
    known, asked = metrics(), expressions(path)
    assert len(asked) == path.read_text().count('"expr"' if path == DASHBOARD else "expr:") > 10
    for expression in asked:
        named = _METRIC.findall(expression)
        assert named or expression == 'up{job="factcheck"} == 0'
        for name, selector in named:
            assert name in known, f"{name} in {expression}"
            assert set(_LABEL.findall(selector)) <= known[name] | SCRAPED, expression
        labels = set().union(*(known[name] for name, _selector in named)) | SCRAPED
        grouped = {word.strip() for words in _GROUPING.findall(expression) for word in words.split(",")} - {
            ""
        }
        assert grouped <= labels, expression


def test_every_metric_is_shown() -> None:
    shown = {name for expression in expressions(DASHBOARD) for name, _selector in _METRIC.findall(expression)}
    parts = {
        f"{name}_{end}"
        for name in ("factcheck_http_request_seconds", "factcheck_job_seconds")
        for end in ("sum", "count", "bucket")
    }
    assert set(metrics()) - shown - parts == set()


def test_the_metrics_of_a_dashboard_exist_once() -> None:
    shown = json.loads(DASHBOARD.read_text())
    numbers = [panel["id"] for panel in shown["panels"]]
    places = [tuple(panel["gridPos"][at] for at in "xy") for panel in shown["panels"]]
    assert len(set(numbers)) == len(numbers)
    assert len(set(places)) == len(places)
    assert {variable["name"] for variable in shown["templating"]["list"]} == {"datasource", "instance"}


@pytest.mark.parametrize(
    "arguments",
    [["check", "rules", "factcheck.yaml"], ["test", "rules", "factcheck.test.yaml"]],
    ids=["read", "tried"],
)
def test_prometheus_understands_the_alerts(arguments: list[str]) -> None:
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not installed (Debian: prometheus)")
    said = subprocess.run(
        [promtool, *arguments], cwd=ALERTS.parent, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr
