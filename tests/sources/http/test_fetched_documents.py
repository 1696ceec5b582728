"""One address in, one document out, or a sentence that says why not. All servers here are on this machine."""

import gzip
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import USER_AGENT, FetchedDocument, fetch
from tests.helpers.site import PATIENT, Site, get, refusal


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
        assert fetched == FetchedDocument(
            url=url,
            final_url=url,
            status=200,
            content="<p>Müller</p>".encode("latin-1"),
            content_type="text/html",
            charset="iso-8859-1",
            fetched_at=fetched.fetched_at,
            etag='"v1"',
            last_modified="Tue, 08 Jan 2019 10:00:00 GMT",
            permanent_url=url,
        )

    @pytest.mark.parametrize(
        ("statuses", "permanent"),
        [((301, 301), "/2"), ((308, 302), "/1"), ((302, 301), "/0"), ((307, 303), "/0")],
    )
    def test_says_which_address_is_for_good(
        self, site: Site, statuses: tuple[int, int], permanent: str
    ) -> None:
        for number, status in enumerate(statuses):
            site.redirect(f"/{number}", f"/{number + 1}", status)
        site.page("/2")
        assert get(f"{site.address}/0").permanent_url == site.address + permanent

    def test_identifies_itself_honestly(self, site: Site) -> None:
        get(site.page("/"))
        get(site.page("/"), user_agent="Harbour Gazette/2.0")
        assert [headers["user-agent"] for _path, headers in site.requests] == [
            USER_AGENT,
            "Harbour Gazette/2.0",
        ]

    def test_unchanged_documents_have_no_content(self, site: Site) -> None:
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

    def test_requests_for_data_say_so(self, site: Site) -> None:
        url = site.page("/", b"{}", Content_Type="application/json")
        types = frozenset({"application/json", "text/html"})
        for accepted in (types, None):
            assert fetch(url, limits=PATIENT, accepted=accepted, allow_loopback=True).content == b"{}"
        site.page("/", b"%PDF", Content_Type="application/pdf")
        with pytest.raises(FetchError) as error:
            fetch(url, limits=PATIENT, accepted=types, allow_loopback=True)
        assert error.value.sentence == (
            f"{url} has the type application/pdf. Only application/json, text/html can be read."
        )
        assert {headers["accept"] for _path, headers in site.requests} == {"*/*"}

    @pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
    def test_compressed_content_is_unpacked(
        self, site: Site, encoding: str, pack: Callable[[bytes], bytes]
    ) -> None:
        assert (
            get(site.page("/", pack(b"<p>Rain.</p>"), Content_Encoding=encoding)).content == b"<p>Rain.</p>"
        )

    def test_a_compression_that_was_not_requested(self, site: Site) -> None:
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
        redirected = threading.Event()

        def bomb(request: BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", "/story")
            request.send_header("Content-Length", "1000000000")
            request.end_headers()
            redirected.wait()  # reading on would never end

        site.page("/story")
        try:
            assert get(site.answer("/a", bomb)).content == b"<p>Rain.</p>"
        finally:
            redirected.set()

    def test_without_a_target(self, site: Site) -> None:
        assert refusal(site.page("/a", b"", 302)).reason_code == "broken_response"
