"""How the public addresses behave as HTTP: methods, redirects, caches, pages of other sites."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from claims.models import Claim
from factcheck.web.slashes import Slashes
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

Publish = Callable[..., Claim]

pytestmark = pytest.mark.django_db

READ = [
    "/api/v1/",
    "/api/v1/claims/",
    "/api/v1/claims/?page_size=0",
    "/api/v1/claims/{id}/",
    "/api/v1/claims/987654/",
    "/api/v1/claims/{id}/versions/",
    "/api/v1/claims/{id}/versions/1/",
    "/api/v1/verdicts/",
    "/api/schema/",
    "/feeds/claims.atom",
    "/",
]


@pytest.fixture(scope="module")
def claim(publish: Publish) -> Claim:
    return publish()


@pytest.mark.slow
@pytest.mark.parametrize("address", READ)
@pytest.mark.parametrize("accept", ["", "br"])
def test_head_is_get_without_the_body(client: Client, claim: Claim, address: str, accept: str) -> None:
    address = address.format(id=claim.pk)
    got = client.get(address, headers={"accept-encoding": accept})
    head = client.head(address, headers={"accept-encoding": accept})
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert fields(head) == fields(got)
    assert head.headers["Content-Length"] == str(len(got.content))


def fields(response: Any) -> dict[str, str]:
    """The header fields, but for those that say something of this request alone."""
    own = ("Content-Security-Policy", "X-Request-ID")
    return {name: value for name, value in response.headers.items() if name not in own}


# Pages of other sites


@pytest.mark.slow
@pytest.mark.parametrize("address", READ)
def test_one_copy_does_for_the_pages_of_all_sites(client: Client, claim: Claim, address: str) -> None:
    address = address.format(id=claim.pk)
    asked = client.get(address, headers={"origin": "https://reader.example"})
    assert fields(asked) == fields(client.get(address))
    assert "origin" not in asked.headers.get("Vary", "").lower()
    assert asked.headers.get("Access-Control-Allow-Origin") == (None if address == "/" else "*")
    assert "Access-Control-Allow-Credentials" not in asked.headers


def test_pages_of_other_sites_see_the_fields_that_they_need(client: Client) -> None:
    exposed = client.get("/api/v1/").headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Last-Modified", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)


def test_preflight_is_answered_for_a_day_without_asking_the_view(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = client.options(
            "/api/v1/claims/",
            headers={
                "origin": "https://reader.example",
                "access-control-request-method": "GET",
                "access-control-request-headers": "if-none-match",
            },
        )
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Max-Age"] == "86400"
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == set(
        settings.CORS_ALLOW_METHODS
    )
    assert "if-none-match" in response.headers["Access-Control-Allow-Headers"].split(", ")
    assert not {"PUT", "PATCH", "DELETE"} & set(settings.CORS_ALLOW_METHODS)


@pytest.mark.parametrize("address", ["/", "/admin/", "/accounts/login/"])
def test_pages_of_other_sites_cannot_read_ours(client: Client, address: str) -> None:
    asks = {"origin": "https://reader.example", "access-control-request-method": "GET"}
    for response in (client.get(address, headers=asks), client.options(address, headers=asks)):
        assert not [name for name in response.headers if name.lower().startswith("access-control-")]


# Methods and addresses


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/claims/", "/api/v1/claims/1/", "/api/schema/"])
def test_other_methods_are_a_problem_that_names_the_right_ones(
    client: Client, method: str, address: str
) -> None:
    response = getattr(client, method)(address)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.json()["status"], response.json()["instance"]) == (405, address)


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
def test_redirect_to_the_slash_keeps_method_and_query(client: Client, method: str) -> None:
    response = getattr(client, method)("/api/v1/claims?q=a%20b&page_size=2")
    assert (response.status_code, response.headers["Location"]) == (
        308,
        "/api/v1/claims/?q=a%20b&page_size=2",
    )


def test_redirect_keeps_the_method_also_while_debugging(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    assert client.post("/api/v1/claims").status_code == 308


def test_redirect_never_leaves_the_site() -> None:
    request = WSGIRequest({**RequestFactory().get("/").environ, "PATH_INFO": "//evil.example/claims"})
    assert (
        Slashes(lambda request: HttpResponse()).get_full_path_with_slash(request)
        == "/%2Fevil.example/claims/"
    )


# Caches


@pytest.mark.slow
@pytest.mark.parametrize("address", READ)
def test_vary_lists_the_headers_that_matter(client: Client, publish: Publish, address: str) -> None:
    """Nothing but the coding and the language or media type; never who asks."""
    own = {"/": "accept-language", "/api/schema/": "accept", "/api/v1/claims/{id}/": "accept"}
    headers = {"accept-encoding": "br", "accept-language": "de", "cookie": "sessionid=x", "accept": "*/*"}
    response = client.get(address.format(id=publish().pk), headers=headers)
    varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",") if name}
    allowed = {"accept-encoding", own.get(address)}
    if response.status_code == 404:
        allowed.add("accept")
    if response.status_code >= 400:
        allowed.add("accept-language")  # errors are in the caller's language
    assert varies <= allowed
    assert not response.cookies


@pytest.mark.slow
@pytest.mark.parametrize(
    "address", [address for address in READ if "987654" not in address and "=0" not in address]
)
def test_answers_may_be_kept_by_shared_caches(client: Client, publish: Publish, address: str) -> None:
    response = client.get(address.format(id=publish().pk))
    assert response.headers["Cache-Control"].startswith("public, max-age=")


@pytest.mark.parametrize("address", ["/api/v1/claims/987654/", "/api/v1/claims/?page_size=0"])
def test_problems_are_not_kept(client: Client, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"
