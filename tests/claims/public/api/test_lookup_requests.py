"""Invalid look-ups: each error names the problem and its place."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from claims.models import Claim
from tests.helpers.article_lookup import (
    ARTICLE,
    URL,
    article,
    bridge,
    look_up,
    post,
)
from tests.helpers.sweeps import sweep

__all__ = ["article", "bridge"]  # fixtures

pytestmark = pytest.mark.django_db


@sweep(
    "url",
    [
        "",
        " ",
        "ferry",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "https://a b/",
        "https://example.org/" + "x" * 2000,
        "https://exam\0ple.org/",
        "//example.org/",
        "mailto:a@example.org",
    ],
)
def test_invalid_addresses_have_an_error_in_their_place(client: Client, bridge: Claim, url: str) -> None:
    first, wrong, last = look_up(client, ARTICLE, url, ARTICLE)
    assert first == last
    assert first["claims"]
    assert wrong["url"] == url
    assert wrong["error"]["code"] == "invalid"
    assert (wrong["source"], wrong["claims"], wrong["more"]) == (None, [], None)


@pytest.mark.parametrize(
    "body, pointers",
    [
        ([], ["#"]),
        (ARTICLE.join('""'), ["#"]),
        (None, ["#"]),
        ({}, ["#/urls"]),
        ({"urls": None}, ["#/urls"]),
        ({"urls": ARTICLE}, ["#/urls"]),
        ({"urls": {}}, ["#/urls"]),
        ({"urls": []}, ["#/urls"]),
        ({"urls": [ARTICLE] * 101}, ["#/urls"]),
        ({"urls": [ARTICLE, 7, None, [ARTICLE]]}, ["#/urls/1", "#/urls/2", "#/urls/3"]),
        ({"urls": [ARTICLE], "url": ARTICLE}, ["#/url"]),
        ({"a/b": 1}, ["#/a~1b", "#/urls"]),
    ],
)
def test_body_that_is_built_wrongly_is_a_problem(client: Client, body: Any, pointers: list[str]) -> None:
    response = post(client, body if isinstance(body, str) else json.dumps(body))
    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert problem["detail"] == " ".join(error["detail"] for error in problem["errors"])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"urls": NaN}',
        "[" * 100_000,
        '{"urls": ["\\ud800"]}',
        b'{"urls": ["\xff"]}',
        "9" * 10_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_invalid_json_is_reported(client: Client, body: Any) -> None:
    response = post(client, body)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_other_media_types_are_not_read(client: Client, content_type: str) -> None:
    response = post(client, {"urls": [ARTICLE]}, content_type=content_type)
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


def test_body_has_a_size(client: Client) -> None:
    response = post(client, '{"urls": ["' + "x" * 1_500_000 + '"]}')
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")
    assert "1500000 bytes" in response.json()["detail"]


@pytest.mark.parametrize(
    "query, code",
    [
        ("", "required"),
        ("url=", "empty"),
        ("uri=https://example.org/", "unknown"),
        ("url=x&" * 101, "repeated"),
    ],
)
def test_bad_query_is_a_problem(client: Client, query: str, code: str) -> None:
    response = client.get(f"{URL}?{query.strip('&')}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == code


def test_posted_query_takes_no_parameters(client: Client) -> None:
    response = client.post(f"{URL}?url={ARTICLE}", '{"urls": ["x"]}', content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown")


def test_other_methods_are_not_allowed(client: Client) -> None:
    for method in (client.put, client.patch, client.delete):
        response = method(URL)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_pages_of_other_sites_may_ask(client: Client) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    response = client.options(URL, headers={"origin": "https://example.net", **asked})
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "content-type" in response["Access-Control-Allow-Headers"]
    assert response["Access-Control-Allow-Origin"] == "*"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda parts: st.lists(parts, max_size=3),
)


@pytest.mark.slow
@given(
    body=st.binary(max_size=50)
    | st.builds(lambda urls: json.dumps({"urls": urls}), _JSON | st.lists(st.text()))
)
@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_body_brings_it_down(client: Client, body: Any) -> None:
    assert post(client, body).status_code in (200, 400)
