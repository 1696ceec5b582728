"""Sitemaps and feeds (RSS, Atom, JSON Feed) → the addresses that they lead to."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from claims.imports.reading.inputs.beginning import beginning
from sources.material import is_address

#: The largest sitemap that the protocol allows, unpacked.
LARGEST = 52_428_800


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a list leads to."""

    pages: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """More sitemaps, or the next page of a feed."""


def leads(content: bytes, url: str) -> Leads | None:
    """The addresses in a sitemap or feed; None for what is neither."""
    if content.startswith(b"\x1f\x8b"):
        content = _inflated(content)
    text = beginning(content[:1000])
    if text.startswith("{"):
        return _json_feed(content, url)
    if not text.startswith("<"):
        return _text_list(content, url)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    match _local(root):
        case "urlset":
            return _leads(url, _texts(root, "url", "loc"))
        case "sitemapindex":
            return _leads(url, [], _texts(root, "sitemap", "loc"))
        case "rss" | "RDF":
            return _leads(url, list(_rss(root)), list(_linked(root, "next")))
        case "feed":
            entries = [
                next(iter([*_linked(entry, "alternate"), *_linked(entry, "")]), "")
                for entry in root
                if _local(entry) == "entry"
            ]
            return _leads(url, entries, list(_linked(root, "next")))
    return None


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(content, LARGEST)
    except zlib.error:
        return b""


def _leads(url: str, pages: list[str], lists: list[str] | None = None) -> Leads:
    return Leads(_absolute(url, pages), _absolute(url, lists or []))


def _absolute(url: str, found: list[str]) -> tuple[str, ...]:
    whole: dict[str, None] = {}
    for one in found:
        try:
            address = urljoin(url, one.strip())
        except ValueError:
            continue
        if one.strip() and address.startswith(("http://", "https://")):
            whole.setdefault(address)
    return tuple(whole)


def _json_feed(content: bytes, url: str) -> Leads | None:
    try:
        feed: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return None
    items = feed.get("items")
    pages = [
        str(item.get("url") or "")
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    ]
    return _leads(url, pages, [str(feed.get("next_url") or "")])


def _text_list(content: bytes, url: str) -> Leads | None:
    """A sitemap may be a text file of addresses, one a line."""
    lines = [line.strip() for line in content.decode("utf-8-sig", errors="replace").splitlines()]
    lines = [line for line in lines if line]
    return _leads(url, lines) if lines and all(map(is_address, lines)) else None


def _rss(root: Any) -> Iterator[str]:
    for item in root.iter():
        if _local(item) != "item":
            continue
        link = next((child.text for child in item if _local(child) == "link" and child.text), None)
        guid = next(
            (
                child.text
                for child in item
                if _local(child) == "guid" and child.text and child.get("isPermaLink", "true") == "true"
            ),
            "",
        )
        if link or is_address(guid):
            yield link or guid


def _texts(root: Any, outer: str, inner: str) -> list[str]:
    return [
        child.text or "" for one in root if _local(one) == outer for child in one if _local(child) == inner
    ]


def _linked(element: Any, relation: str) -> Iterator[str]:
    """Atom's links of a relation, whether the feed is Atom or has them in an RSS channel."""
    for link in element.iter("{http://www.w3.org/2005/Atom}link"):
        if link.get("rel", "") == relation and link.get("href"):
            yield link.get("href")


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
