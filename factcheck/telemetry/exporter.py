"""The process that serves metrics, on its own private port.

It is separate from web processes, so it responds even if they do not, and requests for metrics take no thread or
connection from visitors.
"""

import fcntl
import hmac
import logging
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory, gettempdir
from threading import BoundedSemaphore, Timer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings

logger = logging.getLogger(__name__)

#: The number of concurrent requests, and the time limit of each from first byte to last.
CALLERS, TIMEOUT_SECONDS = 20, 15
#: The environment variable that names the folder where processes write their counters.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
#: A file system in memory.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  folders created there have random names and are ours alone
#: The prefix of these folders.
FOLDER_PREFIX = "factcheck-metrics-"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@contextmanager
def share_counters() -> Iterator[None]:
    """If metrics are on, make processes forked in this block store their counters in one folder."""
    if not settings.METRICS_PORT:
        yield
        return
    _remove_leftovers()
    with (
        TemporaryDirectory(prefix=FOLDER_PREFIX, dir=choose_folder(), ignore_cleanup_errors=True) as folder,
        _hold_folder(Path(folder)),
    ):
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER_VARIABLE]


def choose_folder() -> Path:
    """Return the folder for counters: in memory if possible, because writing to disk delays the process."""
    return MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK | os.X_OK) else Path(gettempdir())


@contextmanager
def _hold_folder(folder: Path) -> Iterator[None]:
    """Lock the folder to show that it is in use. Forked processes share the lock."""
    with (folder / "lock.new").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        (folder / "lock.new").rename(folder / "lock")
        yield


def _remove_leftovers() -> None:
    """Remove folders of processes that were killed."""
    for folder in choose_folder().glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.geteuid():
                with (folder / "lock").open() as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)


def build_application(content: Callable[[], bytes], token: str) -> Wsgi:
    """Return the application for `/metrics`, protected by the token if one is configured."""
    expected = f"Bearer {token}".encode()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def send(status: HTTPStatus, body: bytes, *fields: tuple[str, str]) -> list[bytes]:
            length = ("Content-Length", str(len(body)))
            start_response(
                f"{status.value} {status.phrase}", [("Cache-Control", "no-store"), length, *fields]
            )
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

        if environ["PATH_INFO"] != "/metrics":
            return send(HTTPStatus.NOT_FOUND, b"")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return send(HTTPStatus.METHOD_NOT_ALLOWED, b"", ("Allow", "GET, HEAD"))
        authorization = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
        if token and not hmac.compare_digest(authorization, expected):
            return send(HTTPStatus.UNAUTHORIZED, b"", ("WWW-Authenticate", "Bearer"))
        try:
            body = content()
        except Exception:
            logger.exception("The metrics could not be collected.")
            return send(HTTPStatus.INTERNAL_SERVER_ERROR, b"")
        return send(HTTPStatus.OK, body, ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"))

    return answer


class _RequestHandler(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Log nothing, because monitoring systems send requests all the time."""


class MetricsServer(ThreadingMixIn, WSGIServer):
    """A server that no caller can block: it limits the number of connections and the time of each."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, application: Wsgi) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _RequestHandler)
        self.set_app(application)
        self._seats = BoundedSemaphore(CALLERS)

    def server_bind(self) -> None:
        """Bind without looking up the machine's name. WSGIServer looks it up, which can take long."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._seats.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        timer = Timer(TIMEOUT_SECONDS, self.shutdown_request, [request])
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self._seats.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("A client of the metrics disconnected: %r", sys.exception())


def export(host: str, port: int) -> None:
    """Serve the metrics until the process ends."""
    from factcheck.telemetry.exposition import build_page  # noqa: PLC0415  only in the process that serves metrics
    from factcheck.telemetry.query_spans import list_metric_queries  # noqa: PLC0415  only in the process that serves metrics

    os.nice(5)  # monitored processes end first
    folder = os.environ.get(FOLDER_VARIABLE)
    page = build_page(list_metric_queries(), Path(folder) if folder else None)
    with MetricsServer(host, port, build_application(page.content, settings.METRICS_TOKEN)) as server:
        server.serve_forever()
