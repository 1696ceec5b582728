"""One address in, one document out, or a sentence that says why not. All servers here are on this machine."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching import USER_AGENT, Fetched, FetchError, Limits, fetch

QUICK = Limits(connect_seconds=1, read_seconds=0.5, total_seconds=1.5, content_bytes=100_000, redirects=5)

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web server that answers each path as it is told and remembers what it was asked."""

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


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def get(url: str, limits: Limits = QUICK, **named: str) -> Fetched:
    return fetch(url, limits=limits, allow_loopback=True, **named)


def refusal(url: str, limits: Limits = QUICK) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(url, limits)
    assert str(caught.value) == caught.value.sentence
    assert caught.value.sentence.endswith(".")
    return caught.value


class TestDocument:
    def test_everything_about_it(self, site: Site) -> None:
        url = site.page(
            "/story",
            "<p>Müller</p>".encode("latin-1"),
            Content_Type='Text/HTML; charset="ISO-8859-1"',
            ETag='"v1"',
            Last_Modified="Tue, 08 Jan 2019 10:00:00 GMT",
        )
        before = datetime.now(UTC)
        fetched = get(url)
        assert before <= fetched.fetched_at <= datetime.now(UTC)
        assert fetched == Fetched(
            url=url,
            final_url=url,
            status=200,
            content="<p>Müller</p>".encode("latin-1"),
            content_type="text/html",
            charset="iso-8859-1",
            fetched_at=fetched.fetched_at,
            etag='"v1"',
            last_modified="Tue, 08 Jan 2019 10:00:00 GMT",
        )

    def test_says_honestly_who_asks(self, site: Site) -> None:
        get(site.page("/"))
        get(site.page("/"), user_agent="Harbour Gazette/2.0")
        assert [headers["user-agent"] for _path, headers in site.requests] == [
            USER_AGENT,
            "Harbour Gazette/2.0",
        ]

    def test_what_has_not_changed_comes_without_content(self, site: Site) -> None:
        url = site.page("/", b"", 304, ETag='"v1"')
        fetched = get(url, etag='"v1"', last_modified="Tue, 08 Jan 2019 10:00:00 GMT")
        assert (fetched.status, fetched.content, fetched.etag) == (304, b"", '"v1"')
        headers = site.requests[0][1]
        assert headers["if-none-match"] == '"v1"'
        assert headers["if-modified-since"] == "Tue, 08 Jan 2019 10:00:00 GMT"

    @pytest.mark.parametrize(
        "kind", ["text/html", "application/xhtml+xml", "text/plain", "application/pdf", ""]
    )
    def test_the_kinds_that_extraction_reads(self, site: Site, kind: str) -> None:
        fetched = get(site.page("/", b"words", Content_Type=kind))
        assert (fetched.content_type, fetched.content, fetched.charset) == (kind, b"words", None)

    @pytest.mark.parametrize(
        "kind", ["image/png", "application/zip", "application/json", "text/css", "video/mp4"]
    )
    def test_other_kinds_are_named(self, site: Site, kind: str) -> None:
        error = refusal(site.page("/", Content_Type=kind))
        assert error.reason_code == "media_type_not_accepted"
        assert kind in error.sentence

    @pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
    def test_compressed_content_is_unpacked(
        self, site: Site, encoding: str, pack: Callable[[bytes], bytes]
    ) -> None:
        assert (
            get(site.page("/", pack(b"<p>Rain.</p>"), Content_Encoding=encoding)).content == b"<p>Rain.</p>"
        )

    def test_a_compression_nobody_asked_for(self, site: Site) -> None:
        error = refusal(site.page("/", b"xyz", Content_Encoding="br"))
        assert (error.reason_code, "compressed with br" in error.sentence) == ("broken_response", True)

    def test_broken_compression(self, site: Site) -> None:
        assert refusal(site.page("/", b"not gzip", Content_Encoding="gzip")).reason_code == "broken_response"

    def test_a_body_cut_short(self, site: Site) -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Content-Length", "5000")
            request.end_headers()
            request.wfile.write(b"<p>half")
            request.close_connection = True

        assert refusal(site.answer("/", answer)).reason_code in ("connection_failed", "broken_response")


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "reason_code"),
        [
            (401, "access_refused"),
            (403, "access_refused"),
            (451, "access_refused"),
            (404, "not_found"),
            (410, "not_found"),
            (429, "too_many_requests"),
            (500, "server_error"),
            (503, "server_error"),
            (204, "unexpected_status"),
            (206, "unexpected_status"),
            (418, "unexpected_status"),
        ],
    )
    def test_only_200_and_304_bring_a_document(self, site: Site, status: int, reason_code: str) -> None:
        url = site.page("/gone", b"", status)
        error = refusal(url)
        assert error.reason_code == reason_code
        assert url in error.sentence
        assert f"HTTP {status}" in error.sentence


