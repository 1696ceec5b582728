"""Rate limits in HTTP: identification of callers, headers, and refusals."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from claims.models import Claim
from factcheck.installation.environment import Rate
from factcheck.web.throttling import callers, enforcement
from factcheck.web.throttling.callers import _group_address, get_address, get_caller, get_limiter
from factcheck.web.throttling.enforcement import RateLimit, RateLimits
from factcheck.web.throttling.limiter import Limiter

Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def fresh(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Budgets of this test alone, which nothing is earned back to; and no store: that is another test's matter."""
    monkeypatch.setattr(callers, "PostgresStore", lambda: None)
    monkeypatch.setattr(callers, "Limiter", partial(Limiter, clock=lambda: 0.0))
    settings.RATE_LIMIT_ANONYMOUS, settings.RATE_LIMIT_TOKEN = Rate(20, 60), Rate(50, 60)
    yield
    get_limiter.cache_clear()
    enforcement._find_token_owner.cache_clear()


# Identification


@pytest.mark.parametrize(
    "address, caller",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unknown", "unknown"),
        ("x" * 5000, "x" * 50),
    ],
)
def test_addresses_that_one_visitor_can_choose_between_are_one_caller(address: str, caller: str) -> None:
    assert _group_address(address) == caller


@given(st.text(max_size=60))
def test_any_text_is_some_caller(address: str) -> None:
    assert len(_group_address(address)) <= 50


@pytest.mark.parametrize(
    "proxies, forwarded, address",
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 198.51.100.4", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(proxies: int, forwarded: str | None, address: str) -> None:
    environment = {"REMOTE_ADDR": "192.0.2.1"}
    if forwarded is not None:
        environment["HTTP_X_FORWARDED_FOR"] = forwarded
    assert get_address(environment, proxies) == address


def test_forged_header_buys_no_second_budget(client: Client, settings: Any) -> None:
    settings.NUM_PROXIES = 1
    statuses = [
        client.get("/api/v1/", headers={"x-forwarded-for": f"10.0.0.{number}, 203.0.113.9"}).status_code
        for number in range(25)
    ]
    assert statuses == [200] * 20 + [429] * 5


def test_caller_of_a_request() -> None:
    assert get_caller(RequestFactory().get("/", REMOTE_ADDR="2001:db8::1")) == "2001:db8::/64"


# Answers


def test_answers_state_the_remaining_budget(client: Client) -> None:
    response = client.get("/api/v1/")
    assert response.headers["RateLimit-Policy"] == '"anonymous";q=20;w=60'
    assert response.headers["RateLimit"] == '"anonymous";r=19;t=3'
    assert "Retry-After" not in response.headers


def test_refusal_is_a_problem_that_says_when_to_come_back(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        assert client.get("/api/v1/").status_code == 200
    response = client.get("/api/v1/claims/", headers={"origin": "https://example.org"})
    assert response.status_code == 429
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["RateLimit"] == '"anonymous";r=0;t=3'
    assert response.headers["Retry-After"] == "3"
    assert response.json() == {
        "type": "http://localhost:8000/api/problems/#rate_limited",
        "title": "Too Many Requests",
        "status": 429,
        "code": "rate_limited",
        "detail": "The limit is 20 requests in 60 seconds. Try again in 3 seconds.",
        "instance": "/api/v1/claims/",
    }
    assert response.headers["Content-Length"] == str(len(response.content))
    # Who asks too often does not fill the log.
    assert caplog.records == []
    # Pages of other sites can read all of it.
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)


def test_a_refusal_has_the_format_of_the_api(client: Client) -> None:
    for _ in range(20):
        client.get("/api/v1/")
    response = client.get("/v1alpha1/claims:search?query=bridge")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "3")
    assert response.json()["error"] == {
        "code": 429,
        "message": "The limit is 20 requests in 60 seconds. Try again in 3 seconds.",
        "status": "RESOURCE_EXHAUSTED",
    }


@pytest.mark.django_db
def test_answers_404_and_304_count_too(client: Client, publish: Publish) -> None:
    claim = publish()
    address = f"/api/v1/claims/{claim.pk}/"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"if-none-match": etag})
    assert (again.status_code, again.headers["RateLimit"][:16]) == (304, '"anonymous";r=18')
    missing = client.get("/api/v1/claims/987654/")
    assert (missing.status_code, missing.headers["RateLimit"][:16]) == (404, '"anonymous";r=17')


