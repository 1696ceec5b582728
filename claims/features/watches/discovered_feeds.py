"""Find what can be followed at a pasted URL: the page itself, and the feeds and sitemaps it links to."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from django.utils.translation import gettext
from lxml import html
from lxml.etree import LxmlError

from sources.addresses import build_url_key, is_address
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import ACCEPTED_MEDIA_TYPES, Limits
from sources.http.polite_visits import PoliteVisitor
from sources.page_lists import ListedPage, PageList, read_page_list

LIMITS = Limits(content_bytes=10_000_000, total_seconds=30)
#: Links to feeds are in the head of a page, which is near its beginning.
HEAD_BYTES = 500_000
#: The most feeds and sitemaps offered.
MAX_OFFERED = 12
#: The most of the newest entries shown.
MAX_NEWEST_SHOWN = 5

#: The media types by which pages announce their feeds, and the kind of feed.
_FEED_TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/xml": "rss",
    "text/xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
}


@dataclass(frozen=True, slots=True)
class Followable:
    """A feed, sitemap or page that can be followed.

    Attributes:
        kind: a `WatchProgress.Kind`: the detected kind, or the one its page announces.
        number: how many pages it lists; None if it was not read.
    """

    url: str
    kind: str
    name: str = ""
    number: int | None = None
    newest: tuple[ListedPage, ...] = ()


def find_followable(address: str, visitor: PoliteVisitor) -> list[Followable]:
    """Return what can be followed at a URL, most likely first.

    Raises:
        FetchError: nothing is at the URL, or nothing that can be followed.
    """
    address = address.strip()
    if not is_address(address):
        address = f"https://{address}"
    answer = visitor.get(address, LIMITS, None)
    page_list = read_page_list(answer.content, answer.final_url, max_bytes=LIMITS.content_bytes)
    if page_list is not None:
        return [_build_followable(address, page_list)]
    if answer.content_type and answer.content_type not in ACCEPTED_MEDIA_TYPES:
        raise FetchError(
            "no_list",
            gettext(
                "%(address)s has the type %(content_type)s, which cannot be followed. Enter the address of a "
                "feed, a sitemap or a page."
            )
            % {"address": address, "content_type": answer.content_type},
        )
    title, feeds = _read_head(answer.content[:HEAD_BYTES], answer.final_url)
    with suppress(FetchError):
        feeds += [Followable(url, "sitemap") for url in _sort_news_first(visitor.sitemaps(answer.final_url))]
    page = Followable(address, "page", title)
    return [*_remove_duplicates(feeds, known_url=address), page]


def _build_followable(address: str, page_list: PageList) -> Followable:
    dated_pages = sorted(
        (page for page in page_list.pages if page.changed_at),
        key=lambda page: str(page.changed_at),
        reverse=True,
    )
    newest = tuple(
        [*dated_pages, *(page for page in page_list.pages if not page.changed_at)][:MAX_NEWEST_SHOWN]
    )
    return Followable(address, page_list.kind, page_list.title, len(page_list.pages), newest)


def _read_head(content: bytes, url: str) -> tuple[str, list[Followable]]:
    """Return the title of a page and the feeds it announces (`<link rel="alternate">`)."""
    try:
        root = html.document_fromstring(content)
    except (LxmlError, ValueError, AssertionError):
        return "", []
    title = " ".join("".join(root.xpath("//title[1]//text()")).split())[:200]
    base = urljoin(url, next(iter(root.xpath("//base/@href")), ""))
    feeds = []
    for link in root.xpath("//link[@href]"):
        is_named = {"alternate", "feed"} & set(link.get("rel", "").lower().split())
        kind = _FEED_TYPES.get(link.get("type", "").partition(";")[0].strip().lower())
        if is_named and kind:
            with suppress(ValueError):
                name = " ".join(link.get("title", "").split())[:200]
                feeds.append(Followable(urljoin(base, link.get("href").strip()), kind, name))
    return title, feeds


def _sort_news_first(sitemaps: list[str]) -> list[str]:
    """Sort news sitemaps first, because the others list the whole archive."""
    return sorted(sitemaps, key=lambda url: "news" not in url.lower())


def _remove_duplicates(followable_lists: list[Followable], *, known_url: str) -> Iterator[Followable]:
    seen_keys = {build_url_key(known_url)}
    for followable in followable_lists:
        key = build_url_key(followable.url)
        if key and key not in seen_keys and len(seen_keys) <= MAX_OFFERED:
            seen_keys.add(key)
            yield followable
