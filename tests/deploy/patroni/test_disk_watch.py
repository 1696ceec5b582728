import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.patroni import disk_watch


class Node:
    """The answers of Patroni's API, and the requests that it received."""

    def __init__(self) -> None:
        self.role_status, self.switchover_status = 200, 200
        self.asked: list[object] = []
        #: A request for the role is answered at once; a switchover, once this is set.
        self.told_its_role: Callable[[], object] = lambda: None
        self.hands_over = threading.Event()
        self.hands_over.set()


@pytest.fixture
def node() -> Iterator[tuple[Node, str]]:
    node = Node()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            node.told_its_role()
            self.answer(node.role_status, {"patroni": {"name": "pg-1"}})

        def do_POST(self) -> None:
            node.hands_over.wait()
            node.asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.answer(node.switchover_status, {})

        def answer(self, status: int, body: object) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield node, f"http://127.0.0.1:{server.server_port}"
    node.hands_over.set()
    server.shutdown()
    server.server_close()


def test_the_primary_asks_for_another_one(
    node: tuple[Node, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    patroni, address = node
    assert disk_watch.hand_over(address, tmp_path) is True
    assert patroni.asked == [("/switchover", {"leader": "pg-1"})]


def test_a_replica_with_a_full_disk_asks_for_nothing_and_says_nothing(
    node: tuple[Node, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    patroni, address = node
    patroni.role_status = 503
    assert disk_watch.hand_over(address, tmp_path) is False
    assert patroni.asked == []
    assert capsys.readouterr().out == ""


def test_without_a_standby_it_says_so_and_tries_again(
    node: tuple[Node, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    patroni, address = node
    patroni.switchover_status = 412
    assert disk_watch.hand_over(address, tmp_path) is False
    assert "no other node took over" in capsys.readouterr().out


def test_a_patroni_that_is_away_does_not_end_the_watch(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert disk_watch.hand_over("http://127.0.0.1:1", tmp_path) is False
    assert "no other node took over" in capsys.readouterr().out


#: Handles SIGQUIT, which background processes of a shell ignore.
_SERVER = """
import signal, time
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
print("up", flush=True)
time.sleep(120)
"""


def test_a_server_that_cannot_stop_is_ended(
    node: tuple[Node, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    patroni, address = node
    patroni.hands_over.clear()
    monkeypatch.setattr(disk_watch, "MAX_WAIT_SECONDS", 60)
    patroni.told_its_role = lambda: monkeypatch.setattr(disk_watch, "MAX_WAIT_SECONDS", 0.2)
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"up\n"
        (tmp_path / "postmaster.pid").write_text(f"{server.pid}\n/data\n")
        assert disk_watch.hand_over(address, tmp_path) is True
        assert server.wait(60) == -signal.SIGQUIT


def test_free_space_is_reported_in_megabytes(tmp_path: Path):
    assert disk_watch.measure_free_megabytes(tmp_path) > 1
