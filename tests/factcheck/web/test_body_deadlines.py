"""The site ends connections whose body does not arrive in time, and no others."""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from factcheck.web import body_deadlines
from factcheck.web.body_deadlines import Arrival, Connection, Deadlines, find_connection
from tests.factcheck.web.test_serving import until

ADDRESS = "198.51.100.7"


def connection(port: int, silent: float, received: int, address: str = ADDRESS) -> Connection:
    return Connection((address, port), silent, True, received, 0, -1)


def found(now: list[Connection], before: list[Connection], seconds: float = 40) -> int | None:
    """The port of the connection that is ended for a body that has been waited for so long."""
    begun = time.monotonic() - seconds
    ended = find_connection(
        Arrival(ADDRESS, 8000, begun, begun + 30), now, {each.peer: each for each in before}
    )
    return ended.peer[1] if ended else None


def test_the_connection_of_an_overdue_body_is_distinguished_from_others_of_its_visitor() -> None:
    silent, older, trickling, upload = (
        (connection(port, before, 300), connection(port, now, received))
        for port, before, now, received in (
            (1, 37, 38, 300),  # nothing came for nearly as long as the body is waited for
            (2, 90, 91, 300),  # a long question, asked long before
            (3, 0.4, 0.2, 302),  # two bytes a second
            (4, 0.1, 0.1, 90_300),  # as fast as a body has to be
        )
    )
    assert found([silent[1], older[1], upload[1]], [silent[0], older[0], upload[0]]) == 1
    assert found([silent[1], older[1], trickling[1]], [silent[0], older[0], trickling[0]]) == 3
    assert found([older[1], upload[1]], [older[0], upload[0]]) is None
    assert found([silent[1]], []) is None  # it has only just been seen
    assert found([silent[1]._replace(segments_sent=1)], [silent[0]]) is None  # an answer is being sent
    idle = [each._replace(peer=(ADDRESS, 5), awaits_answer=False) for each in silent]
    assert found([idle[1], silent[1]], [idle[0], silent[0]]) == 1
    assert found([silent[1]._replace(peer=("203.0.113.9", 1))], [silent[0]]) is None


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_deadlines, "SECONDS", 0.3)
    monkeypatch.setattr(body_deadlines, "POLL_SECONDS", 0.1)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def begin(stack: ExitStack, listener: socket.socket, said: bytes) -> tuple[socket.socket, socket.socket]:
    visitor = stack.enter_context(socket.create_connection(listener.getsockname(), timeout=60))
    ours = stack.enter_context(listener.accept()[0])
    ours.settimeout(60)
    visitor.sendall(said)
    assert ours.recv(100) == said
    return visitor, ours


@pytest.mark.usefixtures("quick")
def test_a_reader_of_a_late_body_sees_its_end_and_answered_connections_stay(listener: socket.socket) -> None:
    deadlines, port = Deadlines(), listener.getsockname()[1]
    with ExitStack() as stack:
        answered, answering = begin(stack, listener, b"GET")
        answering.sendall(b"answer")
        _slow, reading = begin(stack, listener, b"POST")
        arrival = deadlines.begin("127.0.0.1", port, 10)
        assert reading.recv(1) == b""
        deadlines.end(arrival)
        assert answered.recv(6) == b"answer"
        answered.sendall(b"more")
        assert answering.recv(4) == b"more"


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_searching_for_a_connection_leaves_no_descriptor_open_and_survives_errors(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError(errno.EMFILE, "Too many open files")]

    def fail_once(*arguments: Any) -> Connection | None:
        if failures:
            raise failures.pop()
        return find_connection(*arguments)

    monkeypatch.setattr(body_deadlines, "find_connection", fail_once)
    deadlines, port = Deadlines(), listener.getsockname()[1]
    with ExitStack() as stack:
        _slow, reading = begin(stack, listener, b"POST")
        before = len([*Path("/proc/self/fd").iterdir()])
        arrival = deadlines.begin("127.0.0.1", port, 10)
        assert reading.recv(1) == b""
        deadlines.end(arrival)
        # Copies are closed a moment after a connection is shut down, some of the test before this one too.
        assert until(lambda: len([*Path("/proc/self/fd").iterdir()]) <= before)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_a_body_that_has_come_is_looked_after_no_longer(listener: socket.socket) -> None:
    deadlines, port = Deadlines(), listener.getsockname()[1]
    with ExitStack() as stack:
        _visitor, ours = begin(stack, listener, b"POST")
        deadlines.end(deadlines.begin("127.0.0.1", port, 10))
        ours.settimeout(1)
        with pytest.raises(TimeoutError):
            ours.recv(1)
