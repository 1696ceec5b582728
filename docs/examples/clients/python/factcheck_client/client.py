"""The two clients of a site: one that blocks, and one for asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from typing import Any, Self

import httpx

from ._version import __version__
from .operations import Operations, Value, path_of, query_of
from .problems import require_success
from .records import Record, read_record
from .transports import AsyncPoliteTransport, Manners, PoliteTransport

USER_AGENT = f"factcheck-client/{__version__} (Python)"


class Client(Operations[Record, Iterator[Record]]):
    """A site, for `with`.

    Args:
        site: its address, such as https://facts.example.org.
        token: for the editorial API; what is published needs none.
        timeout: how long one request may take, in seconds.
        retries: how often a request is sent again after 429 or 503.
        patience: the longest wait, in seconds; if the site asks for more, the ProblemError is raised.
        remembered: the number of answers that are kept and asked for with `If-None-Match`; 0 for none.
        user_agent: say who you are; the people who run the site can then write to you.
    """

    def __init__(
        self,
        site: str,
        *,
        token: str = "",
        timeout: float = 30.0,
        retries: int = 3,
        patience: float = 60.0,
        remembered: int = 256,
        user_agent: str = USER_AGENT,
    ) -> None:
        manners = Manners(retries, patience, remembered)
        self.http = httpx.Client(
            base_url=site.rstrip("/"),
            headers=_headers(token, user_agent),
            timeout=timeout,
            follow_redirects=True,
            transport=PoliteTransport(httpx.HTTPTransport(), manners),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **parameters: Value) -> Record:
        return self._answer("GET", path, parameters)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        parameters: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Record:
        return self._answer(method, path, parameters or {}, json=body, headers=headers)

    def list(self, path: str, **parameters: Value) -> Iterator[Record]:
        page = self.get(path, **parameters)
        yield from page.results
        while page.next:
            page = self.get(page.next)
            yield from page.results

    def changes(
        self, since: int | str = 0, *, follow: bool = False, pause: float = 10.0, **parameters: Value
    ) -> Iterator[Record]:
        page = self.get("changes/", since=since, **parameters)
        yield from page.results
        while page.more or follow:
            if not page.more:
                time.sleep(pause)
            page = self.get(page.next)
            yield from page.results

    def _answer(self, method: str, path: str, parameters: Mapping[str, Value], **sent: Any) -> Record:
        response = self.http.request(method, path_of(path), params=query_of(parameters), **sent)
        require_success(response)
        return _record(response)


class AsyncClient(Operations[Awaitable[Record], AsyncIterator[Record]]):
    """The same for `async with`: `await site.claim(12)`, `async for claim in site.claims()`."""

    def __init__(
        self,
        site: str,
        *,
        token: str = "",
        timeout: float = 30.0,
        retries: int = 3,
        patience: float = 60.0,
        remembered: int = 256,
        user_agent: str = USER_AGENT,
    ) -> None:
        manners = Manners(retries, patience, remembered)
        self.http = httpx.AsyncClient(
            base_url=site.rstrip("/"),
            headers=_headers(token, user_agent),
            timeout=timeout,
            follow_redirects=True,
            transport=AsyncPoliteTransport(httpx.AsyncHTTPTransport(), manners),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def get(self, path: str, **parameters: Value) -> Record:
        return await self._answer("GET", path, parameters)

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        parameters: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Record:
        return await self._answer(method, path, parameters or {}, json=body, headers=headers)

    async def list(self, path: str, **parameters: Value) -> AsyncIterator[Record]:
        page = await self.get(path, **parameters)
        for result in page.results:
            yield result
        while page.next:
            page = await self.get(page.next)
            for result in page.results:
                yield result

    async def changes(
        self, since: int | str = 0, *, follow: bool = False, pause: float = 10.0, **parameters: Value
    ) -> AsyncIterator[Record]:
        page = await self.get("changes/", since=since, **parameters)
        for result in page.results:
            yield result
        while page.more or follow:
            if not page.more:
                await asyncio.sleep(pause)
            page = await self.get(page.next)
            for result in page.results:
                yield result

    async def _answer(self, method: str, path: str, parameters: Mapping[str, Value], **sent: Any) -> Record:
        response = await self.http.request(method, path_of(path), params=query_of(parameters), **sent)
        require_success(response)
        return _record(response)


def _headers(token: str, user_agent: str) -> dict[str, str]:
    return {"User-Agent": user_agent} | ({"Authorization": f"Bearer {token}"} if token else {})


def _record(response: httpx.Response) -> Record:
    """Return the answer; its ETag, for `If-Match`, is `record.etag`, an attribute that is no member."""
    record = read_record(response.content) if response.content else Record()
    record.__dict__["etag"] = response.headers.get("ETag", "")
    return record
