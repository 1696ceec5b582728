"""Follow a sitemap, a feed or a page, and fetch the pages it leads to, politely.

The crawler obeys a site's robots.txt (RFC 9309), sends each host one request at a time with pauses, and does not
download unchanged pages again.
"""

import io
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RecordPlace, Refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.addresses import build_url_key
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import USER_AGENT, FetchedDocument, Limits
from sources.http.polite_visits import DEFAULT_PAUSE, InMemorySites, PoliteVisitor
from sources.page_lists import ListedPage, PageList, read_page_list

MAX_PAGES = 1000
#: Sitemaps link to sitemaps, feeds to their next page.
MAX_LISTS = 500

LIST_LIMITS = Limits(
    content_bytes=52_428_800, total_seconds=120
)  # the largest sitemap that the protocol allows
PAGE_LIMITS = Limits()
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/json", "application/ld+json"})


class VisitMemory(Protocol):
    """The validators (ETag, Last-Modified) of visited pages."""

    def get(self, url: str) -> tuple[str, str] | None:
        """Return the ETag and Last-Modified of the stored page."""

    def put(self, url: str, etag: str, modified: str) -> None:
        """Store the validators of a page that has been read."""


def crawl_files(
    address: str,
    *,
    memory: VisitMemory,
    most: int = MAX_PAGES,
    pause: float = DEFAULT_PAUSE,
    user_agent: str = USER_AGENT,
    sleep: Callable[[float], None] = time.sleep,
    allow_loopback: bool = False,
) -> Iterator[File | Refusal]:
    """Yield the pages linked from a URL, except those that have not changed.

    A page is recorded as visited when the next one is requested, so a page that was not read to the end is fetched
    again.

    Args:
        most: the maximum number of pages.
        pause: seconds between two requests to one host; longer if its robots.txt requires that.
        allow_loopback: allow a server on this machine, for tests.
    """
    visitor = PoliteVisitor(
        InMemorySites(sleep), pause=pause, user_agent=user_agent, allow_loopback=allow_loopback
    )
    waiting, seen_keys, lists, asked_count, skipped_count = (
        [address],
        {build_url_key(address) or address},
        0,
        0,
        0,
    )
    while waiting:
        url = waiting.pop(0)
        lists += 1
        try:
            answer = visitor.get(url, LIST_LIMITS, None)
        except FetchError as error:
            yield _build_refusal(url, error)
            continue
        page_list = read_page_list(answer.content, answer.final_url)
        if page_list is None:
            if url == address:
                yield _build_file(answer)
                memory.put(url, answer.etag, answer.last_modified)
            else:
                yield Refusal(
                    _build_place(url),
                    "",
                    TranslatableMessage("%(here)s is not a sitemap or a feed.", here=url),
                    "no list of pages",
                )
            continue
        pages, more = _select_unseen(page_list, seen_keys)
        waiting += more[: max(0, MAX_LISTS - lists - len(waiting))]
        for page in pages:
            if asked_count == most:
                skipped_count += 1
                continue
            asked_count += 1
            yield from _visit_page(visitor, page, memory)
        if skipped_count:
            waiting.clear()
    if skipped_count:
        yield Refusal(
            _build_place(address),
            "",
            TranslatableMessage(
                "At least %(left)s more pages are listed; the limit is %(most)s. Raise the limit to read them.",
                left=skipped_count,
                most=most,
            ),
            "too many pages",
        )


def _visit_page(visitor: PoliteVisitor, page: str, memory: VisitMemory) -> Iterator[File | Refusal]:
    etag, modified = memory.get(page) or ("", "")
    try:
        answer = visitor.get(page, PAGE_LIMITS, PAGE_TYPES, etag, modified)
    except FetchError as error:
        yield _build_refusal(page, error)
        return
    if answer.status != 304:
        yield _build_file(answer)
        memory.put(page, answer.etag, answer.last_modified)


def _select_unseen(page_list: PageList, seen_keys: set[str]) -> tuple[list[str], list[str]]:
    def iterate_new(pages: Iterable[ListedPage]) -> Iterator[str]:
        for page in pages:
            key = build_url_key(page.url) or page.url
            if key not in seen_keys:
                seen_keys.add(key)
                yield page.url

    return list(iterate_new(page_list.pages)), list(iterate_new(page_list.lists))


def _build_file(answer: FetchedDocument) -> File:
    return File.of(answer.final_url, io.BytesIO(answer.content), url=answer.final_url)


def _build_refusal(url: str, error: FetchError) -> Refusal:
    return Refusal(_build_place(url), "", error.sentence, error.reason_code.replace("_", " "))


def _build_place(url: str) -> RecordPlace:
    return RecordPlace(url, "the whole page")
