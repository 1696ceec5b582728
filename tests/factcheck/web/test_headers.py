"""HTTP fields that are written in a shorter way than Django's say what Django's would say."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.http.response import BadHeaderError
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory
from django.utils.cache import patch_vary_headers
from hypothesis import given
from hypothesis import strategies as st

from factcheck.web.headers import DefaultFields, add_vary
from factcheck.web.public_reads import SecurityFields


def answer(middleware: SecurityMiddleware, *, secure: bool) -> HttpResponse:
    response = middleware(RequestFactory().get("/api/v1/claims/", secure=secure))
    assert isinstance(response, HttpResponse)
    return response


NAMES = st.sampled_from(["Accept", "accept", "Accept-Encoding", "Cookie", "*", "accept-Language"])


def test_an_answer_keeps_its_own_headers() -> None:
    response = HttpResponse(headers={"Content-Type": "text/plain", "Referrer-Policy": "origin"})
    DefaultFields({"referrer-policy": "same-origin", "X-Always": "yes"}).complete(response)
    assert sorted(response.items()) == [
        ("Content-Type", "text/plain"),
        ("Referrer-Policy", "origin"),
        ("X-Always", "yes"),
    ]
    assert response.headers["x-always"] == "yes"


def test_a_completed_answer_still_takes_and_loses_fields() -> None:
    response, other = HttpResponse(), HttpResponse()
    fields = DefaultFields({"X-Always": "yes"})
    fields.complete(response)
    response.headers["ETag"] = '"1"'
    del response.headers["X-Always"]
    fields.complete(other)
    assert sorted(name for name, _ in response.items()) == ["Content-Type", "ETag"]
    assert sorted(name for name, _ in other.items()) == ["Content-Type", "X-Always"]


def test_a_line_break_never_gets_into_a_field() -> None:
    with pytest.raises(BadHeaderError):
        DefaultFields({"X-Always": "yes\r\nX-Other: no"})


@given(before=st.lists(NAMES, max_size=4), field=NAMES.filter(lambda name: name != "*"))
def test_vary_equals_djangos(before: list[str], field: str) -> None:
    ours, django = HttpResponse(), HttpResponse()
    if before:
        ours["Vary"] = django["Vary"] = ", ".join(before)
    add_vary(ours, field)
    patch_vary_headers(django, [field])
    if "*" in before:  # which Django shortens
        assert "*" in ours["Vary"]
    else:
        assert ours["Vary"] == django["Vary"]


@pytest.mark.parametrize("secure", [False, True])
def test_security_fields_are_those_of_django(settings: Any, secure: bool) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_PRELOAD = 3600, True
    ours, django = (
        middleware(lambda request: HttpResponse("some"))
        for middleware in (SecurityFields, SecurityMiddleware)
    )
    for _ in range(2):
        assert sorted(answer(ours, secure=secure).items()) == sorted(answer(django, secure=secure).items())
    assert ("Strict-Transport-Security" in answer(ours, secure=secure).headers) is secure


def test_one_request_learns_nothing_from_another(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 3600
    security = SecurityFields(lambda request: HttpResponse(status=204))
    told = [
        "Strict-Transport-Security" in answer(security, secure=secure).headers
        for secure in (True, False, True)
    ]
    assert told == [True, False, True]


def test_unencrypted_requests_are_led_to_the_encrypted_site(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    security = SecurityFields(lambda request: HttpResponse())
    assert [answer(security, secure=secure).status_code for secure in (False, True)] == [301, 200]
