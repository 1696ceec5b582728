"""Read the pages listed in sitemaps and feeds (RSS, Atom, JSON Feed).

These lists are untrusted, so they are read in one pass that keeps only the needed values of each entry. Entities are
not expanded, and malformed input ends the list, not the program.
"""

import html
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urljoin

from lxml import etree

from sources.addresses import is_address
from sources.extraction.encodings import decode_beginning

#: The size of the largest sitemap that the protocol allows, unpacked, and the maximum number of pages in it.
MAX_BYTES = 52_428_800
MAX_PAGES = 50_000

MAX_TITLE_LENGTH = 300

ListKind = Literal["rss", "atom", "json", "sitemap", "addresses"]

_ROOT_KINDS: dict[str, ListKind] = {
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "rss": "rss",
    "RDF": "rss",
    "feed": "atom",
}
#: The name of the entry elements in each kind of list, by its root element.
_ENTRY_TAGS = {"urlset": "url", "sitemapindex": "sitemap", "rss": "item", "RDF": "item", "feed": "entry"}
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
#: Elements with the date of an entry or of its last change: in RSS, Dublin Core, Atom and sitemaps.
_DATE_TAGS = frozenset({"pubDate", "date", "updated", "modified", "published", "issued", "lastmod"})

#: Markup faults that may have lost entries; others, such as unknown entities, lose nothing.
_LOSSY_ERRORS = frozenset({"ERR_TAG_NOT_FINISHED", "ERR_TAG_NAME_MISMATCH", "ERR_RESOURCE_LIMIT"})

_TAG_PATTERN = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class ListedPage:
    """An entry of a list: URL, title, and date of the last change."""

    url: str
    changed_at: datetime | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class PageList:
    """The entries of a feed or sitemap."""

    kind: ListKind
    pages: tuple[ListedPage, ...] = ()
    lists: tuple[ListedPage, ...] = ()
    """Further sitemaps, or the next page of a feed."""
    title: str = ""
    is_whole: bool = True
    """Whether the whole list was read."""


def read_page_list(content: bytes, url: str, *, max_bytes: int = MAX_BYTES) -> PageList | None:
    """Return the pages of a sitemap or feed, or None if it is neither.

    Args:
        url: the URL that the list was fetched from, for resolving relative URLs.
        max_bytes: the maximum number of bytes decompressed from a compressed list.
    """
    if content.startswith(b"\x1f\x8b"):
        content = _inflate(content, max_bytes)
    text = decode_beginning(content[:1000])
    if text.startswith("{"):
        return _read_json_feed(content, url)
    if not text.startswith("<"):
        return _read_text_list(content, url)
    return _MarkupReader(url).read(content)


