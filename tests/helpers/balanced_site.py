"""The site as several web processes, on the database of the test, behind a balancer that takes turns."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from threading import Thread

from django.conf import settings
from django.db import connection

from tests.helpers.database import addresses
from tests.helpers.free_ports import free_port

#: Seconds that a busy machine is given. Only a failing test waits that long.
PATIENCE = 300
#: What the balancer decides itself.
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class BalancedSite:
    """The port of the balancer, and the ports of the processes that answered, in order."""

    port: int
    answered: list[int] = field(default_factory=list)


@contextmanager
def balanced_site(folder: Path, processes: int) -> Iterator[BalancedSite]:
    """Start so many web processes and a balancer."""
    with ExitStack() as stack:
        ports = [stack.enter_context(_web_process(folder)) for _ in range(processes)]
        for port in ports:
            _wait_for(port)
        yield stack.enter_context(_balancer(ports))


@contextmanager
def _web_process(folder: Path) -> Iterator[int]:
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
        **addresses(connection.settings_dict["NAME"]),
        "DATA_DIR": str(folder),
        "FACTCHECK_DEMO": "1",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1"]
    command += ["--port", str(port), "factcheck.wsgi:application"]
    with subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < end, "The web process does not listen."
            time.sleep(0.1)
        else:
            return


@contextmanager
def _balancer(ports: list[int]) -> Iterator[BalancedSite]:
    turns = cycle(ports)

    class Forwarding(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            port = next(turns)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            upstream = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            upstream.request("POST", self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            site.answered.append(port)
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Forwarding) as server:
        site = BalancedSite(server.server_port)
        Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()
