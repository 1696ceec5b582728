"""Connections to the public internet only, with time limits."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sources.http.exchanges import Exchanges, RecordedResponse


class Deadline:
    """A time limit after which all connections of a fetch are closed.

    A read timeout restarts with every byte, so a server that sends one byte a second could hold the connection for
    hours, even before the first header is complete. A timer that shuts down the socket ends the TLS handshake, the
    headers and the body alike. The timer keeps a duplicate of the descriptor, because TLS takes over the original.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._close_connection)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    @property
    def remaining(self) -> float:
        return max(self._ends - time.monotonic(), 0.001)

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._ends

    def watch(self, connection: socket.socket) -> None:
        with self._lock:
            self._sockets.append(connection.dup())
        if self.passed:
            self._close_connection()

    def _close_connection(self) -> None:
        with self._lock:
            for connection in self._sockets:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # closed by the other side already

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()


class PublicAdapter(IPFilterAdapter):
    """A stricter version of requests-hardened's IP filter that also enforces the deadline on each connection."""

    def __init__(
        self, *, is_https_proto: bool, allow_loopback: bool, deadline: Deadline, exchanges: Exchanges | None
    ) -> None:
        super().__init__(is_https_proto=is_https_proto, allow_loopback=allow_loopback)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _build_watched_pool(HTTPConnectionPool, deadline, exchanges),
            "https": _build_watched_pool(HTTPSConnectionPool, deadline, exchanges),
        }

    def build_connection_pool_key_attributes(self, *arguments: Any, **settings: Any) -> Any:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(*arguments, **settings)
        _refuse_unusual_host(host_params["host"], allow_loopback=self._allow_loopback)
        return host_params, pool_kwargs


def resolve_public_address(host: str, port: int, *, allow_loopback: bool) -> str:
    """Return the public IP address to connect to for a host.

    Raises:
        InvalidIPAddress: the host's address is not public.
        requests.RequestException: the host has no address.
    """
    address = filter_host(host, port, allow_loopback=allow_loopback)
    _refuse_unusual_host(address, allow_loopback=allow_loopback)
    return address.strip("[]")


def _refuse_unusual_host(host: str, *, allow_loopback: bool) -> None:
    """Reject site-local (fec0::/10) and reserved ranges (IPv4-compatible ::127.0.0.1), which the library accepts."""
    address = ipaddress.ip_address(host.strip("[]"))
    is_odd = isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address.is_reserved)
    if is_odd and not (address.is_loopback and allow_loopback):
        raise InvalidIPAddress(address)


class _AnyAddressAdapter(HTTPAdapter):
    """An adapter that connects to any IP address, within the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {
            "http": _build_watched_pool(HTTPConnectionPool, deadline),
            "https": _build_watched_pool(HTTPSConnectionPool, deadline),
        }


class _SingleRequestSession(requests.Session):
    """A session that does not process redirects.

    Even with `allow_redirects=False`, requests prepares the next hop. For that it reads the whole body of the current
    response, whatever its size, and it fails if the target is not a URL.
    """

    def resolve_redirects(self, *_arguments: Any, **_named: Any) -> Iterator[Any]:
        return iter(())


def _build_watched_pool(
    pool: type[HTTPConnectionPool], deadline: Deadline, exchanges: Exchanges | None = None
) -> type[HTTPConnectionPool]:
    class WatchedConnection(pool.ConnectionCls):  # type: ignore[name-defined]
        def _new_conn(self) -> socket.socket:
            connection: socket.socket = super()._new_conn()
            deadline.watch(connection)
            return connection

        def send(self, data: Any) -> None:
            super().send(data)
            if exchanges is not None:
                exchanges.record_sent(data)
                exchanges.note_connection(self.host.strip("[]"))

    if exchanges is not None:
        WatchedConnection.response_class = staticmethod(partial(RecordedResponse, exchanges=exchanges))
    return type(pool.__name__, (pool,), {"ConnectionCls": WatchedConnection})


@contextmanager
def open_public_session(
    deadline: Deadline, *, allow_loopback: bool, exchanges: Exchanges | None = None
) -> Iterator[requests.Session]:
    """Yield a session that checks every connection's IP address, keeps the deadline, and records its exchanges."""
    with _SingleRequestSession() as session:
        # Neither a proxy (which would resolve the name itself, bypassing the filter) nor a password from ~/.netrc.
        session.trust_env = False
        for scheme in ("http", "https"):
            adapter = PublicAdapter(
                is_https_proto=scheme == "https",
                allow_loopback=allow_loopback,
                deadline=deadline,
                exchanges=exchanges,
            )
            session.mount(f"{scheme}://", adapter)
        yield session


@contextmanager
def open_operator_session(deadline: Deadline) -> Iterator[requests.Session]:
    """Yield a session for URLs that the operator configured, even on this machine. Never use it for other URLs."""
    with _SingleRequestSession() as session:
        session.trust_env = False
        for scheme in ("http", "https"):
            session.mount(f"{scheme}://", _AnyAddressAdapter(deadline))
        yield session
