"""Counts of requests: limited by our routes, never by what visitors send."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from factcheck.telemetry import counters, request_counts
from factcheck.telemetry.request_counts import RequestCounts


def counted(**labels: str) -> float:
    return counters.REQUESTS.labels(**labels)._value.get()


def routes() -> set[str]:
    """The label that each route has."""

    def below(patterns: list[URLPattern | URLResolver], spaces: tuple[str, ...]) -> set[str]:
        found: set[str] = set()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                found.add(":".join([*spaces, pattern.name or pattern.lookup_str]))
            else:
                found |= below(
                    pattern.url_patterns, (*spaces, *([pattern.namespace] if pattern.namespace else []))
                )
        return found

    return below(get_resolver().url_patterns, ())


@pytest.fixture
def middleware(settings: Any) -> RequestCounts:
    settings.METRICS_PORT = 1
    request_counts.recent_responses.clear()

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            request.resolver_match = resolve(request.path_info)
        except LookupError:
            return HttpResponse(status=404)
        return HttpResponse(status=200)

    return RequestCounts(answer)


def test_it_is_absent_if_metrics_are_off(settings: Any) -> None:
    settings.METRICS_PORT = 0
    with pytest.raises(MiddlewareNotUsed):
        RequestCounts(lambda request: HttpResponse())


def test_a_request_counts_once_for_its_route(middleware: RequestCounts) -> None:
    labels = {"route": "claims-detail", "method": "GET", "status": "200"}
    before = counted(**labels), counters.REQUEST_SECONDS.labels("claims-detail")._sum.get()
    for number in (7, 8, 9):
        middleware(RequestFactory().get(f"/api/v1/claims/{number}/"))
    request_counts.add_up_responses()
    assert counted(**labels) == before[0] + 3
    assert counters.REQUEST_SECONDS.labels("claims-detail")._sum.get() > before[1]


def test_invented_paths_create_no_series(middleware: RequestCounts) -> None:
    for number in range(50):
        middleware(RequestFactory().generic(f"MADE{number}", f"/api/v1/claims/{number}/?q={number}"))
        middleware(RequestFactory().get("/api/v1/claims/", HTTP_USER_AGENT=f"agent {number}"))
    assert {noted[:3] for noted in request_counts.recent_responses} == {
        ("claims-detail", "other", 200),
        ("claims-list", "GET", 200),
    }
    request_counts.add_up_responses()
    assert not request_counts.recent_responses


def test_the_number_of_routes_is_fixed() -> None:
    assert len(routes()) < 700
    assert all(len(route) < 120 and "\n" not in route for route in routes())
