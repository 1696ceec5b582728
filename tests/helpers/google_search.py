"""Requests to the stand-in for Google's Fact Check Tools API."""

from typing import Any

from django.test import Client

SEARCH = "/v1alpha1/claims:search"


def search(client: Client, **parameters: Any) -> Any:
    response = client.get(SEARCH, parameters)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json; charset=UTF-8"
    return response.json()
