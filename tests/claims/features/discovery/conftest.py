"""Fixtures for announcements: a service on this machine that receives them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.helpers.parallel import served


@dataclass
class ToldService:
    """The requests received, and the answers to send; 200 when none are left."""

    messages: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    content: bytes = b""


@pytest.fixture
def told_service() -> Iterator[Callable[[], ToldService]]:
    """Make such services."""
    stack: list[Any] = []

    def made() -> ToldService:
        service = ToldService()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.messages.append((self.path, dict(self.headers), body))
                status, fields = service.answers.pop(0) if service.answers else (200, {})
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(service.content)))
                self.end_headers()
                self.wfile.write(service.content)

            def log_message(self, *arguments: Any) -> None:
                """Say nothing on the terminal."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        running = served(server)
        running.__enter__()
        stack.append(running)
        return service

    yield made
    for running in stack:
        running.__exit__(None, None, None)
