"""What a feed must be to be valid: RFC 4287 and 5005 for Atom, the RSS 2.0 specification, JSON Feed 1.1."""

import json
import re
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import jsonschema
from django.test import Client
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
}
JSON_FEED = json.loads((Path(__file__).parent / "json_feed.schema.json").read_text())

# RFC 3339, section 5.6, with the upper-case T and Z that RFC 4287, section 3.3, asks for.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
# RFC 822, section 5, with the year in four digits as the RSS specification prefers.
_RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_RSS_CHANNEL = {"title", "link", "description", "language", "lastBuildDate", "item"}
_RSS_ITEM = {"title", "link", "description", "pubDate", "guid", "category"}


def atom(client: Client, query: str = "", **headers: str) -> etree._Element:
    """The Atom feed, valid."""
    content = read(client, "atom", "application/atom+xml; charset=utf-8", query, headers)
    feed = etree.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    assert feed.get(XML_LANG)
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        # Sections 4.1.1 and 4.1.2: exactly one of each.
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert is_absolute(element.findtext(f"{ATOM}id"))
        assert element.findall(f"{ATOM}author/{ATOM}name")
        for name in ("updated", "published"):
            assert all(_MOMENT.fullmatch(found.text) for found in element.findall(f"{ATOM}{name}"))
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(set(links)) == len(links)
        assert all(is_absolute(link.get("href")) for link in element.iter(f"{ATOM}link"))
        assert all(category.get("term") for category in element.iter(f"{ATOM}category"))
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("summary", "content", "published"):
            assert len(entry.findall(f"{ATOM}{name}")) <= 1
        assert entry.xpath("a:link[@rel='alternate']", namespaces=NAMES)
        assert {text.get("type") for text in entry.findall(f"{ATOM}content")} <= {"html"}
    entry_ids = feed.xpath("a:entry/a:id/text()", namespaces=NAMES)
    assert len(set(entry_ids)) == len(entry_ids)
    return feed


def rss(client: Client, query: str = "", **headers: str) -> etree._Element:
    """The channel of the RSS feed, valid."""
    content = read(client, "rss", "application/rss+xml; charset=utf-8", query, headers)
    root = etree.fromstring(content)
    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    channel = root[0]
    assert {child.tag for child in channel if "{" not in child.tag} <= _RSS_CHANNEL
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    (itself,) = channel.xpath("a:link[@rel='self']", namespaces=NAMES)
    assert is_absolute(itself.get("href"))
    for item in channel.findall("item"):
        assert {child.tag for child in item if "{" not in child.tag} <= _RSS_ITEM
        assert item.findtext("title")
        assert is_absolute(item.findtext("link"))
        assert item.find("guid").attrib == {"isPermaLink": "true"}
        assert is_absolute(item.findtext("guid"))
        assert _RFC_822.fullmatch(item.findtext("pubDate"))
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo
    guids = channel.xpath("item/guid/text()")
    assert len(set(guids)) == len(guids)
    return channel


def json_feed(client: Client, query: str = "", **headers: str) -> dict[str, Any]:
    """The JSON Feed, valid."""
    content = read(client, "json", "application/feed+json; charset=utf-8", query, headers)
    feed: dict[str, Any] = json.loads(content)
    jsonschema.validate(feed, JSON_FEED)
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    return feed


def read(client: Client, form: str, content_type: str, query: str, headers: dict[str, str]) -> bytes:
    """The feed as it is served, understood by feedparser without a complaint."""
    response = client.get(f"/feeds/claims.{form}{query}", headers=headers)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == content_type
    if form != "json":
        parsed = feedparser.parse(response.content, response_headers={"content-type": content_type})
        assert not parsed.bozo, parsed.get("bozo_exception")
    return response.content


def is_absolute(address: str | None) -> bool:
    parts = urlsplit(address or "")
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in (address or "")


def titles(client: Client, query: str = "") -> list[str]:
    """The titles that a feed lists, which are the same in every format."""
    found = json_feed(client, query)
    listed = [item["title"] for item in found["items"]]
    assert atom(client, query).xpath("a:entry/a:title/text()", namespaces=NAMES) == listed
    assert rss(client, query).xpath("item/title/text()") == listed
    return listed
