"""What went over the wire, as a WARC file that others read."""

import io
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from claims.features.archiving.warc import build_warc
from sources.http.exchanges import Exchanges
from sources.http.fetch_errors import FetchError
from tests.helpers.site import PATIENT, Site, get

BODY = "<h1>Fähren</h1>".encode() * 1000


def records(content: bytes) -> list[tuple[str, str | None, str | None, bytes]]:
    """Kind, address, status line and payload, unpacked, of each record."""
    return [
        (
            record.rec_type,
            record.rec_headers.get_header("WARC-Target-URI"),
            f"{record.http_headers.protocol} {record.http_headers.statusline}"
            if record.http_headers
            else None,
            record.content_stream().read(),
        )
        for record in ArchiveIterator(io.BytesIO(content))
    ]


def kept(url: str) -> bytes:
    exchanges = Exchanges(max_bytes=1_000_000)
    get(url, exchanges=exchanges)
    return build_warc(exchanges.exchanges, name="page.warc.gz")


def test_it_contains_every_redirect_with_the_request(site: Site, tmp_path: Path) -> None:
    page = site.page("/new", BODY, Set_Cookie="a=1")
    first = site.redirect("/old", "/new")
    content = kept(first)
    found = records(content)
    assert [(kind, url, head) for kind, url, head, _body in found] == [
        ("warcinfo", None, None),
        ("response", first, "HTTP/1.1 302 Found"),
        ("request", first, "GET /old HTTP/1.1"),
        ("response", page, "HTTP/1.1 200 OK"),
        ("request", page, "GET /new HTTP/1.1"),
    ]
    assert found[3][3] == BODY
    assert b"format: WARC File Format 1.1" in found[0][3]
    file = tmp_path / "page.warc.gz"
    file.write_bytes(content)
    output = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(file)], capture_output=True, check=False
    )
    assert output.returncode == 0, output.stdout
    assert b"digest pass" in output.stdout


def test_each_record_is_a_separate_dated_member(site: Site) -> None:
    content = kept(site.page("/"))
    members = 0
    while content:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS + 16)
        record = unpacking.decompress(content)
        assert record.startswith(b"WARC/1.1\r\n")
        assert b"\r\nWARC-Date: 20" in record
        assert members == 0 or b"WARC-IP-Address: 127.0.0.1\r\n" in record
        content, members = unpacking.unused_data, members + 1
    assert members == 3


def test_heads_are_kept_to_the_byte(site: Site) -> None:
    def odd(request: Any) -> None:
        request.wfile.write(
            b"HTTP/1.1 200 Quite  fine\r\ncontent-type:text/html\r\nX-Odd:   two  spaces \xe4\r\n"
            b"X-ODD: again\r\nContent-Length: 5\r\n\r\nRain."
        )

    content = kept(site.answer("/odd", odd))
    raw = b"".join(zlib_members(content))
    assert (
        b"HTTP/1.1 200 Quite  fine\r\ncontent-type:text/html\r\nX-Odd:   two  spaces \xe4\r\nX-ODD: again\r\n"
        in raw
    )


def zlib_members(content: bytes) -> list[bytes]:
    members = []
    while content:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS + 16)
        members.append(unpacking.decompress(content))
        content = unpacking.unused_data
    return members


def test_compressed_and_chunked_bodies_are_stored_as_received_and_readable_by_others(site: Site) -> None:
    packing = zlib.compressobj(wbits=zlib.MAX_WBITS + 16)
    packed = packing.compress(BODY) + packing.flush()

    def chunked(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for start in range(0, len(packed), 50):
            piece = packed[start : start + 50]
            request.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        request.wfile.write(b"0\r\n\r\n")

    content = kept(site.answer("/chunks", chunked))
    assert records(content)[1][3] == BODY
    assert b"Transfer-Encoding: chunked" in zlib_members(content)[1]


def test_more_than_may_come_is_refused(site: Site) -> None:
    def endless_chunks(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for _piece in range(400):
            request.wfile.write(b"1;%b\r\na\r\n" % (b"x" * 4000))

    exchanges = Exchanges(max_bytes=PATIENT.content_bytes)
    with pytest.raises(FetchError, match="is larger than"):
        get(site.answer("/endless", endless_chunks), exchanges=exchanges)
    assert sum(len(one.response) for one in exchanges.exchanges) < 1_300_000


def test_library_and_file_agree(site: Site, tmp_path: Path) -> None:
    """Another reader of the format than ours: the library's own checker, in this process."""
    file = tmp_path / "page.warc.gz"
    file.write_bytes(kept(site.page("/")))

    class Quiet:
        verbose = False
        inputs = [str(file)]

    checker = Checker(Quiet())
    checker.process_all()
    assert not checker.exit_value
