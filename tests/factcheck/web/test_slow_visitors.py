"""The running site and visitors who do not finish what they began, with and without a proxy before it."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest

from factcheck.database import embedded
from factcheck.web import serving
from tests.factcheck.web.test_serving import (
    PATIENCE,
    answers,
    environment,
    port,
    started,
    static_files,
    until,
)
from tests.helpers.free_ports import free_port

pytestmark = pytest.mark.slow

__all__ = ["environment", "port", "static_files"]  # fixtures

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4000; }}
http {{
    access_log off; client_header_timeout 10s; client_body_timeout 10s;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{front};
        location / {{
            proxy_pass http://127.0.0.1:{back};
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, back: int) -> Iterator[int]:
    """A proxy as docs/operators.md describes it."""
    program = shutil.which(
        "nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
    )
    if program is None:
        pytest.skip("nginx is not installed")
    front = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, front=front, back=back))
    with subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")]) as process:
        try:
            assert until(lambda: _listens(front))
            yield front
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def unfinished(stack: ExitStack, port: int, begun: bytes) -> socket.socket:
    visitor = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
    visitor.sendall(begun)
    return visitor


LOOKUP = (
    b"POST /api/v1/lookup/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 200\r\n\r\n{"
)
HEAD = b"GET / HTTP/1.1\r\nHost: local"


@pytest.mark.parametrize("proxied", [False, True], ids=["alone", "behind nginx"])
def test_unfinished_bodies_and_headers_do_not_block_others(
    environment: dict[str, str], port: int, tmp_path: Path, proxied: bool
) -> None:
    quick = environment | {"HEAD_SECONDS": "5", "TRUST_PROXY": "1" if proxied else "0"}
    with ExitStack() as stack:
        stack.enter_context(started(quick, "serve"))
        front = stack.enter_context(nginx(tmp_path, port)) if proxied else port
        bodies = [unfinished(stack, front, LOOKUP) for _visitor in range(20)]
        heads = [unfinished(stack, front, HEAD) for _visitor in range(500)]
        for _reader in range(3):
            assert answers(front) == 200
        # By itself the site ends those that it has begun to read, and refuses the others unread.
        assert {body.recv(1) for body in bodies} == ({b""} if proxied else {b"", b"H"})
        assert {head.recv(1) for head in heads} == {b""}
        assert answers(front) == 200


def test_bare_cr_folded_lines_and_unknown_lengths_are_refused(environment: dict[str, str], port: int) -> None:
    """What a proxy might take for the end of a request, or of another one."""
    refused = {
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\rb\r\n\r\n": b"400",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\r\n b\r\n\r\n": b"400",
        b"POST /api/v1/lookup/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n": b"411",
    }
    with ExitStack() as stack:
        stack.enter_context(started(environment, "serve"))
        found = {said: unfinished(stack, port, said).recv(200).split(b" ")[1] for said in refused}
    assert found == refused


def test_end_of_the_embedded_server_ends_the_rest(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.EMBEDDED_DATABASE, settings.DATA_DIR = True, tmp_path
    stopped = Event()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as server:
        monkeypatch.setattr(embedded, "find_live_server", lambda place: psutil.Process(server.pid))
        ended = serving._watch_database(stopped.set)
        assert not ended.is_set()
        server.kill()
        assert stopped.wait(PATIENCE)
    assert ended.is_set()


def test_another_server_is_not_watched(settings: Any) -> None:
    settings.EMBEDDED_DATABASE = False
    assert not serving._watch_database(lambda: pytest.fail("stopped")).is_set()
