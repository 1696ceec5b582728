"""Refused fetches: private addresses, slow answers, large answers."""

import gzip
import socket
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import fetch
from tests.helpers.memory import measure_peak
from tests.helpers.site import PATIENT, Site, get, refusal
from tests.helpers.sweeps import sweep


class TestAddress:
    @sweep(
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
    def test_addresses_outside_the_public_internet(self, url: str) -> None:
        with pytest.raises(FetchError) as caught:
            fetch(url, limits=PATIENT)
        assert caught.value.reason_code == "private_address"

    def test_a_name_that_resolves_to_a_private_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_n: answers)
        with pytest.raises(FetchError) as caught:
            fetch("http://news.example.org/story", limits=PATIENT)
        assert caught.value.reason_code == "private_address"

    def test_loopback_needs_the_permission_of_a_test(self, site: Site) -> None:
        url = site.page("/")
        with pytest.raises(FetchError):
            fetch(url, limits=PATIENT)
        assert site.requests == []

    @sweep(
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
    def test_addresses_that_no_article_has(self, url: str, reason_code: str) -> None:
        with pytest.raises(FetchError) as caught:
            fetch(url, limits=PATIENT)
        assert caught.value.reason_code == reason_code

    def test_a_password_is_not_repeated(self) -> None:
        with pytest.raises(FetchError) as caught:
            fetch("http://me:hunter2@example.org/", limits=PATIENT)
        assert "hunter2" not in str(caught.value)

    def test_a_server_that_does_not_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_arguments: object, **_named: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(FetchError) as caught:
            fetch("http://no-such-paper.example/", limits=PATIENT)
        assert caught.value.reason_code == "name_not_found"
        assert "no-such-paper.example" in caught.value.sentence

    def test_a_closed_port(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # no other program can listen there meanwhile
            port = unused.getsockname()[1]
            assert refusal(f"http://127.0.0.1:{port}/").reason_code == "connection_failed"

    @given(st.text(max_size=40))
    def test_no_text_leads_anywhere_but_to_a_refusal(self, text: str) -> None:
        with pytest.raises(FetchError):
            # A port outside the list: nothing is resolved, whatever the host.
            fetch(f"http://{text}:1/", limits=PATIENT)


class TestTime:
    """The sentences say which limit ended it, so no clock needs to be looked at."""

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_a_server_that_never_answers(self, scheme: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/"
            error = refusal(url, replace(PATIENT, connect_seconds=0.1, read_seconds=0.1))
        assert error.reason_code == "timed_out"
        assert error.sentence == f"127.0.0.1 did not answer in time ({url}). Try again later."

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "head", ["", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"], ids=["headers", "body"]
    )
    def test_a_server_that_sends_a_byte_at_a_time(self, site: Site, head: str) -> None:
        def drip(request: BaseHTTPRequestHandler) -> None:
            request.close_connection = True
            request.wfile.write(head.encode() or b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _byte in range(1000):
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.05)

        url = site.answer("/", drip)
        error = refusal(url, replace(PATIENT, total_seconds=0.5))
        assert error.reason_code == "timed_out"
        assert error.sentence == f"{url} was not complete after 0.5 seconds. Try again later."

    @pytest.mark.slow
    def test_slow_redirects_share_one_deadline(self, site: Site) -> None:
        def slowly(request: BaseHTTPRequestHandler) -> None:
            time.sleep(0.2)
            request.send_response(302)
            request.send_header("Location", f"/{int(request.path[1:]) + 1}")
            request.send_header("Content-Length", "0")
            request.end_headers()

        for step in range(6):
            site.answer(f"/{step}", slowly)
        assert refusal(f"{site.address}/0", replace(PATIENT, total_seconds=0.5)).reason_code == "timed_out"


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

    @pytest.mark.slow
    @pytest.mark.parametrize("layers", [1, 3])
    def test_a_bomb_is_not_unpacked(self, site: Site, layers: int) -> None:
        bomb = b"\0" * 50_000_000
        for _layer in range(layers):
            bomb = gzip.compress(bomb, 6)
        url = site.page("/", bomb, Content_Encoding=", ".join(["gzip"] * layers))
        reasons = []
        assert measure_peak(lambda: reasons.append(refusal(url).reason_code)) < 5_000_000
        assert set(reasons) == {"too_large"}
