"""HTTP exchanges, recorded byte for byte (inside TLS), for WARC files."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from typing import Any

#: The size allowed for headers and chunk framing, in addition to the content.
_OVERHEAD_BYTES = 1_000_000


class ResponseTooLarge(Exception):
    """The response is larger than allowed."""


@dataclass(slots=True)
class Exchange:
    """A request and its response."""

    url: str
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ip_address: str = ""
    request: bytearray = field(default_factory=bytearray)
    response: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Exchanges:
    """All exchanges of a fetch, including redirects."""

    max_bytes: int
    exchanges: list[Exchange] = field(default_factory=list)
    _size: int = 0

    def begin(self, url: str) -> None:
        """Start to record a new exchange with this URL."""
        self.exchanges.append(Exchange(url))

    def note_connection(self, ip_address: str) -> None:
        self.exchanges[-1].ip_address = ip_address

    def record_sent(self, piece: Any) -> None:
        self.exchanges[-1].request += bytes(piece)

    def record_received(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self.max_bytes + _OVERHEAD_BYTES:
            raise ResponseTooLarge
        self.exchanges[-1].response += piece


class RecordedResponse(HTTPResponse):
    """A response whose bytes are recorded when read."""

    def __init__(self, connection: Any, *arguments: Any, exchanges: Exchanges, **settings: Any) -> None:
        super().__init__(connection, *arguments, **settings)
        self.fp: Any = _RecordedStream(self.fp, exchanges)


class _RecordedStream(io.BufferedIOBase):
    """A stream that also records the bytes read."""

    def __init__(self, stream: Any, exchanges: Exchanges) -> None:
        self._stream = stream
        self._exchanges = exchanges

    def _record(self, piece: bytes) -> bytes:
        self._exchanges.record_received(piece)
        return piece

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._record(self._stream.read(size))

    def read1(self, size: int = -1, /) -> bytes:
        return self._record(self._stream.read1(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._record(self._stream.readline(-1 if size is None else size))

    def readinto(self, buffer: Any, /) -> int:
        count = int(self._stream.readinto(buffer))
        self._exchanges.record_received(bytes(memoryview(buffer)[:count]))
        return count

    def peek(self, size: int = 0) -> bytes:
        content: bytes = self._stream.peek(size)
        return content

    def flush(self) -> None:
        """Do nothing, because the stream is only read and may already be closed."""

    def close(self) -> None:
        self._stream.close()
        super().close()
