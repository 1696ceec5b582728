"""The gate for expensive requests, and its queue."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from factcheck.installation.environment import Rate
from factcheck.web.throttling import callers, enforcement, gate
from factcheck.web.throttling.callers import get_limiter
from factcheck.web.throttling.enforcement import RateLimits
from factcheck.web.throttling.gate import Gate


def test_a_limited_number_passes_or_waits_and_others_are_refused_at_once() -> None:
    narrow, begun, end = Gate(1, max_wait_seconds=120), Event(), Event()

    def answer() -> str:
        begun.set()
        end.wait(120)
        return "answered"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(narrow.run, answer, "first")
        begun.wait(120)
        second = threads.submit(narrow.run, answer, "second")
        while not narrow._waiting:
            assert not second.done()
        assert narrow.run(answer, "third") is None
        end.set()
        assert [first.result(120), second.result(120)] == ["answered", "answered"]
    assert narrow.run(lambda: "room again", "third") == "room again"


def test_a_request_that_waited_too_long_is_refused_and_leaves_the_queue() -> None:
    narrow = Gate(1, max_wait_seconds=0)
    tried = narrow.run(lambda: (narrow.run(lambda: 1, "b"), narrow.run(lambda: 2, "c")), "a")
    assert tried == (None, None)
    assert narrow.run(lambda: 3, "b") == 3


def test_each_caller_has_one_seat_and_leaves_the_others_to_others() -> None:
    wide = Gate(3, max_wait_seconds=0)
    assert wide.run(lambda: (wide.run(lambda: 1, "a"), wide.run(lambda: 2, "b")), "a") == (
        None,
        2,
    )
    assert wide.run(lambda: 3, "a") == 3


def test_a_caller_waits_for_one_more_seat_only() -> None:
    wide, begun, end = Gate(2, max_wait_seconds=120), Event(), Event()

    def answer() -> str:
        begun.set()
        end.wait(120)
        return "answered"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(wide.run, answer, "a")
        begun.wait(120)
        second = threads.submit(wide.run, answer, "a")
        while not wide._waiting:
            assert not second.done()
        assert wide.run(answer, "a") is None
        assert wide.run(lambda: "another", "b") == "another"
        end.set()
        assert [first.result(120), second.result(120)] == ["answered", "answered"]


def test_failure_leaves_the_seat() -> None:
    narrow = Gate(1, max_wait_seconds=0)
    with pytest.raises(ZeroDivisionError):
        narrow.run(lambda: 1 / 0, "a")
    assert narrow.run(lambda: 1, "a") == 1


@pytest.mark.parametrize(
    "path, status",
    [
        ("/api/v1/claims/?count=exact&q=one+or+two+or+three", 503),
        ("/api/v1/claims/facets/", 503),
        ("/v1alpha1/claims:search?query=" + "+or+".join("abcdefg"), 503),
        ("/claims/?q=" + "+or+".join("abcdefg"), 503),
        ("/api/v1/claims/", 200),
        ("/api/v1/claims/7/", 200),
        ("/api/v1/claims.csv", 200),
        ("/claims/7/", 200),
        ("/", 200),
        ("/admin/?q=" + "+or+".join("abcdefg"), 200),
    ],
)
def test_cheap_reads_pass_while_expensive_ones_fill_every_seat(
    monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    full = Gate(1, max_wait_seconds=0)
    monkeypatch.setattr(gate, "expensive_requests", full)
    limits = RateLimits(lambda request: HttpResponse())
    answered = full.run(lambda: limits(RequestFactory().get(path)), "somebody else")
    assert isinstance(answered, HttpResponse)
    assert answered.status_code == status
    assert answered.headers.get("Retry-After") == ("2" if status == 503 else None)


def test_busy_has_the_shape_of_its_address() -> None:
    kinds = {
        path: enforcement.build_busy_response(RequestFactory().get(path)).headers["Content-Type"]
        for path in ("/api/v1/claims/", "/v1alpha1/claims:search", "/")
    }
    assert kinds == {
        "/api/v1/claims/": "application/problem+json",
        "/v1alpha1/claims:search": "application/json; charset=UTF-8",
        "/": "text/html; charset=utf-8",
    }


def test_pages_have_a_budget_of_their_own(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "PostgresStore", lambda: None)
    settings.RATE_LIMIT_PAGES = Rate(2, 60)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    limits = RateLimits(view)
    answers = [
        limits(RequestFactory().get(path)) for path in ("/", "/claims/1/", "/sources/2/", "/api/v1/claims/")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2].headers["Content-Type"] == "text/html; charset=utf-8"
    assert answers[2].headers["Cache-Control"] == "no-store"
    assert answers[2].headers["RateLimit-Policy"] == '"pages";q=2;w=60'
    get_limiter.cache_clear()
