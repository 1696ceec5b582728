"""Compress responses with br or gzip for clients that accept them, with strong validators.

Neither granian nor whitenoise compresses the responses of views. Django's GZipMiddleware and similar packages
(django-http-compression, django-compression-middleware) do, but make every ETag weak. Ours are strong, because editors'
programs send them back in `If-Match`, which accepts no weak ones (RFC 9110, section 13.1.1). Two codings of one text
are two representations and need different strong validators (section 8.8.3.3), so the ETag of a compressed response
ends in the name of its coding, `"…-br"`. Views never see this suffix, because it is removed from what the client sends
back.

Responses for one person are not compressed. An attacker who can make a browser send requests, and can see the length of
the encrypted responses, could guess secrets in them letter by letter (BREACH). The desk's pages contain such secrets
next to content chosen by the URL. Public responses contain none, and browsers do not send tokens on their own.

Quality levels, measured on a list of 50 claims (165 KB of JSON): gzip 1, 4, 6 take 0.7, 1.1, 1.9 ms and leave 17.9,
15.7, 14.5 %; br 1, 3, 4, 5 take 0.4, 0.7, 0.9, 1.6 ms and leave 15.4, 14.5, 14.0, 13.0 %. Both let other threads run in
the meantime.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Protocol

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from factcheck.django_internals import refresh_headers
from factcheck.web.headers import add_vary

#: Shorter bodies fit into one packet anyway.
MIN_BYTES = 1000
GZIP_LEVEL = 4
BROTLI_QUALITY = 3
#: Looking back further than 2^18 bytes gains nothing on our texts, and costs each download memory.
BROTLI_WINDOW = 18
#: A download is flushed to its reader after this many bytes, although the compressor would wait for more.
FLUSH_BYTES = 256 * 1024

_COMPRESSIBLE_PATTERN = re.compile(
    r"text/|image/svg\+xml|application/([\w.+-]+\+)?(json|xml|yaml)\b|application/(x-ndjson|javascript)\b",
    re.ASCII,
)
_TAG_PATTERN = re.compile(r'((?:W/)?"[^"]*?)(?:-(br|gzip))?"')
_QUALITY_PATTERN = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII | re.IGNORECASE)


class Compressor(Protocol):
    """A compressor that takes text in pieces."""

    def compress(self, piece: bytes) -> bytes: ...
    def flush(self) -> bytes: ...
    def finish(self) -> bytes: ...


class Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Compressor(quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW)
        self.compress, self.flush, self.finish = self._stream.process, self._stream.flush, self._stream.finish


class Gzip:
    def __init__(self) -> None:
        self._stream = zlib.compressobj(
            GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16
        )  # 16: with gzip's header
        self.compress, self.finish = self._stream.compress, self._stream.flush

    def flush(self) -> bytes:
        return self._stream.flush(zlib.Z_SYNC_FLUSH)


#: Content codings, in our order of preference.
CODINGS: dict[str, Callable[[], Compressor]] = {"br": Brotli, "gzip": Gzip}


@lru_cache(maxsize=500)
def list_accepted(accept_encoding: str) -> tuple[str, ...]:
    """Return the codings that a client accepts, best first (RFC 9110, section 12.5.3)."""
    qualities: dict[str, float] = {}
    for part in accept_encoding[:1000].lower().split(","):
        coding, _, parameter = (piece.strip() for piece in part.partition(";"))
        weight = _QUALITY_PATTERN.fullmatch(parameter) if parameter else None
        qualities[{"x-gzip": "gzip"}.get(coding, coding)] = (
            float(weight[1]) if weight else float(not parameter)
        )
    weights = {coding: qualities.get(coding, qualities.get("*", 0.0)) for coding in CODINGS}
    # The sort is stable, so codings of equal quality stay in our order.
    return tuple(
        sorted((coding for coding in CODINGS if weights[coding]), key=lambda coding: -weights[coding])
    )


class Compression:
    """Middleware that compresses responses. It must be outside all middleware that write a body or a validator."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        codings = list_accepted(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        etags = remove_codings(request, codings)
        response = self.get_response(request)
        if response.status_code == 304:
            add_vary(response, "Accept-Encoding")
            if etag := response.headers.get("ETag"):
                response.headers["ETag"] = choose_confirmed_etag(etag, etags.get(etag, []), codings)
        elif is_compressible(response):
            add_vary(response, "Accept-Encoding")
            if codings:
                compress(response, codings[0])
        return response


