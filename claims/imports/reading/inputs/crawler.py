"""A sitemap, a feed or a page → the pages that it leads to, fetched as a polite visitor does.

A site's robots.txt is obeyed (RFC 9309), no host gets two requests at once or without a pause, and what has not changed
since the last visit is not sent again.
"""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

from claims.imports.reading.inputs.file import File
from claims.imports.reading.inputs.linked_addresses import Leads, leads
from claims.imports.reading.raw_record import RecordPlace, Refusal
from sources.addresses import url_key
from sources.http.fetched_documents import USER_AGENT, Fetched, FetchError, Limits, fetch

#: What the project calls itself in robots.txt.
ROBOT = USER_AGENT.partition("/")[0]

PAUSE = 1.0
#: After a host has asked us to slow down.
SLOWER = 30.0
MOST_PAGES = 1000
#: Sitemaps lead to sitemaps, feeds to their next page.
MOST_LISTS = 500

LIMITS = Limits(content_bytes=52_428_800, total_seconds=120)  # the largest sitemap that the protocol allows
PAGE_LIMITS = Limits()
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/json", "application/ld+json"})

#: What says that a site has no robots.txt, not that it cannot be asked.
_NO_RULES = frozenset({"not_found", "access_refused", "unexpected_status"})


class Memory(Protocol):
    """What is remembered of pages between visits."""

    def get(self, url: str) -> tuple[str, str] | None:
        """The ETag and Last-Modified that a page came with."""

    def put(self, url: str, etag: str, modified: str) -> None:
        """Remember them: the page has been read."""


@dataclass(slots=True)
class _Host:
    rules: Protego | None
    """What robots.txt says; None where everything is forbidden because it could not be asked."""
    pause: float
    ready: float = 0.0
    """When the next request may be made."""


def files(
    address: str,
    *,
    memory: Memory,
    most: int = MOST_PAGES,
    pause: float = PAUSE,
    user_agent: str = USER_AGENT,
    sleep: Callable[[float], None] = time.sleep,
    allow_loopback: bool = False,
) -> Iterator[File | Refusal]:
    """The pages that an address leads to, those left out that have not changed.

    A page is put into the memory when the next one is asked for, so one that was not read to the end comes again.

    Args:
        most: how many pages are asked for.
        pause: seconds between two requests to one host; more where its robots.txt asks for more.
        allow_loopback: lets tests talk to a server on this machine.
    """
    visit = _Visit(pause, user_agent, sleep, allow_loopback)
    waiting, seen, lists, asked, left = [address], {url_key(address) or address}, 0, 0, 0
    while waiting:
        here = waiting.pop(0)
        lists += 1
        try:
            answer = visit.get(here, LIMITS, None)
        except FetchError as error:
            yield _refusal(here, error)
            continue
        found = leads(answer.content, answer.final_url)
        if found is None:
            if here == address:
                yield _file(answer)
                memory.put(here, answer.etag, answer.last_modified)
            else:
                yield Refusal(
                    _place(here), "", f"{here} is neither a sitemap nor a feed.", "no list of pages"
                )
            continue
        pages, more = _unseen(found, seen)
        waiting += more[: max(0, MOST_LISTS - lists - len(waiting))]
        for page in pages:
            if asked == most:
                left += 1
                continue
            asked += 1
            yield from _visited(visit, page, memory)
        if left:
            waiting.clear()
    if left:
        yield Refusal(
            _place(address),
            "",
            f"At least {left} more pages are listed than the {most} that were asked for. Ask for more.",
            "too many pages",
        )


def _visited(visit: "_Visit", page: str, memory: Memory) -> Iterator[File | Refusal]:
    etag, modified = memory.get(page) or ("", "")
    try:
        answer = visit.get(page, PAGE_LIMITS, PAGE_TYPES, etag, modified)
    except FetchError as error:
        yield _refusal(page, error)
        return
    if answer.status != 304:
        yield _file(answer)
        memory.put(page, answer.etag, answer.last_modified)


def _unseen(found: Leads, seen: set[str]) -> tuple[list[str], list[str]]:
    fresh: tuple[list[str], list[str]] = ([], [])
    for addresses, unseen in zip((found.pages, found.lists), fresh, strict=True):
        for address in addresses:
            key = url_key(address) or address
            if key not in seen:
                seen.add(key)
                unseen.append(address)
    return fresh


class _Visit:
    """Requests to any number of hosts, one after the other, as each of them wants it."""

    def __init__(
        self, pause: float, user_agent: str, sleep: Callable[[float], None], allow_loopback: bool
    ) -> None:
        self._pause = pause
        self._user_agent = user_agent
        self._sleep = sleep
        self._allow_loopback = allow_loopback
        self._hosts: dict[str, _Host] = {}

    def get(
        self, url: str, limits: Limits, accepted: frozenset[str] | None, etag: str = "", modified: str = ""
    ) -> Fetched:
        """Raises FetchError, also for what robots.txt forbids."""
        host = self._host(url)
        if host.rules is None:
            raise FetchError(
                "robots_unknown",
                f"Whether {url} may be fetched cannot be told, because the robots.txt of its site cannot be read. "
                "Try again later.",
            )
        if not host.rules.can_fetch(url, ROBOT):
            raise FetchError(
                "robots_forbidden", f"The robots.txt of its site forbids to fetch {url}. Ask the publisher."
            )
        self._wait(host)
        try:
            return fetch(
                url,
                etag=etag,
                last_modified=modified,
                user_agent=self._user_agent,
                limits=limits,
                accepted=accepted,
                allow_loopback=self._allow_loopback,
            )
        except FetchError as error:
            if error.reason_code == "too_many_requests":
                host.pause = max(SLOWER, host.pause * 2)
            raise
        finally:
            host.ready = time.monotonic() + host.pause

    def _wait(self, host: _Host) -> None:
        left = host.ready - time.monotonic()
        if left > 0:
            self._sleep(left)

    def _host(self, url: str) -> _Host:
        try:
            site = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        except ValueError:
            raise FetchError(
                "invalid_url", f"{url} is not a valid address. Check it for typing errors."
            ) from None
        if site not in self._hosts:
            rules = self._rules(site)
            self._hosts[site] = _Host(rules, max(self._pause, _asked_for(rules)))
            self._hosts[site].ready = time.monotonic() + self._hosts[site].pause
        return self._hosts[site]

    def _rules(self, site: str) -> Protego | None:
        try:
            answer = fetch(
                f"{site}/robots.txt",
                user_agent=self._user_agent,
                accepted=None,
                allow_loopback=self._allow_loopback,
            )
        except FetchError as error:
            return Protego.parse("") if error.reason_code in _NO_RULES else None
        return Protego.parse(answer.content.decode(errors="replace"))


def _asked_for(rules: Protego | None) -> float:
    """How many seconds a site wants between two requests."""
    if rules is None:
        return 0.0
    rate = rules.request_rate(ROBOT)
    return max(
        rules.crawl_delay(ROBOT) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0
    )


def _file(answer: Fetched) -> File:
    return File.of(answer.final_url, io.BytesIO(answer.content), url=answer.final_url)


def _refusal(url: str, error: FetchError) -> Refusal:
    return Refusal(_place(url), "", error.sentence, error.reason_code.replace("_", " "))


def _place(url: str) -> RecordPlace:
    return RecordPlace(url, "the whole page")
