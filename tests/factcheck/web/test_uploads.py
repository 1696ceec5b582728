"""Bodies that do not arrive: few threads wait for them, and none that others need."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from factcheck.web import uploads
from factcheck.web.throttling.enforcement import RateLimits
from factcheck.web.uploads import MEMORY_BYTES, UploadSlots, receive_body

LOOKUP = "/api/v1/lookup/"


@pytest.fixture(autouse=True)
def seats(monkeypatch: pytest.MonkeyPatch) -> Iterator[UploadSlots]:
    seats = UploadSlots(4, 2)
    monkeypatch.setattr(uploads, "_slots", seats)
    monkeypatch.setattr(uploads, "PAUSE", 0)
    yield seats
    assert len(seats) == 0


def lookup(address: str = "192.0.2.1", **fields: Any) -> HttpRequest:
    return RequestFactory().post(
        LOOKUP, b"{}", content_type="application/json", REMOTE_ADDR=address, **fields
    )


def test_the_whole_body_is_read_before_the_request_continues() -> None:
    request = lookup()
    assert receive_body(request) is None
    assert isinstance(request._stream, BytesIO)
    assert request.body == b"{}"


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), max_size=5))
def test_forms_are_read_as_before(fields: dict[str, str]) -> None:
    request, plain = (RequestFactory().post("/accounts/login/", fields) for _copy in range(2))
    assert receive_body(request) is None
    assert request.POST == plain.POST


def test_one_caller_holds_few_places_and_the_others_are_served(seats: UploadSlots) -> None:
    assert [seats.take("192.0.2.1") for _body in range(3)] == [True, True, False]
    assert receive_body(lookup()) == uploads.TOO_MANY_UPLOADS
    assert receive_body(lookup("192.0.2.2")) is None
    assert [seats.take(caller) for caller in ("a", "b", "c")] == [True, True, False]
    assert receive_body(lookup("192.0.2.2")) == uploads.TOO_MANY_UPLOADS
    cheap = RateLimits(lambda request: HttpResponse())(RequestFactory().get("/api/v1/claims/"))
    assert cheap.status_code == 200
    for caller in ("192.0.2.1", "192.0.2.1", "a", "b"):
        seats.leave(caller)


def test_refusal_closes_the_connection_and_has_the_shape_of_the_api(seats: UploadSlots) -> None:
    seats.most = 0
    response = RateLimits(lambda request: pytest.fail("answered"))(lookup())
    assert (response.status_code, response.headers["Connection"]) == (503, "close")
    assert (response.headers["Content-Type"], response.headers["Retry-After"]) == (
        "application/problem+json",
        "2",
    )


def test_failure_while_reading_leaves_the_place(seats: UploadSlots) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError

    request = lookup()
    request._stream = Broken()  # type: ignore[assignment]  # stands in
    with pytest.raises(ConnectionResetError):
        receive_body(request)
    assert len(seats) == 0


def test_reading_never_waits_for_the_body_of_a_get() -> None:
    request = lookup()
    request.method = "GET"
    assert receive_body(request) is None
    assert request.body == b""


def test_length_must_be_known() -> None:
    assert receive_body(lookup(HTTP_TRANSFER_ENCODING="chunked")) == uploads.LENGTH_REQUIRED


def test_large_uploads_need_a_session() -> None:
    assert receive_body(lookup(CONTENT_LENGTH=str(MEMORY_BYTES + 1))) == uploads.BODY_TOO_LARGE


def test_large_body_is_read_as_it_comes_and_holds_its_place(seats: UploadSlots) -> None:
    request = lookup(CONTENT_LENGTH=str(MEMORY_BYTES + 1), HTTP_AUTHORIZATION="Bearer x")
    assert receive_body(request) is None
    assert len(seats) == 1
    uploads.release_slot(request)
    uploads.release_slot(request)
    assert len(seats) == 0


def test_uploads_above_every_limit_are_refused_unread_from_everyone(settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES, settings.MEDIA_MAX_BYTES = 1_000_000, 5 * 2**20
    signed_in = {"HTTP_AUTHORIZATION": "Bearer x"}
    refused = receive_body(lookup(CONTENT_LENGTH=str(2 * 2**30), **signed_in))
    assert refused is not None
    assert (refused.status, refused.detail[:41]) == (413, "The file is too large. The limit is 5 MB.")
    request = lookup(CONTENT_LENGTH=str(5 * 2**20 + 1000), **signed_in)
    assert receive_body(request) is None
    uploads.release_slot(request)
