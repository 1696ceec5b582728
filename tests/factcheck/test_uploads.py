"""Bodies that do not arrive: they are answered after their deadline, and nobody else waits for them."""

from collections.abc import Callable, Iterator
from io import BytesIO
from threading import Event
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from factcheck import uploads
from factcheck.throttling.enforcing import RateLimits
from factcheck.uploads import AT_ONCE, Passing, Seats, receive

LOOKUP = "/api/v1/lookup/"


class Hanging:
    """The stream of a visitor who sends nothing, until the connection is closed."""

    def __init__(self, *blocks: bytes) -> None:
        self.blocks, self.closed = list(blocks), Event()

    def read(self, size: int) -> bytes:
        if self.blocks:
            return self.blocks.pop(0)
        self.closed.wait(60)
        return b""


@pytest.fixture(autouse=True)
def seats(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Seats of this test alone; none is kept when all connections are closed."""
    readers, waiting = Seats(6, 4), Seats(4, 2)
    monkeypatch.setattr(uploads, "_readers", readers)
    monkeypatch.setattr(uploads, "_waiting", waiting)
    monkeypatch.setattr(uploads, "SOON", 0.02)
    yield
    assert len(waiting) == 0


@pytest.fixture
def hanging(settings: Any) -> Iterator[Callable[..., HttpRequest]]:
    """Requests whose bodies hang."""
    settings.BODY_SECONDS = 0.05
    opened: list[Hanging] = []

    def request(*blocks: bytes, address: str = "192.0.2.1", length: int = 200, **fields: str) -> HttpRequest:
        opened.append(Hanging(*blocks))
        made = RequestFactory().post(LOOKUP, REMOTE_ADDR=address, CONTENT_LENGTH=str(length), **fields)
        made._stream = opened[-1]
        return made

    yield request
    for stream in opened:
        stream.closed.set()
    while len(uploads._readers):
        pass


def test_whole_body_is_there_before_the_request_goes_on() -> None:
    request = RequestFactory().post(LOOKUP, b'{"urls": []}', content_type="application/json")
    assert receive(request) is None
    assert isinstance(request._stream, BytesIO)
    assert request.body == b'{"urls": []}'


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), max_size=5))
def test_forms_are_read_as_before(fields: dict[str, str]) -> None:
    request, plain = (RequestFactory().post("/accounts/login/", fields) for _copy in range(2))
    assert receive(request) is None
    assert request.POST == plain.POST


def test_unfinished_body_is_408_after_its_deadline(hanging: Callable[..., HttpRequest]) -> None:
    assert receive(hanging(b"{")) == uploads.TOO_SLOW


def test_the_answer_closes_the_connection_and_has_the_shape_of_the_api(
    hanging: Callable[..., HttpRequest],
) -> None:
    never = pytest.fail
    response = RateLimits(lambda request: never("answered"))(hanging(b"{"))
    assert (response.status_code, response.headers["Connection"]) == (408, "close")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_one_caller_holds_few_and_the_others_are_served(hanging: Callable[..., HttpRequest]) -> None:
    """Readers stay while connections do, so what one caller leaves hanging is counted against it."""
    answers = [receive(hanging()) for _attempt in range(6)]
    assert answers == [uploads.TOO_SLOW] * 4 + [uploads.TOO_MANY] * 2
    whole = RequestFactory().post(LOOKUP, b"{}", content_type="application/json", REMOTE_ADDR="192.0.2.2")
    assert receive(whole) is None
    cheap = RateLimits(lambda request: HttpResponse())(RequestFactory().get("/api/v1/claims/"))
    assert cheap.status_code == 200


def test_a_body_is_counted_before_it_is_waited_for(
    settings: Any, hanging: Callable[..., HttpRequest]
) -> None:
    from factcheck.environment import Rate
    from factcheck.throttling.callers import limiter

    settings.RATE_LIMIT_ANONYMOUS, settings.RATE_LIMIT_STORE = Rate(20, 60), "redis://127.0.0.1:1"
    limits = RateLimits(lambda request: HttpResponse())
    assert [limits(hanging()).status_code for _attempt in range(3)] == [408, 408, 429]
    limiter.cache_clear()


def test_reading_never_waits_for_the_body_of_a_get(hanging: Callable[..., HttpRequest]) -> None:
    request = hanging()
    request.method = "GET"
    assert receive(request) is None
    assert request.body == b""


def test_length_must_be_known() -> None:
    request = RequestFactory().post(LOOKUP, HTTP_TRANSFER_ENCODING="chunked")
    assert receive(request) == uploads.NO_LENGTH


def test_only_who_may_be_signed_in_sends_much(settings: Any) -> None:
    large = str(AT_ONCE + 1)
    assert receive(RequestFactory().post("/", CONTENT_LENGTH=large)) == uploads.TOO_LARGE


def test_large_body_is_passed_on_as_it_comes(settings: Any) -> None:
    body = bytes(range(256)) * (AT_ONCE // 256 + 10)
    request = RequestFactory().post("/admin/", body, content_type="application/octet-stream")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    assert receive(request) is None
    assert isinstance(request._stream, Passing)
    assert (request.read(7), request.read(AT_ONCE), len(request.read())) == (
        body[:7],
        body[7 : AT_ONCE + 7],
        len(body) - AT_ONCE - 7,
    )
    uploads.let_go(request)
    uploads.let_go(request)


def test_large_body_that_stops_ends_in_an_error(
    settings: Any, monkeypatch: pytest.MonkeyPatch, hanging: Callable[..., HttpRequest]
) -> None:
    monkeypatch.setattr(uploads, "PACE", 2**40)
    request = hanging(b"begun", length=AT_ONCE + 1, HTTP_AUTHORIZATION="Bearer x")
    assert receive(request) is None
    assert request.read(5) == b"begun"
    with pytest.raises(UnreadablePostError):
        request.read(5)
    uploads.let_go(request)


@given(st.lists(st.binary(min_size=1, max_size=30)), st.lists(st.integers(-1, 40)))
def test_passing_reads_like_a_file(blocks: list[bytes], sizes: list[int]) -> None:
    class Body:
        left = [*blocks, b""]

        def next(self, until: float) -> bytes:
            return self.left.pop(0)

    passing, file = Passing(Body(), 0), BytesIO(b"".join(blocks))  # type: ignore[arg-type]  # stands in
    for number, size in enumerate(sizes):
        if number % 2:
            assert passing.readline(size) == file.readline(size)
        else:
            assert passing.read(size) == file.read(size)
