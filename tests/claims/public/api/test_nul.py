"""NUL, which no text of the database can contain: refused in every request, in the address or in a body."""

import json
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

QUERIES = (
    "claims/?q=",
    "claims/?review_url=https://example.org/",
    "claims.csv?q=",
    "claims/facets/?q=",
    "corrections/?topic=",
    "lookup/?url=https://example.org/",
    "match/?text=",
    "sources/?q=",
    "topics/?cursor=",
)
BODIES: tuple[tuple[str, dict[str, Any], list[str]], ...] = (
    ("match/", {"text": "The ferry\0 sank."}, ["#/text"]),
    ("match/", {"texts": ["The ferry sank.", "\0"]}, ["#/texts/1"]),
    ("requests/", {"email": "a@example.org", "text": "The ferry\0 sank."}, ["#/text"]),
    ("complaints/", {"email": "a@example.org", "claim": 0, "kind": "other", "text": "\0"}, ["#/text"]),
)


def test_in_an_address(client: Client) -> None:
    refused = {query: client.get(f"/api/v1/{query}a%00b") for query in QUERIES}
    assert {query: answer.status_code for query, answer in refused.items() if answer.status_code != 400} == {}
    google = client.get("/v1alpha1/claims:search?query=a%00b")
    assert (google.status_code, google.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_in_a_body(client: Client) -> None:
    for path, body, places in BODIES:
        answer = client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
        found = [error["pointer"] for error in answer.json()["errors"] if "#/claim" not in error["pointer"]]
        assert (path, answer.status_code, list(dict.fromkeys(found))) == (path, 400, places)


def test_an_address_that_contains_it_is_invalid(client: Client) -> None:
    body = {"urls": ["https://example.org/a\0b", "https://example.org/a"]}
    answer = client.post("/api/v1/lookup/", json.dumps(body), content_type="application/json").json()
    assert [(found["error"] or {}).get("code") for found in answer["results"]] == ["invalid", None]
