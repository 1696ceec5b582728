"""Wait as long as the site asks for, and do not fetch again what has not changed."""

import asyncio
import time
from collections import OrderedDict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock

import httpx

#: Answers by which a server asks for patience.
WAIT = frozenset({429, 503})
#: What may be sent again when nobody knows whether it was done (RFC 9110, 9.2.2); with a key of its own, anything may.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
#: Longer answers are not kept.
LONGEST_KEPT = 2**20


class Manners:
    """How often and how long to wait, and the answers that are kept. Shared by threads."""

    def __init__(self, retries: int, patience: float, remembered: int) -> None:
        self.retries, self.patience, self.remembered = retries, patience, remembered
        self._kept: OrderedDict[tuple[str, str, str], tuple[str, httpx.Headers, bytes]] = OrderedDict()
        self._lock = Lock()

    def wait_before(self, attempt: int, request: httpx.Request, response: httpx.Response) -> float | None:
        """Return the seconds to wait before the request is sent again; None if it is not."""
        if response.status_code not in WAIT or attempt >= self.retries:
            return None
        # What was refused for its number was not done, whatever it is.
        if (
            response.status_code != 429
            and request.method not in _SAFE
            and "Idempotency-Key" not in request.headers
        ):
            return None
        seconds = _seconds(response.headers.get("Retry-After", ""), default=2.0**attempt)
        return seconds if seconds <= self.patience else None

    def ask_whether_changed(self, request: httpx.Request) -> None:
        """Name the answer that is kept, unless the caller names one."""
        if request.method != "GET" or "If-None-Match" in request.headers or "Range" in request.headers:
            return
        with self._lock:
            known = self._kept.get(_key(request))
        if known:
            request.headers["If-None-Match"] = known[0]
            request.extensions = {**request.extensions, "factcheck_known": known}

    def known(self, request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        """Return the kept answer if the site says that it has not changed."""
        known = request.extensions.get("factcheck_known")
        if response.status_code != 304 or known is None:
            return None
        _etag, headers, content = known
        fields = httpx.Headers([*headers.items(), ("X-From-Memory", "1")])
        return httpx.Response(200, headers=fields, content=content, request=request)

    def remember(self, request: httpx.Request, response: httpx.Response, content: bytes) -> None:
        etag = response.headers.get("ETag")
        if not self.remembered or not etag or len(content) > LONGEST_KEPT:
            return
        # The content is kept as it is read, without its coding.
        headers = httpx.Headers(
            [
                (name, value)
                for name, value in response.headers.items()
                if name.lower() not in ("content-encoding", "content-length", "transfer-encoding")
            ]
        )
        with self._lock:
            self._kept[_key(request)] = (etag, headers, content)
            self._kept.move_to_end(_key(request))
            while len(self._kept) > self.remembered:
                self._kept.popitem(last=False)

    def is_kept(self, request: httpx.Request, response: httpx.Response) -> bool:
        length = response.headers.get("Content-Length", "0")
        return (
            request.method == "GET"
            and response.status_code == 200
            and "ETag" in response.headers
            and "no-store" not in response.headers.get("Cache-Control", "")
            and length.isdigit()
            and int(length) <= LONGEST_KEPT
            and "json" in response.headers.get("Content-Type", "")
        )


class PoliteTransport(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport, manners: Manners) -> None:
        self._inner, self._manners = inner, manners

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._manners.ask_whether_changed(request)
        attempt = 0
        while True:
            response = self._inner.handle_request(request)
            wait = self._manners.wait_before(attempt, request, response)
            if wait is None:
                break
            response.close()
            time.sleep(wait)
            attempt += 1
        if known := self._manners.known(request, response):
            response.close()
            return known
        if self._manners.is_kept(request, response):
            response.read()
            self._manners.remember(request, response, response.content)
        return response

    def close(self) -> None:
        self._inner.close()


class AsyncPoliteTransport(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, manners: Manners) -> None:
        self._inner, self._manners = inner, manners

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._manners.ask_whether_changed(request)
        attempt = 0
        while True:
            response = await self._inner.handle_async_request(request)
            wait = self._manners.wait_before(attempt, request, response)
            if wait is None:
                break
            await response.aclose()
            await asyncio.sleep(wait)
            attempt += 1
        if known := self._manners.known(request, response):
            await response.aclose()
            return known
        if self._manners.is_kept(request, response):
            await response.aread()
            self._manners.remember(request, response, response.content)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _key(request: httpx.Request) -> tuple[str, str, str]:
    """Return what an answer depends on."""
    headers = request.headers
    return str(request.url), headers.get("Accept", ""), headers.get("Authorization", "")


def _seconds(retry_after: str, *, default: float) -> float:
    """Read `Retry-After`: seconds, or a date (RFC 9110, 10.2.3)."""
    if retry_after.isdigit():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return default
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
