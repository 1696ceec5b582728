"""Services configured by the operator: queried at any address, within a time limit, and no others."""

from collections.abc import Iterator
from threading import Event

import pytest

from sources.http import services
from tests.helpers.vector_server import VectorServer, vector_server


@pytest.fixture
def server() -> Iterator[VectorServer]:
    with vector_server() as running:
        yield running


def ask(server: VectorServer, *, seconds: float = 120, max_bytes: int = 1000) -> services.ServiceResponse:
    headers = {"Authorization": "Bearer key"}
    return services.send_post(f"{server.url}/x", b"{}", headers, seconds=seconds, max_bytes=max_bytes)


@pytest.mark.parametrize("status", [200, 404, 500])
def test_any_status_is_an_answer(server: VectorServer, status: int) -> None:
    server.answer = lambda asked: (status, b"Said.")
    assert ask(server) == services.ServiceResponse(status, b"Said.")


def test_the_key_is_sent_to_no_other_site(server: VectorServer) -> None:
    server.answer = lambda asked: (302, b"")
    assert ask(server).status == 302
    assert server.paths == ["/v1/x"]


def test_it_has_a_time_limit(server: VectorServer) -> None:
    ends = Event()
    server.answer = lambda asked: (200 if ends.wait(120) else 504, b"")
    try:
        with pytest.raises(services.ServiceUnavailable, match="did not answer within 0.2 seconds"):
            ask(server, seconds=0.2)
    finally:
        ends.set()


def test_an_answer_has_a_size(server: VectorServer) -> None:
    server.answer = lambda asked: (200, b"x" * 10)
    assert ask(server, max_bytes=10).content == b"x" * 10
    with pytest.raises(services.ServiceUnavailable, match="sent more than 9 bytes"):
        ask(server, max_bytes=9)


def test_a_connection_that_is_cut(server: VectorServer) -> None:
    server.answer = lambda asked: (0, b"")
    with pytest.raises(services.ServiceUnavailable, match="cannot be reached, or the connection was cut"):
        ask(server)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://no-such-host.invalid/x"])
def test_no_server_is_there(url: str) -> None:
    with pytest.raises(services.ServiceUnavailable, match="cannot be reached"):
        services.send_post(url, b"{}", {}, seconds=5, max_bytes=10)