def test_asking_whether_one_may_ask_is_free(client: Client) -> None:
    asks = {"origin": "https://example.org", "access-control-request-method": "GET"}
    response = client.options("/api/v1/claims/", headers=asks)
    assert (response.status_code, "RateLimit" in response.headers) == (204, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type, body, left",
    [
        ("application/x-www-form-urlencoded", "query=bridge", 19),
        ("application/x-www-form-urlencoded", "query=a+or+b+or+c+or+d", 16),
        ("application/x-www-form-urlencoded", "query=" + "w+" * 60, 13),
        ("application/x-www-form-urlencoded", "query=" + "x" * enforcement.MAX_FORM_BYTES, None),
        (
            "multipart/form-data; boundary=b",
            '--b\r\nContent-Disposition: form-data; name="query"\r\n\r\na\r\n--b--',
            None,
        ),
    ],
)
def test_a_posted_query_costs_as_much_as_its_parameters(
    client: Client, content_type: str, body: str, left: int | None
) -> None:
    """Google's clients post what would make the address too long. It is no way around the costs of a search."""
    response = client.post(
        "/v1alpha1/claims:search", body, content_type=content_type, headers={"x-http-method-override": "GET"}
    )
    if left is None:
        assert response.status_code == 429
    else:
        assert (response.status_code, response["RateLimit"].partition(";t=")[0]) == (
            200,
            f'"anonymous";r={left}',
        )


@pytest.mark.slow
@pytest.mark.django_db
def test_pages_are_not_limited(client: Client) -> None:
    assert [client.get("/").status_code for _ in range(30)] == [200] * 30
    assert "RateLimit" not in client.get("/").headers


def test_limit_can_be_switched_off(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ANONYMOUS = None
    responses = [client.get("/api/v1/") for _ in range(30)]
    assert {response.status_code for response in responses} == {200}
    assert "RateLimit" not in responses[0].headers


# Tokens on public addresses


class Secrets(BaseAuthentication):
    """Knows one token, and counts how often it is asked."""

    asked = 0

    def authenticate(self, request: Request) -> tuple[User, str]:
        Secrets.asked += 1
        if request.META["HTTP_AUTHORIZATION"] != "Token good":
            raise AuthenticationFailed
        return User(pk=7), "good"


def test_a_token_has_a_higher_limit_from_any_address(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_AUTHENTICATION = f"{__name__}.Secrets"
    Secrets.asked = 0
    responses = [
        client.get("/api/v1/", headers={"authorization": "Token good"}, REMOTE_ADDR=f"192.0.2.{number}")
        for number in range(50)
    ]
    assert {response.status_code for response in responses} == {200}
    assert responses[0].headers["RateLimit-Policy"] == '"token";q=50;w=60'
    assert client.get("/api/v1/", headers={"authorization": "Token good"}).status_code == 429
    assert Secrets.asked <= 2  # once a minute, and a minute may pass meanwhile
    assert client.get("/api/v1/").status_code == 200


def test_an_invalid_token_counts_as_none(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_AUTHENTICATION = f"{__name__}.Secrets"
    response = client.get("/api/v1/", headers={"authorization": "Token bad"})
    assert response.headers["RateLimit-Policy"] == '"anonymous";q=20;w=60'


# REST framework's views


class Costly(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (RateLimit,)
    request_cost = 10

    def get(self, request: Request) -> Response:
        return Response({})


def behind_the_middleware(request: HttpRequest) -> Any:
    return RateLimits(Costly.as_view())(request)


def test_the_throttle_counts_addresses_and_states_the_limit() -> None:
    request = APIRequestFactory().get("/api/v1/editorial/costly/")
    response = behind_the_middleware(request)
    assert (response.status_code, response.headers["RateLimit"]) == (200, '"anonymous";r=10;t=30')
    assert behind_the_middleware(APIRequestFactory().get("/api/v1/editorial/costly/")).status_code == 200
    refused = behind_the_middleware(APIRequestFactory().get("/api/v1/editorial/costly/"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    assert refused.headers["RateLimit"] == '"anonymous";r=0;t=30'


def test_throttle_counts_holders_of_tokens_by_user() -> None:
    def answered(number: int) -> Any:
        request = APIRequestFactory().get("/api/v1/editorial/costly/", REMOTE_ADDR=f"192.0.2.{number}")
        force_authenticate(request, user=User(pk=3), token="theirs")  # type: ignore[arg-type]  # any does
        return behind_the_middleware(request)

    assert [answered(number).status_code for number in range(6)] == [200] * 5 + [429]
    assert answered(7).headers["RateLimit-Policy"] == '"token";q=50;w=60'
