"""One message to one address, under the same distrust as fetching. All servers here are on this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sources.http import sent_messages
from sources.http.connections import Deadline
from sources.http.sent_messages import RESPONSE_BYTES, PostError, PostResponse, check_address, post
from tests.helpers.parallel import served
from tests.helpers.sweeps import sweep

Reply = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers every POST as configured, and records the bodies."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes, dict[str, str]]] = []
        self.reply: Reply = lambda request: answer(request, 200, b"thanks")
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.received.append((self.path, body, headers))
                try:
                    server.reply(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_arguments: object) -> None:
                """Keep quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook"


def answer(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with served(server.http):
        yield server


def send(url: str, body: bytes = b"{}", seconds: float = 60.0) -> PostResponse:
    return post(url, body, {"Content-Type": "application/json"}, seconds=seconds, allow_loopback=True)


def refusal(url: str, seconds: float = 60.0) -> PostError:
    with pytest.raises(PostError) as caught:
        send(url, seconds=seconds)
    assert str(caught.value).endswith(".")
    return caught.value


def test_body_and_headers_arrive_as_they_are(server: Server) -> None:
    assert send(server.url, "Müller".encode()) == PostResponse(200, "thanks", "")
    ((path, body, headers),) = server.received
    assert (path, body) == ("/hook", "Müller".encode())
    assert (headers["content-type"], headers["user-agent"]) == ("application/json", "Factcheck-Webhooks/1.0")


@pytest.mark.parametrize("status", [201, 204, 301, 307, 400, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer(server: Server, status: int) -> None:
    server.reply = lambda request: answer(request, status, Retry_After="120", Location="/elsewhere")
    assert send(server.url) == PostResponse(status, "", "120")
    assert [path for path, _body, _headers in server.received] == ["/hook"]


def test_only_the_beginning_of_an_answer_is_read(server: Server) -> None:
    ended = threading.Event()

    def long(request: BaseHTTPRequestHandler) -> None:
        try:
            answer(request, 200, b"x" * 100_000_000)
        except OSError:
            ended.set()  # no one reads the rest
            raise

    server.reply = long
    assert send(server.url).beginning == "x" * RESPONSE_BYTES
    assert ended.wait(120)


def test_answer_is_text_that_can_be_stored(server: Server) -> None:
    server.reply = lambda request: answer(request, 200, b"a\0\xffb")
    assert send(server.url).beginning == "a\ufffd\ufffdb"


def test_status_counts_although_the_body_is_cut(server: Server) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.close_connection = True

    server.reply = cut
    assert send(server.url).status == 200


def wait_for(event: threading.Event, *, then: Reply) -> Reply:
    def reply(request: BaseHTTPRequestHandler) -> None:
        event.wait()
        then(request)

    return reply


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """An event that only comes when the test is over, so that no thread outlives it."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.slow
def test_receiver_that_does_not_answer(server: Server, never: threading.Event) -> None:
    server.reply = wait_for(never, then=lambda request: answer(request, 200))
    error = refusal(server.url, seconds=0.5)
    assert (error.reason_code, str(error)) == ("timed_out", "127.0.0.1 did not answer within 0.5 seconds.")


@pytest.mark.slow
def test_receiver_that_sends_its_headers_one_byte_at_a_time(server: Server, never: threading.Event) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        while not never.wait(0.05):
            request.wfile.write(b"H")
            request.wfile.flush()

    server.reply = drip
    assert refusal(server.url, seconds=0.5).reason_code in ("timed_out", "broken_response")


def test_receiver_that_sends_its_body_one_byte_at_a_time_has_answered(
    server: Server, never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is over once the head is there, however long a busy machine takes until then."""
    deadlines: list[Deadline] = []
    read = sent_messages._read_beginning

    class Kept(Deadline):
        def __init__(self, seconds: float) -> None:
            super().__init__(seconds)
            deadlines.append(self)

    def over(response: requests.Response) -> str:
        [deadline] = deadlines
        deadline._close_connection()
        return read(response)

    monkeypatch.setattr(sent_messages, "Deadline", Kept)
    monkeypatch.setattr(sent_messages, "_read_beginning", over)

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        while not never.wait(0.05):
            request.wfile.write(b"x")
            request.wfile.flush()

    server.reply = drip
    assert send(server.url).status == 200


def test_no_server_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # no other program can listen there meanwhile
        port = probe.getsockname()[1]
        assert refusal(f"http://127.0.0.1:{port}/hook").reason_code == "connection_failed"


def test_receiver_that_hangs_up(server: Server) -> None:
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.connection.close()

    server.reply = hang_up
    assert refusal(server.url).reason_code == "connection_failed"


def test_receiver_that_speaks_no_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        error = refusal(f"http://127.0.0.1:{listening.getsockname()[1]}/hook")
        thread.join()
    assert error.reason_code in ("connection_failed", "broken_response")


def test_unknown_name() -> None:
    assert refusal("https://no-such-host.invalid/hook").reason_code == "name_not_found"


def test_https_without_a_certificate(server: Server) -> None:
    assert refusal(server.url.replace("http:", "https:")).reason_code == "certificate_invalid"


@sweep(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://10.0.0.1/hook",
        "https://192.168.1.1:8443/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/hook",
        "https://[::ffff:127.0.0.1]/hook",
        "https://[fd00::1]/hook",
        "https://0.0.0.0/hook",
        "https://2130706433/hook",
    ],
)
def test_private_addresses_are_not_connected_to(url: str) -> None:
    with pytest.raises(PostError) as caught:
        post(url, b"{}", {}, seconds=2)
    assert caught.value.reason_code == "private_address"


@sweep(
    "url, reason",
    [
        ("http://example.org/hook", "scheme_not_allowed"),
        ("ftp://example.org/hook", "scheme_not_allowed"),
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("hook", "scheme_not_allowed"),
        ("https:///hook", "invalid_url"),
        ("https://example.org:port/hook", "invalid_url"),
        ("https://[example/hook", "invalid_url"),
        ("https://exam ple.org/hook", "invalid_url"),
        ("https://example.org\\@10.0.0.1/hook", "invalid_url"),
        ("https://user:password@example.org/hook", "credentials_in_url"),
        ("https://example.org:5432/hook", "port_not_allowed"),
    ],
)
def test_addresses_that_nothing_is_sent_to(url: str, reason: str) -> None:
    with pytest.raises(PostError) as caught:
        check_address(url)
    assert caught.value.reason_code == reason
    with pytest.raises(PostError) as caught:
        post(url, b"{}", {}, seconds=2)
    assert caught.value.reason_code == reason


@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org:8443/hook?key=1", "https://例え.jp/hook"]
)
def test_addresses_that_are_fine(url: str) -> None:
    check_address(url)


@given(st.text())
def test_every_invalid_address_is_refused_with_a_message(text: str) -> None:
    with pytest.raises(PostError):
        check_address(text if not text.startswith("https://") else text[8:])
