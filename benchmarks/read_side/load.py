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
_PATIENCE = 300.0


class WrongAnswer(Exception):
    """A response had an unexpected status."""


class Disagreement(Exception):
    """Two contestants gave different answers, so that comparing their speed is meaningless."""


@dataclass(frozen=True, slots=True)
class Load:
    """The result of some seconds of load."""

    seconds: float
    answers: int
    received: int
    #: How long each answer took, in seconds, the shortest first.
    times: list[float]

    @property
    def rate(self) -> float:
        """Return the number of responses per second."""
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        """Return the time in milliseconds within which this share of the responses arrived."""
        return 1000 * self.times[min(len(self.times) - 1, int(share * len(self.times)))]


class _Connection:
    __slots__ = ("received", "remaining", "socket", "started", "tail")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started = 0.0
        self.received = 0
        #: Bytes of the body that are still to come; -1 before the headers, -2 for a body in chunks.
        self.remaining = -1
        self.tail = b""

    def ask(self, request: bytes) -> None:
        self.received, self.remaining, self.tail = 0, -1, b""
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def read(self, chunk: bytes, status: bytes) -> bool:
        """Process the received bytes; return whether the response is complete."""
        self.received += len(chunk)
        if self.remaining >= 0:
            self.remaining -= len(chunk)
            return self.remaining == 0
        text = self.tail + chunk
        if self.remaining == -1:
            end = text.find(b"\r\n\r\n")
            if end < 0:
                self.tail = text
                return False
            head = text[: end + 2]
            if head[9:12] != status:
                raise WrongAnswer(text[:2000].decode(errors="replace"))
            if length := _LENGTH.search(head):
                self.remaining = int(length[1]) - (len(text) - end - 4)
                return self.remaining == 0
            if not _CHUNKED.search(head):
                return True  # without a body
            self.remaining = -2
        # JSON has no line break of its own in these answers, so this is the last chunk's.
        self.tail = text[-7:]
        return text.endswith(b"\r\n0\r\n\r\n")


def build_requests(targets: Sequence[str], headers: Sequence[str] = ()) -> list[bytes]:
    """Return GET requests as bytes; `headers` has a line for each target, or is None."""
    ends = [f"{line}\r\n" for line in headers] or [""] * len(targets)
    return [
        f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{end}\r\n".encode()
        for target, end in zip(targets, ends, strict=True)
    ]


def ask(
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
    pending = cycle(requests)
    wanted = str(status).encode()
    selector = selectors.DefaultSelector()
    opened = [_Connection(address) for _ in range(connections)]
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    times: list[float] = []
    received, least = 0, connections
    clock = time.perf_counter
    busy, stopped = connections, 0.0
    gc.disable()
    try:
        for connection in opened:
            connection.ask(next(pending))
        begin = clock() + warm_up
        end = begin + seconds
        for connection in _iterate_answering(selector, wanted):
            now = clock()
            if now >= begin and not stopped:
                times.append(now - connection.started)
                received += connection.received
                stopped = now if now >= end and len(times) >= least else 0.0
            if not stopped:
                connection.ask(next(pending))
            elif (busy := busy - 1) == 0:
                break
        return Load(stopped - begin, len(times), received, sorted(times))
    finally:
        gc.enable()
        selector.close()
        for connection in opened:
            connection.socket.close()


def _iterate_answering(selector: selectors.BaseSelector, wanted: bytes) -> Iterator[_Connection]:
    """Yield the connections in the order of their responses, forever."""
    while ready := selector.select(_PATIENCE):
        for key, _events in ready:
            connection: _Connection = key.data
            chunk = connection.socket.recv(1 << 19)
            if not chunk:
                raise ConnectionError("the server closed the connection")
            if connection.read(chunk, wanted):
                yield connection
    raise ConnectionError(f"no answer within {_PATIENCE:.0f} seconds")


def answer_to(address: tuple[str, int], request: bytes) -> bytes:
    """Return a whole response, with its headers and its chunks joined."""
    with socket.create_connection(address, timeout=_PATIENCE) as connection:
        connection.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        chunks = []
        while chunk := connection.recv(1 << 19):
            chunks.append(chunk)
    head, _, body = b"".join(chunks).partition(b"\r\n\r\n")
    if not _CHUNKED.search(head):
        return head + b"\r\n\r\n" + body
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        whole, body = whole + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return head + b"\r\n\r\n" + whole