def remove_codings(request: HttpRequest, codings: tuple[str, ...]) -> dict[str, list[str]]:
    """Remove our suffixes from the client's ETags. Return the original strong ETags, keyed by ETag without suffix.

    An ETag in a coding that the client does not accept is ignored. A cache may have several copies of a response. It
    revalidates them for one client, and learns from our 304 which copy to use.
    """
    etags: dict[str, list[str]] = {}

    def strip_coding(match: re.Match[str]) -> str:
        tag, coding = match[1] + '"', match[2]
        if coding and coding not in codings:
            return match[0]
        etags.setdefault(tag.removeprefix("W/"), []).append(match[0].removeprefix("W/"))
        return tag

    if tags := request.META.get("HTTP_IF_NONE_MATCH"):
        request.META["HTTP_IF_NONE_MATCH"] = _TAG_PATTERN.sub(strip_coding, tags)
        refresh_headers(request)
    if tags := request.META.get("HTTP_IF_MATCH"):
        request.META["HTTP_IF_MATCH"] = _TAG_PATTERN.sub(r'\1"', tags)
        refresh_headers(request)
    return etags


def choose_confirmed_etag(etag: str, etags: list[str], codings: tuple[str, ...]) -> str:
    """Return the ETag that a 304 confirms: the one in the client's preferred coding among the ETags it sent.

    If the client sent only a date, return the ETag of the response that it would get.
    """
    for coding in codings:
        own_etag = f'{etag[:-1]}-{coding}"'
        if own_etag in etags or not etags:
            return own_etag
    return etags[0] if etags else etag


def is_compressible(response: HttpResponseBase) -> bool:
    """Return whether this response may be compressed: it is public, has a text body, and has no coding yet."""
    headers = response.headers
    return (
        response.status_code >= 200
        and response.status_code not in (204, 205, 206)
        and "Content-Encoding" not in headers
        and _is_text(headers.get("Content-Type", ""))
        and "no-transform" not in headers.get("Cache-Control", "")
        and not _is_for_one_person(response)
        and (response.streaming or len(response.content) >= MIN_BYTES)  # type: ignore[attr-defined]  # not streaming
    )


@lru_cache(maxsize=100)
def _is_text(content_type: str) -> bool:
    return _COMPRESSIBLE_PATTERN.match(content_type.lower()) is not None


def _is_for_one_person(response: HttpResponseBase) -> bool:
    return bool(response.cookies) or "cookie" in response.headers.get("Vary", "").lower()


def compress(response: HttpResponseBase, coding: str) -> None:
    """Compress the body and set the headers, unless the result is no shorter."""
    compressor = CODINGS[coding]()
    if isinstance(response, StreamingHttpResponse):
        if response.is_async:
            return
        response.streaming_content = compress_pieces(iter(response.streaming_content), compressor)  # type: ignore[arg-type]  # sync
        del response.headers["Content-Length"]
    elif isinstance(response, HttpResponse):
        shorter = compressor.compress(response.content) + compressor.finish()
        if len(shorter) >= len(response.content):
            return
        response.content = shorter
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(shorter))
    response.headers["Content-Encoding"] = coding
    if etag := response.headers.get("ETag"):
        response.headers["ETag"] = f'{etag[:-1]}-{coding}"'


def compress_pieces(body: Iterator[bytes], compressor: Compressor) -> Iterator[bytes]:
    """Yield the compressed body, in constant memory."""
    unflushed_bytes = 0
    for piece in body:
        unflushed_bytes += len(piece)
        output: Any = compressor.compress(piece)
        if unflushed_bytes >= FLUSH_BYTES:
            output += compressor.flush()
            unflushed_bytes = 0
        if output:
            yield output
    yield compressor.finish()
