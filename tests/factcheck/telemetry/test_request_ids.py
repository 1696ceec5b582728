"""Requests have ids, which are written into logs, so that nothing else can be written by them."""

import os
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from factcheck.installation.log_context import REQUEST_ID_PATTERN, request_id
from factcheck.telemetry.request_ids import RequestIds, choose_id


@pytest.fixture(autouse=True)
def _nobody() -> Iterator[None]:
    yield
    request_id.set("")


@pytest.mark.parametrize(
    "sent",
    [
        "7",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "Root=1-67891233-abc",
        "x" * 64,
    ],
)
def test_an_id_that_was_sent_is_kept(sent: str) -> None:
    assert choose_id(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        " ",
        "x" * 65,
        "a b",
        "a\n",
        "a\nINFO root: nothing happened",
        "a\x1b[2J",
        '"',
        "{}",
        "<b>",
        "ä",
        "٣",
        "a\u2028",
        "-",
        "a;b",
        "a\0",
    ],
)
def test_anything_else_is_replaced(sent: str | None) -> None:
    made = choose_id(sent)
    assert made != sent
    assert REQUEST_ID_PATTERN.fullmatch(made)


@given(st.text())
def test_an_id_is_always_one_word(sent: str) -> None:
    made = choose_id(sent)
    assert made.isascii()
    assert made.isprintable()
    assert 0 < len(made) <= 64
    assert not set(made) & set(" \"'`$;<>{}\\")


def test_ids_are_different_also_in_a_process_that_was_forked() -> None:
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.write(theirs, choose_id(None).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(ours, 100).decode().split("-")[0] != choose_id(None).split("-")[0]
    os.close(ours)
    os.close(theirs)
    assert len({choose_id(None) for _ in range(1000)}) == 1000


def test_the_id_is_known_while_it_is_answered() -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request_id.get())

    response = RequestIds(answer)(RequestFactory().get("/", headers={"x-request-id": "abc"}))
    assert isinstance(response, HttpResponse)
    assert (response.content, response["X-Request-ID"]) == (b"abc", "abc")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/claims/", "/", "/api/v1/none/", "/admin/", "/api/v1/claims/?x=1"])
def test_every_answer_has_it(client: Client, path: str) -> None:
    assert client.get(path, headers={"x-request-id": "abc"})["X-Request-ID"] == "abc"
    assert REQUEST_ID_PATTERN.fullmatch(client.get(path, headers={"x-request-id": "a b"})["X-Request-ID"])
