"""The browser's only network access: a local proxy to the public internet.

The browser requests every connection (page, picture, script, WebSocket, redirect) here by host name. The proxy resolves
the name once, checks the address as for any fetch (`sources.http.connections`), and connects to exactly that address,
so the address cannot change in between. The proxy does not see TLS content.
"""

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import cast
from urllib.parse import urlsplit

import requests

from sources.http.connections import resolve_public_address
from sources.http.fetchable_addresses import ACCEPTED_PORTS

CONNECT_SECONDS, SILENT_SECONDS = 5.0, 15.0
#: The maximum number of simultaneous connections; further ones wait.
MAX_CONNECTIONS = 64
_MAX_HEAD_BYTES = 65_536
_PIECE_SIZE = 65_536
_CONNECT_PATTERN = re.compile(rb"CONNECT (\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(\d{1,5}) HTTP/1\.[01]\r\n")
_PLAIN_REQUEST = re.compile(rb"([A-Z]{1,20}) (http://[^\s]+) HTTP/1\.[01]\r\n")
#: Header fields between browser and proxy, not for the server.
_HOP_HEADERS = re.compile(rb"\r\n(?:proxy-[a-z-]+|connection|keep-alive):[^\r\n]*", re.IGNORECASE)


class _ConnectionRefused(Exception):
    """The proxy refuses to connect to this host."""


class ForwardProxy(ThreadingTCPServer):
    """A proxy on its own port, on this machine only."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *, max_bytes: int, allow_loopback: bool = False) -> None:
        """Create a proxy for one page.

        Args:
            max_bytes: the maximum number of bytes received through the proxy.
            allow_loopback: lets tests visit a server on this machine, on any port.
        """
        super().__init__(("127.0.0.1", 0), _Connection)
        self.allow_loopback = allow_loopback
        self.refused: list[str] = []
        self.seats = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._left = max_bytes
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reserve_bytes(self, size: int) -> bool:
        """Subtract received bytes from the limit, and return whether the limit still holds."""
        with self._lock:
            self._left -= size
            return self._left >= 0

    def open_connection(self, host: str, port: int) -> socket.socket:
        """Connect to the host. Raises _ConnectionRefused if it is forbidden."""
        if port not in ACCEPTED_PORTS and not self.allow_loopback:
            self.refused.append(f"{host}:{port}")
            raise _ConnectionRefused
        try:
            address = resolve_public_address(host, port, allow_loopback=self.allow_loopback)
            return socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except (requests.RequestException, OSError, UnicodeError, ValueError):
            self.refused.append(f"{host}:{port}")
            raise _ConnectionRefused from None


class _Connection(BaseRequestHandler):
    """A connection from the browser."""

    request: socket.socket

    def handle(self) -> None:
        proxy = cast(ForwardProxy, self.server)
        self.request.settimeout(SILENT_SECONDS)
        with suppress(OSError), proxy.seats:
            head, remaining_bytes = self._read_head()
            try:
                server, first_bytes = self._connect_as_requested(proxy, head)
            except _ConnectionRefused:
                self.request.sendall(
                    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            with server:
                server.settimeout(SILENT_SECONDS)
                if first_bytes:
                    server.sendall(first_bytes + remaining_bytes)
                else:
                    self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    server.sendall(remaining_bytes)
                self._relay(proxy, server)

    def _read_head(self) -> tuple[bytes, bytes]:
        received_bytes = b""
        while b"\r\n\r\n" not in received_bytes:
            piece = self.request.recv(_PIECE_SIZE)
            if not piece or len(received_bytes) > _MAX_HEAD_BYTES:
                raise ConnectionError
            received_bytes += piece
        head, _, remaining_bytes = received_bytes.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n", remaining_bytes

    @staticmethod
    def _connect_as_requested(proxy: ForwardProxy, head: bytes) -> tuple[socket.socket, bytes]:
        """Connect to the requested host. Return the connection and the first bytes to send."""
        if tunnel := _CONNECT_PATTERN.match(head):
            return proxy.open_connection(tunnel[1].decode("latin-1").strip("[]"), int(tunnel[2])), b""
        if not (match := _PLAIN_REQUEST.match(head)):
            raise _ConnectionRefused
        try:
            parts = urlsplit(match[2].decode("latin-1"))
            host, port = parts.hostname or "", parts.port or 80
        except ValueError:
            raise _ConnectionRefused from None
        path = parts._replace(scheme="", netloc="").geturl() or "/"
        # One request for each connection: the next one may be for another server.
        fields = _HOP_HEADERS.sub(b"", head[match.end() - 2 : -4])
        message = b"%b %b HTTP/1.1%b\r\nConnection: close\r\n\r\n" % (
            match[1],
            path.encode("latin-1"),
            fields,
        )
        return proxy.open_connection(host, port), message

    def _relay(self, proxy: ForwardProxy, server: socket.socket) -> None:
        """Relay bytes in both directions until one side closes or is silent for too long."""
        while True:
            readable_sockets, _, _ = select.select([self.request, server], [], [], SILENT_SECONDS)
            if not readable_sockets:
                return
            for side in readable_sockets:
                piece = side.recv(_PIECE_SIZE)
                if not piece or (side is server and not proxy.reserve_bytes(len(piece))):
                    return
                (self.request if side is server else server).sendall(piece)


@contextmanager
def forward_proxy(*, max_bytes: int, allow_loopback: bool = False) -> Iterator[ForwardProxy]:
    """Run a proxy until the block ends."""
    with ForwardProxy(max_bytes=max_bytes, allow_loopback=allow_loopback) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
