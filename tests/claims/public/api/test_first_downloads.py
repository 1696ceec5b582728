"""Downloads where little or nothing was published before."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.models import Claim
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

URL = "/api/v1/claims"

FORMATS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "jsonld": "application/ld+json",
}


def download(client: Client, extension: str, query: str = "") -> bytes:
    response = client.get(f"{URL}.{extension}?{query}")
    assert response.status_code == 200, response.content
    content: bytes = response.getvalue()
    return content


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


def _id_of(element: dict[str, Any]) -> int:
    return int(element["@id"].split("/")[-2])


def test_search_can_be_ordered_by_relevance(client: Client, publish: Publish) -> None:
    often = publish(make_claim("The ferry is a ferry, and a ferry is the ferry."))
    once = publish(make_claim("The ferry sank in a storm that nobody had expected."))
    assert ids(client, "jsonl", "q=ferry") == [once.pk, often.pk]
    assert ids(client, "jsonl", "q=ferry&ordering=relevance") == [often.pk, once.pk]


@pytest.mark.parametrize("extension", FORMATS)
def test_nothing_is_published_yet(client: Client, extension: str) -> None:
    assert ids(client, extension) == []
