"""Compressed answers: for clients that accept them, and validators identify exactly one representation."""

import gzip
import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
from django.contrib.auth.models import User
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils.cache import get_conditional_response
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Claim
from factcheck.web.compression import MIN_BYTES, Compression, list_accepted
from tests.helpers.memory import measure_peak
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]

TEXT = b"The bridge cost 52 million euros, as the audited accounts say. " * 40
DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}


def plain(**headers: str) -> HttpResponse:
    return HttpResponse(TEXT, content_type="application/json", headers=headers)


def tagged(request: HttpRequest) -> HttpResponseBase:
    """A public view: 304 for a current copy, otherwise the text with a strong ETag."""
    response = get_conditional_response(request, etag='"abc"') or plain()
    response["ETag"] = '"abc"'
    return response


def answer(view: Callable[[HttpRequest], HttpResponseBase], accept: str = "br", **headers: str) -> Any:
    request = RequestFactory().get("/", headers={"accept-encoding": accept, **headers})
    return Compression(view)(request)


# Accepted encodings


@sweep(
    "header, codings",
    [
        ("gzip, deflate, br, zstd", ("br", "gzip")),
        ("gzip", ("gzip",)),
        ("GZIP;Q=1.0", ("gzip",)),
        ("x-gzip", ("gzip",)),
        ("br;q=0.5, gzip;q=0.8", ("gzip", "br")),
        ("br;q=0, gzip", ("gzip",)),
        ("br;q=0.000,*", ("gzip",)),
        ("*", ("br", "gzip")),
        ("*;q=0", ()),
        ("gzip ; q = 0.3", ("gzip",)),
        ("gzip;q=high", ()),
        ("gzip;q=1.5", ()),
        ("identity", ()),
        ("deflate, zstd", ()),
        ("", ()),
        (",,;q=1,", ()),
    ],
)
def test_codings_that_a_client_takes(header: str, codings: tuple[str, ...]) -> None:
    assert list_accepted(header) == codings


@pytest.mark.slow
@given(st.text(st.characters(codec="latin-1"), max_size=50))
def test_any_header_is_read(header: str) -> None:
    assert set(list_accepted(header)) <= {"br", "gzip"}


# Compressed types


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_body_is_the_same_and_shorter(coding: str) -> None:
    response = answer(lambda request: plain(**{"Content-Length": str(len(TEXT)), "ETag": '"abc"'}), coding)
    assert response.headers["Content-Encoding"] == coding
    assert DECOMPRESS[coding](response.content) == TEXT
    assert int(response.headers["Content-Length"]) == len(response.content) < len(TEXT) / 5
    assert response.headers["ETag"] == f'"abc-{coding}"'
    assert response.headers["Vary"] == "Accept-Encoding"


def test_clients_without_compression_get_plain_text_and_caches_distinguish_them() -> None:
    response = answer(tagged, "identity")
    assert (response.content, response.headers["ETag"]) == (TEXT, '"abc"')
    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"


def test_weak_tag_stays_weak() -> None:
    assert answer(lambda request: plain(ETag='W/"abc"')).headers["ETag"] == 'W/"abc-br"'


@sweep(
    "response",
    [
        HttpResponse(TEXT[: MIN_BYTES - 1], content_type="application/json"),
        HttpResponse(TEXT, content_type="image/png"),
        HttpResponse(TEXT, content_type="application/zip"),
        HttpResponse(TEXT, status=206),
        plain(**{"Content-Encoding": "gzip"}),
        plain(**{"Cache-Control": "public, no-transform"}),
        plain(Vary="Accept-Language, Cookie"),
    ],
)
def test_answers_that_are_not_compressed(response: HttpResponse) -> None:
    body, headers = response.content, dict(response.headers)
    assert answer(lambda request: response) is response
    assert (response.content, dict(response.headers)) == (body, headers)


def test_answer_that_sets_a_cookie_is_left_alone() -> None:
    response = plain()
    response.set_cookie("sessionid", "secret")
    assert "Content-Encoding" not in answer(lambda request: response).headers


