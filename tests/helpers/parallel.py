"""What happens at the same moment: calls that begin together, and a server that answers while a test asks it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Barrier, Thread
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(*calls: Callable[[], T]) -> list[T]:
    """The results of the calls, in order, when all begin together, each with its own connections."""
    together = Barrier(len(calls))

    def begun(call: Callable[[], T]) -> T:
        try:
            together.wait(timeout=120)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [outcome.result() for outcome in [threads.submit(begun, call) for call in calls]]


@contextmanager
def served(server: BaseServer) -> Iterator[None]:
    """Have the server answer in a thread of its own, and close it in the end."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