def _inflate(content: bytes, max_bytes: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(content, max_bytes)
    except zlib.error:
        return b""


def _make_absolute(url: str, pages: Iterable[ListedPage]) -> Iterator[ListedPage]:
    """Yield entries with absolute URLs, without repeats."""
    seen_urls: set[str] = set()
    for page in pages:
        try:
            address = urljoin(url, page.url.strip())
        except ValueError:
            continue
        if page.url.strip() and address.startswith(("http://", "https://")) and address not in seen_urls:
            seen_urls.add(address)
            yield ListedPage(address, page.changed_at, page.title)


def _limit_pages(listed_pages: Iterable[ListedPage]) -> tuple[tuple[ListedPage, ...], bool]:
    """Return the entries up to the limit, and whether the list has no further entries."""
    pages: list[ListedPage] = []
    for page in listed_pages:
        if len(pages) == MAX_PAGES:
            return tuple(pages), False
        pages.append(page)
    return tuple(pages), True


# JSON Feed, and lists of addresses ------------------------------------------------------------------------------------


def _read_json_feed(content: bytes, url: str) -> PageList | None:
    try:
        feed: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return None
    items = feed.get("items")
    feed_pages = (
        ListedPage(
            str(item.get("url") or ""),
            _find_latest([str(item.get("date_modified") or ""), str(item.get("date_published") or "")]),
            _clean_title(str(item.get("title") or "")),
        )
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    )
    pages, is_whole = _limit_pages(_make_absolute(url, feed_pages))
    lists = tuple(_make_absolute(url, [ListedPage(str(feed.get("next_url") or ""))]))
    return PageList("json", pages, lists, _clean_title(str(feed.get("title") or "")), is_whole)


def _read_text_list(content: bytes, url: str) -> PageList | None:
    """Read a sitemap in plain text, with one URL per line; None if it is not one."""
    lines = [line.strip() for line in content.decode("utf-8-sig", errors="replace").splitlines()]
    lines = [line for line in lines if line]
    if not lines or not all(map(is_address, lines)):
        return None
    pages, is_whole = _limit_pages(_make_absolute(url, map(ListedPage, lines)))
    return PageList("addresses", pages, is_whole=is_whole)


# Markup ---------------------------------------------------------------------------------------------------------------


class _MarkupReader:
    """A reader of an XML sitemap or feed, which it parses in one pass."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._root = ""
        self._title = ""
        self._next: list[ListedPage] = []
        self._is_broken = False

    def read(self, content: bytes) -> PageList | None:
        # White space before the declaration is a mistake that many feeds make, and every reader forgives.
        entries_read = self._iterate_entries(io.BytesIO(content.lstrip(b"\xef\xbb\xbf \t\r\n")))
        pages, is_all = _limit_pages(_make_absolute(self._url, entries_read))
        if self._root not in _ROOT_KINDS:
            return None
        is_whole = is_all and not self._is_broken
        kind = _ROOT_KINDS[self._root]
        if self._root == "sitemapindex":
            return PageList(kind, (), pages, self._title, is_whole)
        return PageList(kind, pages, tuple(_make_absolute(self._url, self._next)), self._title, is_whole)

    def _iterate_entries(self, stream: io.BytesIO) -> Iterator[ListedPage]:
        elements = etree.iterparse(
            stream,
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        depth = 0  # the depth of nested entries
        try:
            for event, element in elements:
                name = _get_local_name(element)
                if not self._root:
                    self._root = name
                    if name not in _ROOT_KINDS:
                        return
                is_entry = name == _ENTRY_TAGS[self._root]
                if event == "start":
                    depth += is_entry
                    continue
                if is_entry:
                    depth -= 1
                    yield _read_entry(element, self._root)
                    _free_element(element)
                elif not depth:
                    self._note_element(element, name)
        except etree.XMLSyntaxError:
            self._is_broken = True
        else:
            self._is_broken = any(problem.type_name in _LOSSY_ERRORS for problem in elements.error_log)

    def _note_element(self, element: Any, name: str) -> None:
        """Record the list's own metadata."""
        if name == "title" and not self._title:
            self._title = _clean_title(_get_text(element))
        elif element.tag == _ATOM_LINK and element.get("rel", "") == "next":
            self._next.append(ListedPage(element.get("href", "")))


def _read_entry(element: Any, root: str) -> ListedPage:
    address = _URL_FINDERS[root](element)
    dates = [_get_text(child) for child in element if _get_local_name(child) in _DATE_TAGS]
    if root == "urlset":
        dates += [_get_text(child) for child in element.iter("{*}publication_date")]
    titles = element.iter("{*}title") if root == "urlset" else element.iterchildren("{*}title")
    return ListedPage(address, _find_latest(dates), _clean_title(_get_text(next(titles, None))))


def _find_rss_address(item: Any) -> str:
    link = next((child.text for child in item if _get_local_name(child) == "link" and child.text), None)
    guid = next(
        (
            child.text
            for child in item
            if _get_local_name(child) == "guid" and child.text and child.get("isPermaLink", "true") == "true"
        ),
        "",
    )
    return link or (guid if is_address(guid) else "")


def _find_atom_address(entry: Any) -> str:
    """Return the URL of the entry's page: the link with `rel="alternate"`, or the link without `rel`."""
    links: dict[str, str] = {}
    for link in entry.iterchildren(_ATOM_LINK):
        if href := link.get("href"):
            links.setdefault(link.get("rel", ""), _resolve_base(link, href))
    return links.get("alternate") or links.get("") or ""


def _resolve_base(element: Any, address: str) -> str:
    """Resolve a URL against the base of its element (`xml:base`)."""
    try:
        return urljoin(element.base or "", address.strip())
    except ValueError:
        return address


def _find_sitemap_address(element: Any) -> str:
    return next((child.text or "" for child in element if _get_local_name(child) == "loc"), "")


_URL_FINDERS = {
    "urlset": _find_sitemap_address,
    "sitemapindex": _find_sitemap_address,
    "rss": _find_rss_address,
    "RDF": _find_rss_address,
    "feed": _find_atom_address,
}


def _free_element(element: Any) -> None:
    """Release a parsed entry and everything before it from memory."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _get_local_name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _get_text(element: Any) -> str:
    return "" if element is None else "".join(element.itertext())


def _clean_title(text: str) -> str:
    """Return a title without markup, on one line."""
    title_text = (
        html.unescape(text[: 10 * MAX_TITLE_LENGTH]).encode(errors="replace").decode()
    )  # surrogates, halves of characters
    title = " ".join(_TAG_PATTERN.sub(" ", title_text).replace("\0", " ").split())
    return title if len(title) <= MAX_TITLE_LENGTH else title[: MAX_TITLE_LENGTH - 2].rstrip() + " …"


def _find_latest(dates: Iterable[str]) -> datetime | None:
    return max(filter(None, map(_parse_moment, dates)), default=None)


def _parse_moment(text: str) -> datetime | None:
    """Parse a time in RSS (RFC 822) or ISO 8601 format, in UTC if it has no time zone; None if it is invalid."""
    text = text.strip()[:100]
    for parser in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parser(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError):
            continue
    return None
