"""Downloads: everything that a filter finds, from one snapshot, in each format; and nothing that is left behind."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Claimant, Publication, Topic
from claims.public.api import downloads
from claims.public.api.changes import ChangesQuery
from claims.review import workflow
from factcheck.web.site_urls import build_site_etag
from tests.factcheck.api.test_api import PLAUSIBLE
from tests.helpers.linked_data import violations
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import correct
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows, topic

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "topic"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/claims"
FORMATS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "jsonld": "application/ld+json",
}


def read(client: Client, file: str, **headers: str) -> Any:
    """The answer, read to its end: until then it keeps a seat."""
    response: Any = client.get(f"{URL}.{file}", headers=headers)
    response.getvalue()
    return response


def download(client: Client, extension: str, query: str = "") -> bytes:
    response = client.get(f"{URL}.{extension}?{query}")
    assert response.status_code == 200, response.content
    content: bytes = response.getvalue()
    return content


def lines(client: Client, query: str = "") -> list[dict[str, Any]]:
    return [json.loads(line) for line in download(client, "jsonl", query).splitlines()]


def ids(client: Client, extension: str, query: str = "") -> list[int]:
    """The claims in a download, without those that a DataFeed marks as withdrawn."""
    content = download(client, extension, query)
    if extension == "csv":
        return [int(row["claim_id"]) for row in csv.DictReader(io.StringIO(content.decode()))]
    if extension == "jsonl":
        return [json.loads(line)["id"] for line in content.splitlines()]
    if extension == "json":
        return [claim["id"] for claim in json.loads(content)["results"]]
    elements = json.loads(content)["dataFeedElement"]
    return [_id_of(element) for element in elements if "dateDeleted" not in element]


def deleted(client: Client, query: str = "") -> list[int]:
    elements = json.loads(download(client, "jsonld", query))["dataFeedElement"]
    return [_id_of(element) for element in elements if "dateDeleted" in element]


def _id_of(element: dict[str, Any]) -> int:
    return int(element["@id"].split("/")[-2])


@pytest.fixture(scope="module")
def three(publish: Publish, claimant: Claimant, topic: Topic) -> list[Claim]:
    claims = [
        make_claim("The ferry sank.", language="en", claimant=claimant, claimed_on=date(2026, 1, 1)),
        make_claim("Die Fähre sank.", language="de", topics=[topic], claimed_on=date(2026, 3, 1)),
        make_claim("=2+2 is the price of a bridge.", language="en", claimed_on=date(2026, 2, 1)),
    ]
    for day, (claim, code) in enumerate(zip(claims, ("false", "true", "mixed"), strict=True), 1):
        with time_machine.travel(f"2026-05-0{day}T12:00:00Z", tick=False):
            publish(claim, code=code, reviewed_on=date(2026, 4, day))
    return claims


@pytest.mark.parametrize("extension", FORMATS)
def test_all_that_is_published_newest_first(client: Client, three: list[Claim], extension: str) -> None:
    assert ids(client, extension) == [claim.pk for claim in reversed(three)]


def test_lines_equal_the_results_of_the_list(client: Client, three: list[Claim]) -> None:
    entries = Publication.objects.order_by("-published_at")
    assert download(client, "jsonl") == b"".join(entry.served_body + b"\n" for entry in entries)


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    "query, found",
    [
        ("language=en", [2, 0]),
        ("rating=true,mixed", [2, 1]),
        ("topic=transport", [1]),
        ("q=ferry", [0]),
        ("q=f%C3%A4hre&language=de", [1]),
        ("claimed_after=2026-02-01&ordering=claimed", [2, 1]),
        ("ordering=-reviewed", [2, 1, 0]),
        ("ordering=published", [0, 1, 2]),
        ("reviewed_before=2026-04-02&ordering=reviewed", [0, 1]),
        ("updated_after=2026-05-02", [2, 1]),
        ("as_of=2026-05-02", [1, 0]),
        ("source_url=https://nowhere.example/", []),
        ("topic=nothing", []),
    ],
)
def test_filters_and_orders_are_those_of_the_list(
    client: Client, three: list[Claim], extension: str, query: str, found: list[int]
) -> None:
    assert ids(client, extension, query) == [three[place].pk for place in found]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    "query, parameter",
    [
        ("page_size=10", "page_size"),
        ("cursor=x", "cursor"),
        ("count=exact", "count"),
        ("languag=en", "languag"),
        ("rating=", "rating"),
        ("ordering=size", "ordering"),
        ("as_of=2999-01-01", "as_of"),
    ],
)
def test_invalid_requests_are_refused_before_anything_is_sent(
    client: Client, extension: str, query: str, parameter: str
) -> None:
    response = client.get(f"{URL}.{extension}?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_parts_can_be_picked_from_lines_alone(client: Client, three: list[Claim]) -> None:
    assert lines(client, "fields=id,verdicts.rating.code&language=de") == [
        {"id": three[1].pk, "verdicts": [{"rating": {"code": "true"}}]}
    ]
    assert client.get(f"{URL}.csv?fields=id").status_code == 400
    assert client.get(f"{URL}.jsonld?fields=id").status_code == 400


def test_byte_order_mark_on_demand(client: Client, three: list[Claim]) -> None:
    plain = download(client, "csv")
    assert download(client, "csv", "bom=true") == b"\xef\xbb\xbf" + plain
    assert download(client, "csv", "bom=false") == plain
    assert client.get(f"{URL}.jsonl?bom=true").status_code == 400


def test_no_cell_is_a_formula(client: Client, three: list[Claim]) -> None:
    table = list(csv.DictReader(io.StringIO(download(client, "csv").decode())))
    assert table[0]["statement"] == "'=2+2 is the price of a bridge."
    assert lines(client)[0]["statement"] == "=2+2 is the price of a bridge."


# Withdrawn claims


@pytest.fixture
def withdrawn(three: list[Claim], editor: User) -> list[Claim]:
    """The second is retracted on 6 May, the third merged into the first on 7 May."""
    with time_machine.travel("2026-05-06T12:00:00Z", tick=False):
        workflow.move(three[1].verdicts.get(), "retract", by=editor, note="It was a tug.")
    with time_machine.travel("2026-05-07T12:00:00Z", tick=False):
        workflow.move(three[2], "merge", by=editor, into=three[0])
    return three


@pytest.mark.parametrize("extension", ["csv", "jsonl"])
def test_withdrawn_claims_are_left_out_unless_status_asks_for_them(
    client: Client, withdrawn: list[Claim], extension: str
) -> None:
    standing, retracted, merged = (claim.pk for claim in withdrawn)
    assert set(ids(client, extension)) == {standing}
    assert ids(client, extension, "status=retracted") == [retracted]
    assert set(ids(client, extension, "status=published,merged")) == {standing, merged}


@pytest.mark.slow
@pytest.mark.parametrize(
    "query, gone",
    [
        ("", [2, 1]),
        # Filters look at what a withdrawn claim no longer has, so they leave none of them out …
        ("rating=false", [2, 1]),
        ("language=fr", [2, 1]),
        ("source_url=https://nowhere.example/", [2, 1]),
        # … but a copy made since then does not need it again, and before, it had not happened.
        ("updated_after=2026-05-07", [2]),
        ("updated_after=2026-05-08", []),
        ("as_of=2026-05-06", [1]),
        ("as_of=2026-05-05", []),
        ("status=published", []),
        ("status=merged", [2]),
    ],
)
def test_the_feed_lists_withdrawn_claims(
    client: Client, withdrawn: list[Claim], query: str, gone: list[int]
) -> None:
    assert deleted(client, query) == [withdrawn[place].pk for place in gone]


def test_feed_conforms_to_the_shapes(client: Client, withdrawn: list[Claim]) -> None:
    feed = json.loads(download(client, "jsonld"))
    assert len(feed["dataFeedElement"]) == 3
    assert violations(feed) == ""
    assert feed["dateModified"] == "2026-05-07T12:00:00.000000Z"
    assert feed["@id"] == f"http://testserver{URL}.jsonld"


# Manners


@pytest.mark.parametrize("extension", FORMATS)
def test_headers(client: Client, three: list[Claim], extension: str) -> None:
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False):
        response = read(client, extension)
    number = Publication.objects.latest("sequence").sequence
    assert response.streaming
    assert (response["Content-Type"], response["ETag"]) == (
        FORMATS[extension],
        f'W/"{build_site_etag(str(number))}"',
    )
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    assert response["Link"] == f'<http://testserver/api/v1/changes/?since={number}>; rel="monitor"'
    disposition = f'attachment; filename="claims-2026-06-01.{extension}"'
    assert response.get("Content-Disposition") == (None if extension == "jsonld" else disposition)


def test_download_of_the_past_is_kept_and_named_after_its_day(client: Client, three: list[Claim]) -> None:
    response = read(client, "csv?as_of=2026-05-02")
    assert response["Content-Disposition"] == 'attachment; filename="claims-2026-05-02.csv"'
    assert response["Cache-Control"] == "public, max-age=86400, immutable"


def test_a_copy_continues_with_the_feed_of_changes(
    client: Client, three: list[Claim], checker: User, editor: User
) -> None:
    monitor = read(client, "jsonl")["Link"].partition(">")[0].removeprefix("<")
    assert client.get(monitor).json()["results"] == []
    correct(three[0], checker, editor)
    assert [change["claim_id"] for change in client.get(monitor).json()["results"]] == [three[0].pk]


@pytest.mark.slow
@pytest.mark.parametrize("extension", FORMATS)
def test_unchanged_download_is_304_and_reads_nothing(
    client: Client,
    three: list[Claim],
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    extension: str,
) -> None:
    tag = read(client, extension)["ETag"]
    with django_assert_num_queries(1):
        response = read(client, extension, if_none_match=tag)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    publish()
    assert read(client, extension, if_none_match=tag).status_code == 200


@pytest.mark.parametrize("extension", FORMATS)
def test_head_reads_nothing(
    client: Client, three: list[Claim], django_assert_num_queries: DjangoAssertNumQueries, extension: str
) -> None:
    with django_assert_num_queries(1):
        response = client.head(f"{URL}.{extension}")
    assert (response.status_code, response.getvalue()) == (200, b"")
    # No length at all is what a download has, too; 0 would be wrong (RFC 9110, section 9.3.2).
    assert "Content-Length" not in response.headers
    assert response["Content-Type"] == FORMATS[extension]


@pytest.mark.parametrize("extension", FORMATS)
def test_only_its_own_form_is_offered(client: Client, extension: str) -> None:
    own = FORMATS[extension].partition(";")[0]
    assert read(client, extension, accept=own).status_code == 200
    response = read(client, extension, accept="text/html")
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert response.json()["detail"] == f"Available types: {own}."


@pytest.mark.parametrize("extension", FORMATS)
def test_draft_is_in_no_download(client: Client, three: list[Claim], checker: User, extension: str) -> None:
    make_draft(make_claim("Quillfeather did it."), checker)
    make_draft(three[0], checker, summary="In truth Quillfeather did it.")
    content = download(client, extension, "q=ferry")
    assert str(three[0].pk).encode() in content
    assert b"Quillfeather" not in content + download(client, extension)


ADDRESSES = {
    "/api/v1/changes/": ChangesQuery,
    f"{URL}.csv": downloads.CsvQuery,
    f"{URL}.jsonl": downloads.PartialDownloadQuery,
    f"{URL}.json": downloads.PartialDownloadQuery,
    f"{URL}.jsonld": downloads.DownloadQuery,
}


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_parameter_meets_every_plausible_value(
    client: Client, three: list[Claim], address: str
) -> None:
    for parameter, value in product(ADDRESSES[address].base_filters, PLAUSIBLE):
        response = client.get(address, {parameter: value})
        assert response.status_code in (200, 400, 404), (parameter, value)
        if response.status_code == 200:
            response.getvalue()
        else:
            named = [error["parameter"] for error in response.json()["errors"]]
            assert named == [parameter], (parameter, value)
