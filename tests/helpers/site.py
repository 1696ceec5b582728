"""A web server with configurable responses, and how the tests of fetching query it."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import FetchedDocument, Limits, fetch

#: So patient that no busy machine makes them wait too long; tests of time set their own.
PATIENT = Limits(connect_seconds=60, read_seconds=60, total_seconds=60, content_bytes=100_000, redirects=5)

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web server that answers each path as configured and records the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                try:
                    site.answers[self.path](self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_arguments: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, path: str, body: bytes = b"<p>Rain.</p>", status: int = 200, **headers: str) -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in ({"Content-Type": "text/html"} | named).items():
                if value:
                    request.send_header(name, value)
            if "Content-Length" not in named:
                request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        return self.answer(path, answer)

    def redirect(self, path: str, to: str, status: int = 302, **headers: str) -> str:
        return self.page(path, b"", status, Location=to, **headers)

    def answer(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.address + path


def get(url: str, limits: Limits = PATIENT, **named: Any) -> FetchedDocument:
    return fetch(url, limits=limits, allow_loopback=True, **named)


def refusal(url: str, limits: Limits = PATIENT) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(url, limits)
    assert str(caught.value) == caught.value.sentence
    assert caught.value.sentence.endswith(".")
    return caught.value