class TestRedirects:
    def test_are_followed_to_the_end(self, site: Site) -> None:
        site.redirect("/a", "/b", 301)
        site.redirect("/b", f"{site.address}/c#comments", 308)
        end = site.page("/c")
        fetched = get(f"{site.address}/a")
        assert (fetched.url, fetched.final_url) == (f"{site.address}/a", end)

    def test_five_are_allowed_and_six_are_not(self, site: Site) -> None:
        for step in range(6):
            site.redirect(f"/{step}", f"/{step + 1}")
        site.page("/6")
        assert get(f"{site.address}/1").final_url == f"{site.address}/6"
        assert refusal(f"{site.address}/0").reason_code == "too_many_redirects"

    def test_a_circle_is_named(self, site: Site) -> None:
        site.redirect("/a", "/b")
        site.redirect("/b", "/a")
        error = refusal(f"{site.address}/a")
        assert (error.reason_code, "circle" in error.sentence) == ("redirect_loop", True)
        assert [path for path, _headers in site.requests] == ["/a", "/b"]

    def test_a_page_may_redirect_to_itself_once_it_has_set_a_cookie(self, site: Site) -> None:
        site.page("/story")
        page = site.answers["/story"]

        def gate(request: BaseHTTPRequestHandler) -> None:
            if request.headers.get("Cookie") == "seen=1":
                page(request)
            else:
                request.send_response(302)
                request.send_header("Location", "/story")
                request.send_header("Set-Cookie", "seen=1")
                request.send_header("Content-Length", "0")
                request.end_headers()

        assert get(site.answer("/story", gate)).content == b"<p>Rain.</p>"

    @pytest.mark.parametrize(
        ("target", "reason_code"),
        [
            ("http://10.0.0.1/", "private_address"),
            ("http://192.168.1.1/admin", "private_address"),
            ("http://169.254.169.254/latest/meta-data/", "private_address"),
            ("http://[::ffff:10.0.0.1]/", "private_address"),
            ("http://[fd00::1]/", "private_address"),
            ("file:///etc/passwd", "scheme_not_allowed"),
            ("ftp://example.org/", "scheme_not_allowed"),
            ("http://user:word@example.org/", "credentials_in_url"),
            ("http://[broken", "invalid_url"),
        ],
    )
    def test_every_hop_is_checked(self, site: Site, target: str, reason_code: str) -> None:
        assert refusal(site.redirect("/a", target)).reason_code == reason_code

    def test_the_body_of_a_redirect_is_not_read(self, site: Site) -> None:
        def bomb(request: BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", "/story")
            request.send_header("Content-Length", "1000000000")
            request.end_headers()
            time.sleep(1)

        site.page("/story")
        with at_most(0.9):
            assert get(site.answer("/a", bomb)).content == b"<p>Rain.</p>"

    def test_without_a_target(self, site: Site) -> None:
        assert refusal(site.page("/a", b"", 302)).reason_code == "broken_response"


class TestAddress:
    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.0.1/",
            "http://100.64.0.1/",
            "http://169.254.169.254/",
            "http://224.0.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[fe80::1]/",
            "http://[fec0::1]/",
            "http://[fd12::1]/",
            "https://127.0.0.1/",
        ],
    )
    def test_what_is_not_the_public_internet(self, url: str) -> None:
        with pytest.raises(FetchError) as caught:
            fetch(url, limits=QUICK)
        assert caught.value.reason_code == "private_address"

    def test_a_name_that_resolves_to_a_private_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_n: answers)
        with pytest.raises(FetchError) as caught:
            fetch("http://news.example.org/story", limits=QUICK)
        assert caught.value.reason_code == "private_address"

    def test_loopback_needs_the_permission_of_a_test(self, site: Site) -> None:
        url = site.page("/")
        with pytest.raises(FetchError):
            fetch(url, limits=QUICK)
        assert site.requests == []

    @pytest.mark.parametrize(
        ("url", "reason_code"),
        [
            ("", "scheme_not_allowed"),
            ("example.org/story", "scheme_not_allowed"),
            ("file:///etc/passwd", "scheme_not_allowed"),
            ("gopher://example.org/", "scheme_not_allowed"),
            ("http://", "invalid_url"),
            ("http:///story", "invalid_url"),
            ("http://exa mple.org/", "invalid_url"),
            ("http://example.org\\@10.0.0.1/", "invalid_url"),
            ("http://example.org:99999/", "invalid_url"),
            ("http://[::1", "invalid_url"),
            ("http://.example.org/", "invalid_url"),
            ("http://me@example.org/", "credentials_in_url"),
            ("http://example.org:22/", "port_not_allowed"),
            ("http://example.org:6379/", "port_not_allowed"),
        ],
    )
    def test_what_no_article_has_in_its_address(self, url: str, reason_code: str) -> None:
        with pytest.raises(FetchError) as caught:
            fetch(url, limits=QUICK)
        assert caught.value.reason_code == reason_code

    def test_a_password_is_not_repeated(self) -> None:
        with pytest.raises(FetchError) as caught:
            fetch("http://me:hunter2@example.org/", limits=QUICK)
        assert "hunter2" not in str(caught.value)

    def test_a_server_that_does_not_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_arguments: object, **_named: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(FetchError) as caught:
            fetch("http://no-such-paper.example/", limits=QUICK)
        assert caught.value.reason_code == "name_not_found"
        assert "no-such-paper.example" in caught.value.sentence

    def test_a_closed_port(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        assert refusal(f"http://127.0.0.1:{port}/").reason_code == "connection_failed"

    @given(st.text(max_size=40))
    def test_no_text_leads_anywhere_but_to_a_refusal(self, text: str) -> None:
        with pytest.raises(FetchError):
            # A port outside the list: nothing is resolved, whatever the host.
            fetch(f"http://{text}:1/", limits=QUICK)


class TestTime:
    def test_a_server_that_never_answers(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent, at_most(1.4):
            error = refusal(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert error.reason_code == "timed_out"

    def test_a_tls_server_that_never_shakes_hands(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent, at_most(1.4):
            error = refusal(f"https://127.0.0.1:{silent.getsockname()[1]}/")
        assert error.reason_code == "timed_out"

    @pytest.mark.parametrize(
        "head", ["", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"], ids=["headers", "body"]
    )
    def test_a_server_that_sends_a_byte_at_a_time(self, site: Site, head: str) -> None:
        def drip(request: BaseHTTPRequestHandler) -> None:
            request.close_connection = True
            request.wfile.write(head.encode() or b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _byte in range(100):
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.1)

        url = site.answer("/", drip)
        with at_most(2.5):
            error = refusal(url)
        assert (error.reason_code, "after 1.5 seconds" in error.sentence) == ("timed_out", True)

    def test_slow_redirects_share_one_deadline(self, site: Site) -> None:
        def slowly(request: BaseHTTPRequestHandler) -> None:
            time.sleep(0.4)
            request.send_response(302)
            request.send_header("Location", f"/{int(request.path[1:]) + 1}")
            request.send_header("Content-Length", "0")
            request.end_headers()

        for step in range(6):
            site.answer(f"/{step}", slowly)
        with at_most(2.5):
            assert refusal(f"{site.address}/0").reason_code == "timed_out"


class TestSize:
    def test_the_limit_itself_is_allowed(self, site: Site) -> None:
        assert len(get(site.page("/", b"x" * 100_000)).content) == 100_000

    def test_a_declared_length_is_refused_unread(self, site: Site) -> None:
        error = refusal(site.page("/", b"", Content_Length="100001"))
        assert (error.reason_code, "0.1 MB" in error.sentence) == ("too_large", True)

    def test_an_undeclared_length_is_counted(self, site: Site) -> None:
        def endless(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Connection", "close")
            request.end_headers()
            for _piece in range(100):
                request.wfile.write(b"x" * 10_000)
            request.close_connection = True

        assert refusal(site.answer("/", endless)).reason_code == "too_large"

    @pytest.mark.parametrize("layers", [1, 3])
    def test_a_bomb_is_not_unpacked(self, site: Site, layers: int) -> None:
        bomb = b"\0" * 50_000_000
        for _layer in range(layers):
            bomb = gzip.compress(bomb, 6)
        url = site.page("/", bomb, Content_Encoding=", ".join(["gzip"] * layers))
        with at_most(1.4):
            assert refusal(url).reason_code == "too_large"
