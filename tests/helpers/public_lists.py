"""The answers of the public API to requests for lists of claims."""

from typing import Any

from django.test import Client

CLAIMS = "/api/v1/claims/"


def get(client: Client, query: str = "", path: str = CLAIMS) -> Any:
    response = client.get(f"{path}?{query}" if query else path)
    assert response.status_code == 200, response.content
    return response.json()


def ids(client: Client, query: str = "") -> list[int]:
    return [claim["id"] for claim in get(client, query)["results"]]
