"""The reader of the benchmark: what it counts, and that it leaves no server at work."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.read_side.load import WrongStatus, build_requests, run_load
from tests.helpers.parallel import served

pytestmark = pytest.mark.slow


class _Slow(BaseHTTPRequestHandler):
    """Answers after a while, over and over on one connection."""

    protocol_version = "HTTP/1.1"
    answered: list[str]

    def do_GET(self) -> None:
        time.sleep(0.02)
        self.answered.append(self.path)
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    _Slow.answered = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    with served(running):
        yield running


def test_all_requests_are_answered_before_the_next_measurement(server: ThreadingHTTPServer) -> None:
    load = run_load(("127.0.0.1", server.server_port), build_requests(["/"]), seconds=0.2, connections=4)
    # Of the four that were asked last, one ended the time and was counted; the other three were only waited for.
    assert load.response_count + 3 == len(_Slow.answered)


def test_slow_server_is_given_time_for_an_answer_on_each_connection(server: ThreadingHTTPServer) -> None:
    assert (
        run_load(
            ("127.0.0.1", server.server_port), build_requests(["/"]), seconds=0, connections=4
        ).response_count
        == 4
    )


def test_other_status_is_no_answer(server: ThreadingHTTPServer) -> None:
    with pytest.raises(WrongStatus):
        run_load(("127.0.0.1", server.server_port), build_requests(["/missing"]), seconds=0.1, connections=1)
