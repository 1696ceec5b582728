"""Sitemaps as a crawler reads them: fetched, held against the protocol, and understood."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.test import Client
from lxml import etree

from claims.features.discovery.sitemap_parts import IDS_PER_PART

_GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("sitemap.rng")))
_NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
    "i": "http://www.google.com/schemas/sitemap-image/1.1",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}
#: What the protocol allows a sitemap.
MOST_BYTES, MOST_ADDRESSES = 50 * 2**20, 50_000


@dataclass(frozen=True)
class Entry:
    """One `url` of a sitemap, or one `sitemap` of an index."""

    address: str
    changed_at: datetime | None
    alternates: dict[str, str]
    pictures: tuple[str, ...]
    title: str


def read(client: Client, path: str) -> list[Entry]:
    """The entries of the sitemap at this path, which must be valid."""
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8"), path
    return entries(response.content)


def entries(content: bytes) -> list[Entry]:
    """The entries in these bytes."""
    assert len(content) <= MOST_BYTES
    root = etree.fromstring(content)
    _GRAMMAR.assertValid(root)
    assert len(root) <= MOST_ADDRESSES
    return [
        Entry(
            address=one.findtext("s:loc", namespaces=_NAMES),
            changed_at=datetime.fromisoformat(at)
            if (at := one.findtext("s:lastmod", namespaces=_NAMES))
            else None,
            alternates={a.get("hreflang"): a.get("href") for a in one.findall("x:link", namespaces=_NAMES)},
            pictures=tuple(p.text for p in one.findall("i:image/i:loc", namespaces=_NAMES)),
            title=one.findtext("n:news/n:title", default="", namespaces=_NAMES),
        )
        for one in root
    ]


def part_of(kind: str, pk: int) -> str:
    """The path of the sitemap that lists what has this id. Ids go on from test to test: not always the first part."""
    return f"/sitemap-{kind}-{(pk - 1) // IDS_PER_PART + 1}.xml"


def path_of(address: str) -> str:
    """The path of an address of ours."""
    return "/" + address.split("/", 3)[3]


def whole_site(client: Client) -> list[Entry]:
    """All pages that all sitemaps of the index list."""
    return [page for part in read(client, "/sitemap.xml") for page in read(client, path_of(part.address))]
