"""The stand-in for Google's Fact Check Tools API: parameters of all of Google's methods, and errors."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from claims.models import Claim
from factcheck.installation.environment import Rate
from factcheck.web.throttling import callers
from tests.helpers.google_search import SEARCH, search
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def refused(client: Client, status: int = 400, **parameters: Any) -> Any:
    response = client.get(SEARCH, parameters)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json; charset=UTF-8"
    return response.json()["error"]


@pytest.fixture
def ferry(publish: Publish) -> Claim:
    """A claim of which as little is known as can be."""
    return publish(make_claim("The ferry sank."), reviewed_on=date(2026, 2, 2))


# System parameters


def test_additional_parameters_of_clients_are_accepted(client: Client, ferry: Claim) -> None:
    plain = search(client, query="ferry")
    sent = {
        "key": "AIza",
        "access_token": "x",
        "oauth_token": "x",
        "quotaUser": "x",
        "userIp": "192.0.2.1",
        "uploadType": "media",
        "upload_protocol": "raw",
        "alt": "json",
        "prettyPrint": "true",
        "$.xgafv": "2",
        "$userProject": "x",
    }
    assert search(client, query="ferry", **sent) == plain
    assert search(client, query="ferry", **{"$alt": "json;enum-encoding=int", "$key": "x"}) == plain
    assert search(client, query="ferry", languageCode="", pageToken="", pageSize="", offset="") == plain
    assert search(client, query="ferry", page_size="1", language_code="en") == plain


def test_answers_are_indented_by_default(client: Client, ferry: Claim) -> None:
    assert client.get(SEARCH, {"query": "ferry"}).content.startswith(b'{\n  "claims": [\n')
    assert client.get(SEARCH, {"query": "ferry", "prettyPrint": "false"}).content.startswith(b'{"claims":[{')


def test_no_answer_is_a_script(client: Client) -> None:
    """Pages of other sites read the answer as it is: CORS lets them."""
    for name in ("callback", "$callback", "jsonp"):
        response = client.get(
            SEARCH, {"query": "ferry", name: "found"}, headers={"origin": "https://example.org"}
        )
        assert response.status_code == 400
        assert response["Content-Type"] == "application/json; charset=UTF-8"
        assert f'Unknown name "{name}"' in response.json()["error"]["message"]
        assert response["Access-Control-Allow-Origin"] == "*"


@sweep(
    "fields, expected",
    [
        ("claims/text", {"claims": [{"text": "The ferry sank."}]}),
        ("claims(text,claimDate)", {"claims": [{"text": "The ferry sank."}]}),
        (
            "claims/claimReview/publisher/site",
            {"claims": [{"claimReview": [{"publisher": {"site": "localhost"}}]}]},
        ),
        (
            " claims ( claimReview(languageCode) , text ) ",
            {"claims": [{"claimReview": [{"languageCode": "en"}], "text": "The ferry sank."}]},
        ),
        ("claims/*/publisher/site", {"claims": [{"claimReview": [{"publisher": {"site": "localhost"}}]}]}),
        (
            "claims/claimReview/languageCode,claims/text",
            {"claims": [{"claimReview": [{"languageCode": "en"}], "text": "The ferry sank."}]},
        ),
        ("nextPageToken", {}),
    ],
    undone=True,
)
def test_fields_pick_parts(client: Client, ferry: Claim, fields: str, expected: Any) -> None:
    assert search(client, query="ferry", fields=fields) == expected


@sweep("fields", ["*", "claims", "claims/*", "claims,nextPageToken", "claims/text,claims"], undone=True)
def test_fields_may_be_all(client: Client, ferry: Claim, fields: str) -> None:
    assert search(client, query="ferry", fields=fields) == search(client, query="ferry")


@sweep(
    "fields",
    ["claim", "claims/", "claims(text", "claims(text))", "claims()", ",", "(", "claims/text/x", "text/*"],
    undone=True,
)
def test_fields_that_do_not_exist_are_refused(client: Client, fields: str) -> None:
    error = refused(client, query="ferry", fields=fields)
    assert error["details"][0]["fieldViolations"][0]["field"] == "fields"


def test_copies_are_recognised(client: Client, ferry: Claim) -> None:
    first = client.get(SEARCH, {"query": "ferry"})
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    again = client.get(SEARCH, {"query": "ferry"}, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_of_other_sites_may_read(client: Client) -> None:
    response = client.get(SEARCH, {"query": "ferry"}, headers={"origin": "https://example.net"})
    assert response["Access-Control-Allow-Origin"] == "*"


# Errors


def test_search_needs_something_to_search_for(client: Client) -> None:
    nothing: list[dict[str, Any]] = [{}, {"query": " "}, {"languageCode": "en"}]
    for parameters in nothing:
        assert refused(client, **parameters) == {
            "code": 400,
            "message": "Give a `query`, or a `reviewPublisherSiteFilter`.",
            "status": "INVALID_ARGUMENT",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [
                        {"field": "query", "description": "Give a `query`, or a `reviewPublisherSiteFilter`."}
                    ],
                }
            ],
        }


@sweep(
    "parameters, field",
    [
        ({"pageSize": "-1"}, "page_size"),
        ({"pageSize": "ten"}, "page_size"),
        ({"pageSize": "2147483648"}, "page_size"),
        ({"pageSize": "١٠"}, "page_size"),
        ({"page_size": "9" * 5000}, "page_size"),
        ({"maxAgeDays": "-1"}, "max_age_days"),
        ({"maxAgeDays": "1.5"}, "max_age_days"),
        ({"offset": "1001"}, "offset"),
        ({"offset": "-1"}, "offset"),
        ({"languageCode": "english please"}, "language_code"),
        ({"reviewPublisherSiteFilter": "https://example.org/"}, "review_publisher_site_filter"),
        ({"pageToken": "made-up"}, "page_token"),
        ({"pageToken": "é"}, "page_token"),
        ({"query": "x" * 10_001}, "query"),
        ({"pageSize": ["1", "2"]}, "page_size"),
        ({"pageSize": "1", "page_size": "1"}, "page_size"),
        ({"alt": "proto"}, "alt"),
        ({"prettyPrint": "maybe"}, "prettyPrint"),
    ],
    undone=True,
)
def test_refusal_names_the_field(client: Client, parameters: dict[str, Any], field: str) -> None:
    error = refused(client, **({"query": "ferry"} | parameters))
    (violation,) = error["details"][0]["fieldViolations"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert violation == {"field": field, "description": error["message"]}


def test_unknown_parameter_is_refused_with_those_that_exist(client: Client) -> None:
    error = refused(client, query="ferry", languagecode="en")
    assert error["message"].startswith('Unknown name "languagecode"')
    assert "Did you mean languageCode?" in error["message"]
    assert error["details"][0]["fieldViolations"] == [{"description": error["message"]}]


def test_all_errors_are_reported_at_once(client: Client) -> None:
    error = refused(client, query="ferry", pageSize="x", offset="y", foo="z")
    fields = [violation.get("field") for violation in error["details"][0]["fieldViolations"]]
    assert fields == ["page_size", "offset", None]


@pytest.fixture
def ferries(publish: Publish) -> list[str]:
    """Twelve claims, those reviewed last first."""
    claims = [publish(make_claim(f"Ferry {n} sank."), reviewed_on=date(2026, 1, n)) for n in range(1, 13)]
    return [claim.statement for claim in reversed(claims)]


def test_token_of_another_order_is_refused(client: Client, ferries: list[str]) -> None:
    token = search(client, query="ferry")["nextPageToken"]
    error = refused(client, reviewPublisherSiteFilter="localhost", pageToken=token)
    assert error["details"][0]["fieldViolations"][0]["field"] == "page_token"


@pytest.mark.parametrize(
    "method, path, status, canonical",
    [
        ("get", "/v1alpha1/", 404, "NOT_FOUND"),
        ("get", "/v1alpha1/claims", 404, "NOT_FOUND"),
        ("get", "/v1alpha1/claims:search/", 404, "NOT_FOUND"),
        ("post", "/v1alpha1/claims:search/x/y", 404, "NOT_FOUND"),
        ("post", "/v1alpha1/claims:search", 405, "UNIMPLEMENTED"),
        ("delete", "/v1alpha1/claims:search", 405, "UNIMPLEMENTED"),
        ("post", "/v1alpha1/claims:imageSearch", 405, "UNIMPLEMENTED"),
        ("get", "/v1alpha1/pages", 501, "UNIMPLEMENTED"),
        ("post", "/v1alpha1/pages", 501, "UNIMPLEMENTED"),
        ("put", "/v1alpha1/pages/1", 501, "UNIMPLEMENTED"),
    ],
)
def test_every_error_has_googles_shape(
    client: Client, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int, canonical: str
) -> None:
    response = getattr(client, method)(path)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (status, status, canonical)
    assert error.keys() == {"code", "message", "status"}
    assert response["Content-Type"] == "application/json; charset=UTF-8"
    assert response["Cache-Control"] == "no-store"
    if status == 405:
        assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_our_own_failure_has_googles_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("claims.public.api.fact_check_tools.read_values_page", fails)
    response = Client(raise_request_exception=False).get(SEARCH, {"query": "ferry"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (500, 500, "INTERNAL")
    assert "secret" not in error["message"]


def test_rate_limits_are_reported_in_googles_format(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "PostgresStore", lambda: None)
    settings.RATE_LIMIT_ANONYMOUS = Rate(1, 60)
    try:
        search(client, query="ferry")
        error = refused(client, 429, query="ferry")
    finally:
        callers.get_limiter.cache_clear()
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")


def test_a_host_that_is_not_ours_is_refused_in_googles_shape(client: Client) -> None:
    response = client.get(SEARCH, {"query": "ferry"}, headers={"host": "evil.example"})
    assert response.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_a_posted_query_overriding_get_is_read(client: Client, ferry: Claim) -> None:
    def post(data: Any, **more: Any) -> Any:
        return client.post(SEARCH, data, headers={"x-http-method-override": "GET"}, **more)

    form = {"content_type": "application/x-www-form-urlencoded"}
    assert post("query=ferry&pageSize=1", **form).json() == search(client, query="ferry")
    for body in ("query=ferry&foo=1", "", "&".join(["query=a"] * 2000), "query=" + "x" * 3_000_000):
        assert post(body, **form).json()["error"]["status"] == "INVALID_ARGUMENT"
    assert post("--", content_type="multipart/form-data").json()["error"]["status"] == "INVALID_ARGUMENT"


def test_accept_makes_no_difference(client: Client) -> None:
    assert client.get(SEARCH, {"query": "ferry"}, headers={"accept": "text/html"}).status_code == 200


_NAMES = st.sampled_from(
    [
        *(
            "query",
            "languageCode",
            "reviewPublisherSiteFilter",
            "maxAgeDays",
            "pageSize",
            "pageToken",
            "offset",
        ),
        *("fields", "callback", "alt"),
    ]
)


@pytest.mark.slow
@given(parameters=st.dictionaries(_NAMES, st.text(max_size=30), max_size=5))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_request_brings_it_down(client: Client, parameters: dict[str, str]) -> None:
    response = client.get(
        SEARCH, {name: value.encode(errors="replace") for name, value in parameters.items()}
    )
    assert response.status_code in (200, 400)