@sweep(
    "content_type",
    [
        "text/html; charset=utf-8",
        "text/csv",
        "application/json",
        "application/ld+json",
        "application/problem+json",
        "application/vnd.oai.openapi+json; charset=utf-8",
        "application/atom+xml",
        "application/rss+xml; charset=utf-8",
        "application/x-ndjson",
        "application/feed+json",
        "Application/JSON",
        "image/svg+xml",
    ],
)
def test_texts_are_compressed(content_type: str) -> None:
    response = answer(lambda request: HttpResponse(TEXT, content_type=content_type))
    assert response.headers["Content-Encoding"] == "br"


def test_answers_that_would_not_become_shorter_are_unchanged() -> None:
    noise = hashlib.shake_256().digest(3000)
    response = answer(
        lambda request: HttpResponse(noise, content_type="text/plain", headers={"ETag": '"abc"'})
    )
    assert (response.content, response.headers["ETag"]) == (noise, '"abc"')
    assert "Content-Encoding" not in response.headers


# Validators


def test_copy_is_confirmed_by_the_tag_that_it_came_with() -> None:
    etag = answer(tagged).headers["ETag"]
    response = answer(tagged, **{"if-none-match": etag})
    assert (response.status_code, response.headers["ETag"]) == (304, '"abc-br"')
    assert response.headers["Vary"] == "Accept-Encoding"


@sweep(
    "accept, sent, status, etag",
    [
        # Another version.
        ("br", '"old-br"', 200, '"abc-br"'),
        # A list, with and without blanks; weakened by a proxy on the way.
        ("br", '"old", "abc-br"', 304, '"abc-br"'),
        ("br", '"old","abc-br","x"', 304, '"abc-br"'),
        ("br", 'W/"abc-br"', 304, '"abc-br"'),
        # Every client can use an uncompressed copy.
        ("br", '"abc"', 304, '"abc"'),
        ("identity", '"abc"', 304, '"abc"'),
        # A cache with two copies asks for a client that takes only one of them.
        ("gzip", '"abc-br", "abc-gzip"', 304, '"abc-gzip"'),
        ("gzip", '"abc-br"', 200, '"abc-gzip"'),
        ("identity", '"abc-br"', 200, '"abc"'),
        # Another copy than we would send, but one that the client takes.
        ("br, gzip", '"abc-gzip"', 304, '"abc-gzip"'),
        ("br, gzip", '"abc-gzip", "abc-br", "abc"', 304, '"abc-br"'),
        ("br", "*", 304, '"abc-br"'),
        ("br", "abc-br", 200, '"abc-br"'),
        ("br", '"abc-br', 200, '"abc-br"'),
        ("br", '"abc-brr"', 200, '"abc-br"'),
    ],
)
def test_copies_that_a_client_names(accept: str, sent: str, status: int, etag: str) -> None:
    response = answer(tagged, accept, **{"if-none-match": sent})
    assert (response.status_code, response.headers["ETag"]) == (status, etag)


@given(st.text(st.sampled_from('abc"-brgzip,W/* '), max_size=40))
def test_any_if_none_match_is_read(sent: str) -> None:
    response = answer(tagged, **{"if-none-match": sent})
    assert response.status_code in (200, 304)
    assert response.headers["ETag"] in ('"abc-br"', '"abc"')


@sweep("sent", ['"abc"', '"abc-br"', '"abc-gzip"', '"old", "abc-br"'])
def test_edit_may_name_the_version_as_it_came(sent: str) -> None:
    def edit(request: HttpRequest) -> HttpResponse:
        tags = [tag.strip() for tag in request.headers["If-Match"].split(",")]
        return HttpResponse(status=204 if '"abc"' in tags else 412)

    request = RequestFactory().put("/", headers={"if-match": sent, "accept-encoding": "br"})
    assert Compression(edit)(request).status_code == 204


