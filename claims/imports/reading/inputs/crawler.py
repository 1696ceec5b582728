"""Follow the links of a sitemap, a feed or a page, and fetch the linked pages politely.

The crawler obeys a site's robots.txt (RFC 9309), sends each host one request at a time with pauses, and does not
download unchanged pages again.
"""

import io
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RecordLocation, Refusal, build_refusal
from sources.addresses import build_url_key
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import USER_AGENT, FetchedDocument, Limits
from sources.http.polite_visits import DEFAULT_PAUSE, InMemorySites, PoliteVisitor
from sources.page_lists import ListedPage, PageList, read_page_list

MAX_PAGES = 1000
#: The maximum number of lists to follow: sitemaps link to further sitemaps, and feeds to their next page.
MAX_LISTS = 500

LIST_LIMITS = Limits(
    content_bytes=52_428_800, total_seconds=120
)  # the largest sitemap that the protocol allows
PAGE_LIMITS = Limits()
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/json", "application/ld+json"})


class VisitMemory(Protocol):
    """The validators (ETag, Last-Modified) of visited pages."""

    def get(self, url: str) -> tuple[str, str] | None:
        """Return the ETag and Last-Modified of a visited page; None for a new one."""

    def put(self, url: str, etag: str, last_modified: str) -> None:
        """Store the validators of a page that has been read."""


def crawl_files(
    address: str,
    *,
    memory: VisitMemory,
    max_pages: int = MAX_PAGES,
    pause: float = DEFAULT_PAUSE,
    user_agent: str = USER_AGENT,
    sleep: Callable[[float], None] = time.sleep,
    allow_loopback: bool = False,
) -> Iterator[File | Refusal]:
    """Yield the pages linked from a URL, except those that have not changed.

    A page is recorded as visited when the caller requests the next one, so a page that was only partly read is fetched
    again.

    Args:
        max_pages: the maximum number of pages.
        pause: seconds between two requests to one host; longer if its robots.txt requires that.
        allow_loopback: allow a server on this machine, for tests.
    """
    visitor = PoliteVisitor(
        InMemorySites(sleep), pause=pause, user_agent=user_agent, allow_loopback=allow_loopback
    )
    queue, seen_keys, list_count, request_count, skipped_count = (
        [address],
        {build_url_key(address) or address},
        0,
        0,
        0,
    )
    while queue:
        url = queue.pop(0)
        list_count += 1
        try:
            response = visitor.get(url, LIST_LIMITS, None)
        except FetchError as error:
            yield _build_refusal(url, error)
            continue
        page_list = read_page_list(response.content, response.final_url)
        if page_list is None:
            if url == address:
                yield _build_file(response)
                memory.put(url, response.etag, response.last_modified)
            else:
                yield build_refusal(
                    _build_location(url), "no list of pages", "%(here)s is not a sitemap or a feed.", here=url
                )
            continue
        page_urls, further_lists = _select_unseen(page_list, seen_keys)
        queue += further_lists[: max(0, MAX_LISTS - list_count - len(queue))]
        for page_url in page_urls:
            if request_count == max_pages:
                skipped_count += 1
                continue
            request_count += 1
            yield from _visit_page(visitor, page_url, memory)
        if skipped_count:
            queue.clear()
    if skipped_count:
        yield build_refusal(
            _build_location(address),
            "too many pages",
            "At least %(left)s more pages are listed; the limit is %(most)s. Raise the limit to read them.",
            left=skipped_count,
            most=max_pages,
        )


def _visit_page(visitor: PoliteVisitor, page_url: str, memory: VisitMemory) -> Iterator[File | Refusal]:
    etag, last_modified = memory.get(page_url) or ("", "")
    try:
        response = visitor.get(page_url, PAGE_LIMITS, PAGE_TYPES, etag, last_modified)
    except FetchError as error:
        yield _build_refusal(page_url, error)
        return
    if response.status != 304:
        yield _build_file(response)
        memory.put(page_url, response.etag, response.last_modified)


def _select_unseen(page_list: PageList, seen_keys: set[str]) -> tuple[list[str], list[str]]:
    def iterate_new(pages: Iterable[ListedPage]) -> Iterator[str]:
        for page in pages:
            key = build_url_key(page.url) or page.url
            if key not in seen_keys:
                seen_keys.add(key)
                yield page.url

    return list(iterate_new(page_list.pages)), list(iterate_new(page_list.lists))


def _build_file(response: FetchedDocument) -> File:
    return File.from_stream(response.final_url, io.BytesIO(response.content), url=response.final_url)


def _build_refusal(url: str, error: FetchError) -> Refusal:
    return Refusal(_build_location(url), "", error.sentence, error.reason_code.replace("_", " "))


def _build_location(url: str) -> RecordLocation:
    return RecordLocation(url, "the whole page")
