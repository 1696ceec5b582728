"""The browser's only way out: permitted and refused connections, with any form of request."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from sources.http import forward_proxy as module
from sources.http.forward_proxy import ForwardProxy, forward_proxy
from tests.helpers.site import Site


def said(proxy: ForwardProxy, message: bytes) -> bytes:
    """What comes back for a message."""
    received = b""
    with socket.create_connection(("127.0.0.1", proxy.server_address[1]), timeout=30) as connection:
        connection.sendall(message)
        while piece := connection.recv(65_536):
            received += piece
    return received


@pytest.fixture
def strict() -> Iterator[ForwardProxy]:
    with forward_proxy(max_bytes=1_000_000) as proxy:
        yield proxy


@pytest.fixture
def lenient() -> Iterator[ForwardProxy]:
    with forward_proxy(max_bytes=1_000_000, allow_loopback=True) as proxy:
        yield proxy


HOSTS = [
    *("127.0.0.1", "localhost", "0.0.0.0", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254"),  # noqa: S104
    *("[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fec0::1]", "[::127.0.0.1]", "[fd00::1]"),
    *("2130706433", "0x7f.1", "017700000001", "127.1", "100.64.0.1", "224.0.0.1", "[64:ff9b::7f00:1]"),
    "nothing.invalid",
]


@pytest.mark.slow
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "message", ["CONNECT {0}:443 HTTP/1.1\r\n\r\n", "GET http://{0}/ HTTP/1.1\r\nHost: {0}\r\n\r\n"]
)
def test_addresses_outside_the_public_internet_are_refused(
    strict: ForwardProxy, host: str, message: str
) -> None:
    answer = said(strict, message.format(host).encode())
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert [place.rpartition(":")[0] for place in strict.refused] == [host.strip("[]")]


@pytest.mark.slow
@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 9200, 0, 99999])
def test_ports_that_no_web_server_has_are_refused(strict: ForwardProxy, port: int) -> None:
    assert said(strict, b"CONNECT 93.184.216.34:%d HTTP/1.1\r\n\r\n" % port).startswith(b"HTTP/1.1 403 ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "message",
    [
        b"GET file:///etc/passwd HTTP/1.1\r\n\r\n",
        b"GET ftp://example.org/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1:80:80 HTTP/1.1\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\n\r\n",
        b"GET http://a:b:c/ HTTP/1.1\r\n\r\n",
        b"\x00\x01\r\n\r\n",
    ],
)
def test_other_requests_are_refused(strict: ForwardProxy, message: bytes) -> None:
    assert said(strict, message).startswith(b"HTTP/1.1 403 ")


def test_a_name_is_resolved_once_and_that_address_connected_to(
    lenient: ForwardProxy, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changing a name's address between the check and the connection gains nothing."""
    asked: list[tuple[str, int]] = []

    def resolved(host: str, port: int, *, allow_loopback: bool) -> str:
        asked.append((host, port))
        return "127.0.0.1"

    monkeypatch.setattr(module, "resolve_public_address", resolved)
    port = site.server.server_port
    site.page("/page", b"<p>Rain.</p>")
    answer = said(
        lenient,
        f"GET http://rebinding.example:{port}/page HTTP/1.1\r\nHost: rebinding.example\r\n"
        f"Proxy-Connection: keep-alive\r\nConnection: keep-alive\r\nX-Kept: yes\r\n\r\n".encode(),
    )
    assert answer.endswith(b"<p>Rain.</p>")
    assert asked == [("rebinding.example", port)]
    path, headers = site.requests[0]
    assert path == "/page"
    assert (headers["connection"], headers["x-kept"], headers.get("proxy-connection")) == (
        "close",
        "yes",
        None,
    )


def test_a_tunnel_hands_on_both_ways(lenient: ForwardProxy, site: Site) -> None:
    site.page("/page", b"<p>Rain.</p>")
    port = site.server.server_port
    with socket.create_connection(("127.0.0.1", lenient.server_address[1]), timeout=30) as connection:
        connection.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: x\r\n\r\n" % port)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    assert received.endswith(b"<p>Rain.</p>")


def test_responses_are_limited_in_size(site: Site) -> None:
    site.page("/large", b"x" * 500_000)
    with forward_proxy(max_bytes=100_000, allow_loopback=True) as proxy:
        answer: Any = said(proxy, f"GET {site.address}/large HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert len(answer) <= 100_000
