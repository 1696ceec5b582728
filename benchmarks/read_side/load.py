"""The reader: keep-alive connections that send one request after another, and a clock.

It uses plain sockets in one thread to take as little processor time as possible, because it shares the machine with the
servers that it measures. It uses only the standard library, because it runs in a separate process.
"""

import gc
import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_MAX_WAIT_SECONDS = 300.0


class WrongStatus(Exception):
    """A response had an unexpected status."""


class Disagreement(Exception):
    """Two contestants gave different answers, so that comparing their speed is meaningless."""


@dataclass(frozen=True, slots=True)
class Load:
    """The result of some seconds of load."""

    seconds: float
    response_count: int
    byte_count: int
    #: How long each answer took, in seconds, the shortest first.
    times: list[float]

    @property
    def rate(self) -> float:
        """Return the number of responses per second."""
        return self.response_count / self.seconds

    def compute_percentile(self, share: float) -> float:
        """Return the time in milliseconds within which this share of the responses arrived."""
        return 1000 * self.times[min(len(self.times) - 1, int(share * len(self.times)))]


class _Connection:
    __slots__ = ("byte_count", "last_bytes", "remaining_bytes", "socket", "started_at")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=_MAX_WAIT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started_at = 0.0
        self.byte_count = 0
        #: Bytes of the body that are still to come; -1 before the headers, -2 for a body in chunks.
        self.remaining_bytes = -1
        self.last_bytes = b""

    def send(self, request: bytes) -> None:
        self.byte_count, self.remaining_bytes, self.last_bytes = 0, -1, b""
        self.started_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self, chunk: bytes, status: bytes) -> bool:
        """Process the received bytes; return whether the response is complete."""
        self.byte_count += len(chunk)
        if self.remaining_bytes >= 0:
            self.remaining_bytes -= len(chunk)
            return self.remaining_bytes == 0
        text = self.last_bytes + chunk
        if self.remaining_bytes == -1:
            end = text.find(b"\r\n\r\n")
            if end < 0:
                self.last_bytes = text
                return False
            head = text[: end + 2]
            if head[9:12] != status:
                raise WrongStatus(text[:2000].decode(errors="replace"))
            if length := _LENGTH.search(head):
                self.remaining_bytes = int(length[1]) - (len(text) - end - 4)
                return self.remaining_bytes == 0
            if not _CHUNKED.search(head):
                return True  # without a body
            self.remaining_bytes = -2
        # JSON has no line break of its own in these answers, so this is the last chunk's.
        self.last_bytes = text[-7:]
        return text.endswith(b"\r\n0\r\n\r\n")


def build_requests(targets: Sequence[str], headers: Sequence[str] = ()) -> list[bytes]:
    """Return GET requests as bytes; `headers` has a line for each target, or is None."""
    header_lines = [f"{line}\r\n" for line in headers] or [""] * len(targets)
    return [
        f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{header_line}\r\n".encode()
        for target, header_line in zip(targets, header_lines, strict=True)
    ]


def run_load(
    address: tuple[str, int],
    requests: list[bytes],
    *,
    seconds: float,
    warm_up: float = 0.0,
    connections: int = 16,
    status: int = 200,
) -> Load:
    """Send these requests in turn for a time; each connection sends the next after its response.

    A slow server gets more time, until it has sent as many responses as there are connections. Responses still pending
    at the end are awaited but not counted, so that no server is still working when another one is measured.

    Raises:
        WrongAnswer: a response had an unexpected status.
        ConnectionError: the server closed a connection.
    """
    pending_requests = cycle(requests)
    expected_status = str(status).encode()
    selector = selectors.DefaultSelector()
    open_connections = [_Connection(address) for _ in range(connections)]
    for connection in open_connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    times: list[float] = []
    received_bytes, min_responses = 0, connections
    clock = time.perf_counter
    busy_count, stopped_at = connections, 0.0
    gc.disable()
    try:
        for connection in open_connections:
            connection.send(next(pending_requests))
        begins_at = clock() + warm_up
        ends_at = begins_at + seconds
        for connection in _iterate_answering(selector, expected_status):
            received_at = clock()
            if received_at >= begins_at and not stopped_at:
                times.append(received_at - connection.started_at)
                received_bytes += connection.byte_count
                stopped_at = received_at if received_at >= ends_at and len(times) >= min_responses else 0.0
            if not stopped_at:
                connection.send(next(pending_requests))
            elif (busy_count := busy_count - 1) == 0:
                break
        return Load(stopped_at - begins_at, len(times), received_bytes, sorted(times))
    finally:
        gc.enable()
        selector.close()
        for connection in open_connections:
            connection.socket.close()


def _iterate_answering(selector: selectors.BaseSelector, expected_status: bytes) -> Iterator[_Connection]:
    """Yield the connections in the order of their responses, forever."""
    while ready := selector.select(_MAX_WAIT_SECONDS):
        for key, _events in ready:
            connection: _Connection = key.data
            chunk = connection.socket.recv(1 << 19)
            if not chunk:
                raise ConnectionError("the server closed the connection")
            if connection.read(chunk, expected_status):
                yield connection
    raise ConnectionError(f"no answer within {_MAX_WAIT_SECONDS:.0f} seconds")


def fetch_response(address: tuple[str, int], request: bytes) -> bytes:
    """Return a whole response, with its headers and its chunks joined."""
    with socket.create_connection(address, timeout=_MAX_WAIT_SECONDS) as connection:
        connection.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        chunks = []
        while chunk := connection.recv(1 << 19):
            chunks.append(chunk)
    head, _, body = b"".join(chunks).partition(b"\r\n\r\n")
    if not _CHUNKED.search(head):
        return head + b"\r\n\r\n" + body
    joined_body = b""
    while body:
        chunk_size, _, body = body.partition(b"\r\n")
        joined_body, body = joined_body + body[: int(chunk_size, 16)], body[int(chunk_size, 16) + 2 :]
    return head + b"\r\n\r\n" + joined_body
