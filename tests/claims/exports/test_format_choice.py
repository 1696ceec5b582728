"""What each format writes of which claims, in a newsroom in which everything has happened."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from arro3.core import DataType, Table
from arro3.io import read_parquet
from django.contrib.auth.models import User
from django.test import Client

from claims.exports.export_run import ExportOptions
from claims.exports.formats import csv as table
from claims.exports.formats import parquet
from claims.models import Publication
from factcheck.formulas import escape_formula
from tests.claims.exports.formats.test_formats import stored, whole
from tests.helpers.eventful_newsroom import exported, full_newsroom
from tests.helpers.shared_newsroom import checker, editor, shared_rows

__all__ = ["checker", "editor", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

FILTERS = (
    "rating=false",
    "rating_class=true,mixed&language=en",
    "publisher=kontroll.example",
    "publisher_kind=fact_checker",
    "topic=transport",
    "q=bridge",
    "q=%22twelve%20million%22%20OR%20tunnel",
    "has=correction",
    "status=merged,retracted",
    "status=published",
    "language=zh",
    "claimed_after=2020-01-01",
    "reviewed_before=2030-01-01",
    "updated_after=2020-01-01T00:00:00Z",
)


@pytest.fixture(scope="module")
def newsroom(checker: User, editor: User) -> None:
    full_newsroom(checker, editor)


def ids(content: bytes) -> list[int]:
    return [json.loads(line)["id"] for line in content.splitlines()]


def as_csv(**order: Any) -> list[dict[str, str]]:
    text = exported(ExportOptions("csv", **order)).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def as_parquet(**order: Any) -> Table:
    return read_parquet(io.BytesIO(exported(ExportOptions("parquet", **order)))).read_all()


# Filters --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["", *FILTERS])
def test_a_filter_selects_the_same_claims_as_the_api(client: Client, newsroom: None, asked: str) -> None:
    download = client.get(f"/api/v1/claims.jsonl?{asked}")
    answered = b"".join(download.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert sorted(exported(ExportOptions(filter=asked)).splitlines()) == sorted(answered)


def test_filters_find_something(newsroom: None) -> None:
    nothing = [asked for asked in FILTERS if not exported(ExportOptions(filter=asked))]
    assert nothing == ["claimed_after=2020-01-01"]


def test_versions_of_claims_that_a_search_finds(newsroom: None) -> None:
    claims = set(ids(exported(ExportOptions(filter="q=tunnel"))))
    found = [json.loads(line) for line in exported(ExportOptions("ndjson", "all", "q=tunnel")).splitlines()]
    assert {line["claim"] for line in found if line["type"] == "entry"} == claims != set()


def test_versions_of_claims_that_a_filter_finds(newsroom: None) -> None:
    claims = set(ids(exported(ExportOptions(filter="language=zh"))))
    found = [
        json.loads(line) for line in exported(ExportOptions("ndjson", "all", "language=zh")).splitlines()
    ]
    entries = [line for line in found if line["type"] == "entry"]
    expected = Publication.objects.filter(claim__in=claims).order_by("sequence")
    assert [line["sequence"] for line in entries] == list(expected.values_list("sequence", flat=True))
    # As they are stored: addresses of this site without the site.
    assert [line["body"] for line in entries] == [json.loads(row.body) for row in expected]
    assert found[0]["filter"] == "language=zh"
    assert [line["name"] for line in found if line["type"] == "claimant"] == ["مكتب الإحصاء"]


# Formats --------------------------------------------------------------------------------------------------------------


def test_claims_are_in_the_order_of_the_ledger(newsroom: None) -> None:
    in_order = Publication.objects.current().order_by("sequence")
    assert exported() != exported(ExportOptions())
    assert ids(exported(ExportOptions())) == list(in_order.values_list("claim", flat=True))


def test_csv_is_that_of_the_api(client: Client, newsroom: None) -> None:
    download = client.get("/api/v1/claims.csv?ordering=updated")
    answered = b"".join(download.streaming_content)  # type: ignore[attr-defined]
    assert sorted(answered.splitlines()) == sorted(exported(ExportOptions("csv")).splitlines())


def test_datafeed_has_published_and_withdrawn_claims(newsroom: None) -> None:
    feed = json.loads(exported(ExportOptions("jsonld")))
    withdrawn = Publication.objects.newest().exclude(status="published").count()
    elements = feed["dataFeedElement"]
    assert len(elements) == Publication.objects.current().count() + withdrawn
    assert sum("dateDeleted" in element for element in elements) == withdrawn > 0
    only = json.loads(exported(ExportOptions("jsonld", filter="status=published")))["dataFeedElement"]
    assert not any("dateDeleted" in element for element in only)


def test_parquet_equals_the_csv(newsroom: None) -> None:
    def as_text(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, date) and not hasattr(value, "hour"):
            return value.isoformat()
        if hasattr(value, "hour"):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return str(escape_formula(value))

    found = as_parquet()
    columns = {name: found.column(name).to_pylist() for name in found.column_names}
    rows = [
        {name: as_text(values[number]) for name, values in columns.items()}
        for number in range(found.num_rows)
    ]
    assert rows == as_csv()
    assert len(rows) > 3


def test_parquet_is_typed(newsroom: None) -> None:
    schema = as_parquet().schema
    assert schema.names == list(table.COLUMNS)
    kinds = {name: schema.field(name).type for name in schema.names}
    assert kinds == parquet.COLUMN_TYPES
    assert kinds["claim_id"] == kinds["verdict_id"] == DataType.int64()
    assert kinds["reviewed_on"] == DataType.date32()
    assert kinds["published_at"] == DataType.timestamp("us", tz="UTC")
    assert kinds["statement"] == DataType.string()


@pytest.mark.parametrize("name", ["ndjson", "csv", "jsonld", "parquet"])
def test_draft_is_in_no_format(newsroom: None, name: str) -> None:
    content = exported(ExportOptions(name))
    assert b"A draft that nobody may see" not in content
    assert b"Never published by itself" not in content


def test_parquet_is_written_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_SIZE", 2)
    file = io.BytesIO()
    parquet.write(stored(*[whole() for _ in range(5)]), file, metadata={})
    assert read_parquet(io.BytesIO(file.getvalue())).read_all().num_rows == 5
    assert file.getvalue().count(b"PAR1") == 2