def test_headers_that_were_read_before_are_read_again() -> None:
    request = RequestFactory().get("/", headers={"if-none-match": '"abc-br"', "accept-encoding": "br"})
    assert request.headers["If-None-Match"] == '"abc-br"'
    Compression(lambda request: HttpResponse())(request)
    assert request.headers["If-None-Match"] == '"abc"'


# Downloads


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_download_is_the_same(coding: str) -> None:
    rows = [b'{"id":%d}\n' % number for number in range(50_000)]

    def download(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            iter(rows), content_type="application/x-ndjson", headers={"ETag": '"all"'}
        )

    response = answer(download, coding)
    pieces = list(response)
    assert DECOMPRESS[coding](b"".join(pieces)) == b"".join(rows)
    assert len(pieces) > 2
    assert all(pieces)
    assert response.headers["ETag"] == f'"all-{coding}"'
    assert "Content-Length" not in response.headers


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_download_takes_the_same_memory_however_long(coding: str) -> None:
    def download(length: int) -> None:
        rows = (b'{"id":%d}\n' % number for number in range(length))
        for _ in answer(
            lambda request: StreamingHttpResponse(rows, content_type="application/x-ndjson"), coding
        ):
            pass

    assert measure_peak(lambda: download(400_000)) < measure_peak(lambda: download(40_000)) + 300_000


def test_reader_of_a_slow_download_is_not_left_waiting() -> None:
    """The part written so far can be read before the rest exists."""
    written = 0

    def rows() -> Iterator[bytes]:
        nonlocal written
        for number in range(100_000):
            written += 1
            yield b'{"id":%d}\n' % number

    body = iter(answer(lambda request: StreamingHttpResponse(rows(), content_type="text/csv"), "br"))
    next(body)
    assert written < 60_000


@pytest.mark.django_db  # what ends a response looks after connections
def test_download_that_is_cut_off_lets_go_of_its_source() -> None:
    closed = []

    def rows() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    response = answer(lambda request: StreamingHttpResponse(rows(), content_type="text/csv"))
    next(iter(response))
    response.close()
    assert closed == [True]


@pytest.mark.django_db  # what ends a response looks after connections
def test_file_is_sent_compressed(tmp_path: Any) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(TEXT)
    response = answer(lambda request: FileResponse(path.open("rb"), content_type="text/csv"))
    assert brotli.decompress(b"".join(response)) == TEXT
    assert "Content-Length" not in response.headers
    response.close()


# The site


@pytest.fixture
def published_claim(publish: Publish) -> Claim:
    return publish()


@pytest.mark.django_db
@sweep(
    "address, coding",
    itertools.product(
        ["/api/v1/claims/?view=full", "/api/v1/claims/{id}/", "/", "/feeds/claims.atom"], ["br", "gzip"]
    ),
)
def test_public_answers(client: Client, published_claim: Claim, address: str, coding: str) -> None:
    address = address.format(id=published_claim.pk)
    whole = client.get(address, follow=True)
    response = client.get(address, follow=True, headers={"accept-encoding": coding})
    assert response.headers["Content-Encoding"] == coding
    assert DECOMPRESS[coding](response.content) == whole.content
    assert response.headers["ETag"] == whole.headers["ETag"][:-1] + f'-{coding}"'
    for sent in (whole, response):
        assert "Accept-Encoding" in sent.headers["Vary"]
        assert "Cookie" not in sent.headers["Vary"]
    again = client.get(
        address,
        follow=True,
        headers={"accept-encoding": coding, "if-none-match": response.headers["ETag"]},
    )
    assert (again.status_code, again.headers["ETag"]) == (304, response.headers["ETag"])


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/", "/admin/claims/claim/", "/accounts/login/"])
def test_pages_that_know_their_reader_are_not_compressed(
    client: Client, administrator: User, address: str
) -> None:
    if address.startswith("/admin/"):
        client.force_login(administrator)
    response = client.get(address, headers={"accept-encoding": "br, gzip"})
    assert response.status_code == 200
    assert len(response.content) > MIN_BYTES
    assert "Content-Encoding" not in response.headers
