"""The index of a WARC file for players: CDXJ lines, sorted by URL (specs.webrecorder.net/cdxj)."""

import io
import json
import re
from collections.abc import Iterator
from typing import IO, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from warcio.archiveiterator import ArchiveIterator

#: The most bytes read of a response's head; the rest of a longer head is ignored.
_HEAD_SIZE = 65_536
_LAYOUT_PATTERN = re.compile(r"^(https?://)www\d*\.", re.IGNORECASE)
_STATUS_PATTERN = re.compile(rb"HTTP/\S+ (\d{3})")


class IndexedResponse(NamedTuple):
    """A server's response and its position in the WARC."""

    key: str
    timestamp: str
    url: str
    media_type: str
    status: str
    digest: str
    offset: int
    length: int

    def build_line(self, filename: str) -> str:
        fields = {
            "url": self.url,
            "mime": self.media_type,
            "status": self.status,
            "digest": self.digest,
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": filename,
        }
        return f"{self.key} {self.timestamp} {json.dumps(fields)}\n"


def iterate_responses(warc: IO[bytes]) -> Iterator[IndexedResponse]:
    """Yield the responses in a WARC file in order, skipping their bodies."""
    records = ArchiveIterator(warc, no_record_parse=True)
    for record in records:
        if record.rec_type != "response":
            continue
        headers = record.rec_headers
        response_head = record.raw_stream.read(_HEAD_SIZE)
        records.read_to_end(record)
        url = headers.get_header("WARC-Target-URI") or ""
        yield IndexedResponse(
            build_surt(url),
            re.sub(r"\D", "", headers.get_header("WARC-Date") or "")[:14],
            url,
            *_read_head(response_head),
            headers.get_header("WARC-Payload-Digest") or "",
            records.get_record_offset(),
            records.get_record_length(),
        )


def build_surt(url: str) -> str:
    """Return the URL in SURT form, which sorts a site's pages together: `org,example)/a?b=1`."""
    try:
        parts = urlsplit(_LAYOUT_PATTERN.sub(r"\1", url.lower()))
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return url
    host = ",".join(reversed(parts.hostname.split(".")))
    default_port = {"http": 80, "https": 443}[parts.scheme]
    port_suffix = f":{port}" if port and port != default_port else ""
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True))) if parts.query else ""
    return f"{host}{port_suffix}){parts.path or '/'}" + (f"?{query}" if query else "")


def _read_head(response_head: bytes) -> tuple[str, str]:
    """Return the media type and status code from the head of a response, which may be malformed."""
    lines = io.BytesIO(response_head.partition(b"\r\n\r\n")[0])
    status = _STATUS_PATTERN.match(lines.readline())
    media_type = ""
    for line in lines:
        header_name, _separator, header_value = line.partition(b":")
        if header_name.strip().lower() == b"content-type":
            media_type = header_value.partition(b";")[0].strip().decode("ascii", "replace").lower()
    return media_type or "unk", status[1].decode() if status else ""
