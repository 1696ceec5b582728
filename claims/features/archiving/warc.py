"""HTTP exchanges as a WARC 1.1 file (ISO 28500), one gzip member per record."""

import io
from collections.abc import Iterable

from django.conf import settings
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sources.http.exchanges import Exchange
from sources.http.fetched_documents import USER_AGENT

MEDIA_TYPE = "application/warc"
_SPECIFICATION_URL = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


def build_warc(exchanges: Iterable[Exchange], *, name: str) -> bytes:
    """Return a WARC file called `name`, with the request and response of each exchange, in order."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    warc_info = {
        "software": USER_AGENT,
        "format": "WARC File Format 1.1",
        "conformsTo": _SPECIFICATION_URL,
        "operator": settings.NEWSROOM_NAME,
        "robots": "ignore",  # a person cited the page
    }
    writer.write_record(writer.create_warcinfo_record(name, warc_info))
    for exchange in exchanges:
        if exchange.response:
            _write_exchange(writer, exchange)
    return file.getvalue()


def _write_exchange(writer: WARCWriter, exchange: Exchange) -> None:
    response, request = (
        writer.create_warc_record(
            exchange.url,
            record_type,
            payload=io.BytesIO(body),
            length=len(body),
            warc_headers_dict={
                "WARC-Date": f"{exchange.begun_at:%Y-%m-%dT%H:%M:%S.%fZ}",
                "WARC-IP-Address": exchange.ip_address,
            },
            http_headers=_Head(head),
        )
        for record_type, (head, body) in (
            ("response", _split_message(exchange.response)),
            ("request", _split_message(exchange.request)),
        )
    )
    writer.write_request_response_pair(request, response)


def _split_message(message: bytearray) -> tuple[bytes, bytes]:
    """Split an HTTP message into its head, including the final empty line, and its body."""
    head, separator, body = bytes(message).partition(b"\r\n\r\n")
    if not separator:
        head, separator, body = bytes(message).partition(b"\n\n")
    return head + separator, body


class _Head(StatusAndHeaders):
    """The head of a message exactly as sent; the library would build a new one from the parsed head."""

    def __init__(self, request: bytes) -> None:
        # With an empty first line, the library would treat the head as missing.
        super().__init__(request.partition(b"\r\n")[0].decode("latin-1") or "-", [])
        self._sent = request

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._sent
