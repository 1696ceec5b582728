"""Find lists that can be followed at a pasted URL: the page itself, and the feeds and sitemaps it links to."""

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
#: The number of bytes searched for links to feeds, which are near the beginning of a page.
HEAD_BYTES = 500_000
#: The most feeds and sitemaps offered.
MAX_OFFERED_LISTS = 12
#: The most titles of newest entries shown for each list.
MAX_SHOWN_TITLES = 5

#: The media type of a page's link to a feed → the kind of feed.
_FEED_TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/xml": "rss",
    "text/xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
}


@dataclass(frozen=True, slots=True)
class FollowableList:
    """A feed, sitemap or page that can be followed.

    Attributes:
        kind: the detected `WatchProgress.Kind` or, if the list was not read, the kind stated by the page that
        links to the list.
        page_count: the number of pages in the list, or None if the list was not read.
    """

    url: str
    kind: str
    name: str = ""
    page_count: int | None = None
    newest_pages: tuple[ListedPage, ...] = ()


def find_followable_lists(address: str, visitor: PoliteVisitor) -> list[FollowableList]:
    """Return the lists that can be followed at a URL, most likely first.

    Raises:
        FetchError: the URL cannot be fetched, or has no list that can be followed.
    """
    address = address.strip()
    if not is_address(address):
        address = f"https://{address}"
    response = visitor.get(address, LIMITS, None)
    page_list = read_page_list(response.content, response.final_url, max_bytes=LIMITS.content_bytes)
    if page_list is not None:
        return [_build_followable_list(address, page_list)]
    if response.content_type and response.content_type not in ACCEPTED_MEDIA_TYPES:
        raise FetchError(
            "no_list",
            gettext(
                "%(address)s has the type %(content_type)s, which cannot be followed. Enter the address of a "
                "feed, a sitemap or a page."
            )
            % {"address": address, "content_type": response.content_type},
        )
    title, feeds = _read_head(response.content[:HEAD_BYTES], response.final_url)
    with suppress(FetchError):
        feeds += [
            FollowableList(url, "sitemap") for url in _sort_news_first(visitor.sitemaps(response.final_url))
        ]
    page = FollowableList(address, "page", title)
    return [*_remove_duplicates(feeds, pasted_url=address), page]


def _build_followable_list(address: str, page_list: PageList) -> FollowableList:
    dated_pages = sorted(
        (page for page in page_list.pages if page.changed_at),
        key=lambda page: str(page.changed_at),
        reverse=True,
    )
    newest_pages = tuple(
        [*dated_pages, *(page for page in page_list.pages if not page.changed_at)][:MAX_SHOWN_TITLES]
    )
    return FollowableList(address, page_list.kind, page_list.title, len(page_list.pages), newest_pages)


def _read_head(content: bytes, url: str) -> tuple[str, list[FollowableList]]:
    """Return the title of a page and the feeds that it links to (`<link rel="alternate">`)."""
    try:
        document_root = html.document_fromstring(content)
    except (LxmlError, ValueError, AssertionError):
        return "", []
    title = " ".join("".join(document_root.xpath("//title[1]//text()")).split())[:200]
    base_url = urljoin(url, next(iter(document_root.xpath("//base/@href")), ""))
    feeds = []
    for link in document_root.xpath("//link[@href]"):
        has_feed_relation = {"alternate", "feed"} & set(link.get("rel", "").lower().split())
        kind = _FEED_TYPES.get(link.get("type", "").partition(";")[0].strip().lower())
        if has_feed_relation and kind:
            with suppress(ValueError):
                name = " ".join(link.get("title", "").split())[:200]
                feeds.append(FollowableList(urljoin(base_url, link.get("href").strip()), kind, name))
    return title, feeds


def _sort_news_first(sitemaps: list[str]) -> list[str]:
    """Return the sitemaps with news sitemaps first, because other sitemaps list the whole archive."""
    return sorted(sitemaps, key=lambda url: "news" not in url.lower())


def _remove_duplicates(
    followable_lists: list[FollowableList], *, pasted_url: str
) -> Iterator[FollowableList]:
    seen_keys = {build_url_key(pasted_url)}
    for followable_list in followable_lists:
        key = build_url_key(followable_list.url)
        if key and key not in seen_keys and len(seen_keys) <= MAX_OFFERED_LISTS:
            seen_keys.add(key)
            yield followable_list
