"""Deadlines for request bodies that arrive without a buffering proxy.

The web server waits for a body indefinitely and does not expose the connection (granian 2.8.9). So the connection is
found among those that Linux lists for this process: it comes from the visitor's address, nothing is sent on it, and
data arrives too slowly. The connection is shut down, and the reader of the body sees the body end early. On other
systems there are no deadlines.
"""

import logging
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

logger = logging.getLogger(__name__)

#: The time limit for receiving a body: this many seconds, and one more for each BYTES_PER_SECOND of its length.
SECONDS, BYTES_PER_SECOND = 3.0 * settings.HEAD_SECONDS, 20_000
#: The interval between two searches for overdue bodies, in seconds.
POLL_SECONDS = 1.0
#: The seconds within which the reader of a body sees that its connection was shut down. If it does not, the
#: connection belonged to another request.
GRACE_SECONDS = 5.0


@dataclass(eq=False)
class Arrival:
    """A request body being received: its sender, our port, and its start and deadline."""

    address: str
    port: int
    begun_at: float
    deadline: float


class Connection(NamedTuple):
    """A connection of this process and its traffic so far."""

    peer: tuple[str, int]
    silent_seconds: float  # since something arrived
    awaits_answer: bool  # nothing was sent since
    bytes_received: int
    segments_sent: int
    descriptor: int


class Deadlines:
    """The bodies being received, and a thread that cuts off overdue ones."""

    def __init__(self) -> None:
        self._arrivals: set[Arrival] = set()
        self._changed = threading.Condition()
        self._watch: threading.Thread | None = None

    def begin(self, address: str, port: int, length: int) -> Arrival:
        """Start the deadline of a body that is about to be received."""
        now = time.monotonic()
        arrival = Arrival(address, port, now, now + SECONDS + length / BYTES_PER_SECOND)
        with self._changed:
            self._arrivals.add(arrival)
            if self._watch is None and sys.platform == "linux":
                self._watch = threading.Thread(target=self._watch_bodies, daemon=True)
                self._watch.start()
            self._changed.notify()
        return arrival

    def end(self, arrival: Arrival) -> None:
        """Record that the body has arrived, or is no longer expected."""
        with self._changed:
            self._arrivals.discard(arrival)

    def _watch_bodies(self) -> None:
        peers: dict[tuple[str, int], Connection] = {}
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._arrivals)
            time.sleep(POLL_SECONDS)
            try:
                peers = self._end_overdue(peers)
            except OSError:
                # No descriptor is left, perhaps because of overdue bodies, so this is tried again.
                logger.exception("Overdue request bodies could not be ended.")

    def _end_overdue(self, peers: dict[tuple[str, int], Connection]) -> dict[tuple[str, int], Connection]:
        """Shut down the connections of overdue bodies. Return their clients' other connections, for the next call."""
        with self._changed:
            overdue_arrivals = [
                waiting_arrival
                for waiting_arrival in self._arrivals
                if waiting_arrival.deadline < time.monotonic()
            ]
        with _list_connections(
            {(waiting_arrival.address, waiting_arrival.port) for waiting_arrival in overdue_arrivals}
        ) as connections:
            for arrival in overdue_arrivals:
                if (arrival_connection := find_connection(arrival, connections, peers)) is not None:
                    connections.remove(arrival_connection)
                    _shut_down(arrival_connection)
                    arrival.deadline = time.monotonic() + GRACE_SECONDS
            return {waiting_arrival.peer: waiting_arrival for waiting_arrival in connections}


def find_connection(
    arrival: Arrival, connections: list[Connection], peers: dict[tuple[str, int], Connection]
) -> Connection | None:
    """Return the connection that most likely carries an overdue body, among those that existed a moment ago, or None.

    The client's other connections are recognised. One whose request is still being answered receives nothing, and has
    been silent since a different time. One whose body arrives fast enough has received more data. An idle one, which
    waits for its next request, could be chosen by mistake, but loses nothing when it is shut down.
    """
    age = time.monotonic() - arrival.begun_at

    def count_new_bytes(connection: Connection) -> int:
        return connection.bytes_received - peers[connection.peer].bytes_received

    slow_connections = [
        connection
        for connection in connections
        if connection.peer[0] == arrival.address
        and connection.peer in peers
        and connection.segments_sent == peers[connection.peer].segments_sent
        and count_new_bytes(connection) < BYTES_PER_SECOND * POLL_SECONDS
        and connection.silent_seconds <= age + POLL_SECONDS
    ]
    return max(
        slow_connections,
        key=lambda connection: (
            connection.awaits_answer,
            count_new_bytes(connection) > 0,
            connection.silent_seconds,
        ),
        default=None,
    )


@contextmanager
def _list_connections(addresses: set[tuple[str, int]]) -> Iterator[list[Connection]]:
    """Yield this process's connections from these addresses to these ports; the descriptors are copies."""
    connections: list[Connection] = []
    copies: list[int] = []
    try:
        for entry in Path("/proc/self/fd").iterdir() if addresses else ():
            for connection in _examine(int(entry.name), addresses):
                connections.append(connection)
                copies.append(connection.descriptor)
        yield connections
    finally:
        for copy in copies:
            os.close(copy)


def _examine(descriptor: int, addresses: set[tuple[str, int]]) -> Iterator[Connection]:
    try:
        # A copy of the descriptor keeps referring to this connection, whatever happens to the original.
        duplicate = os.dup(descriptor)
    except OSError:
        return
    try:
        copy = socket.socket(fileno=duplicate)
    except OSError:
        os.close(duplicate)  # an unattached file
        return
    try:
        peer, port = copy.getpeername(), copy.getsockname()[1]
        if (peer[0], port) not in addresses:
            return
        # `struct tcp_info`: milliseconds since data was sent and received; bytes received, segments of data sent.
        state = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
        sent_bytes, received_bytes = struct.unpack_from("=I4xI", state, 44)
        amount, segments = struct.unpack_from("=Q20xI", state, 128)
        awaits_answer = received_bytes < sent_bytes or (received_bytes == sent_bytes and not segments)
        yield Connection(peer[:2], received_bytes / 1000, awaits_answer, amount, segments, copy.detach())
    except (OSError, struct.error, IndexError, TypeError):
        return  # no connection, or one of another kind
    finally:
        copy.close()


def _shut_down(connection: Connection) -> None:
    with socket.socket(fileno=os.dup(connection.descriptor)) as copy:
        try:
            copy.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the visitor has left
