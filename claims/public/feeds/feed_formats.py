"""Write feeds: Atom (RFC 4287) and RSS 2.0 with Django's generators, and JSON Feed 1.1.

Paging follows RFC 5005: link relations in Atom, the same as `atom:link` in RSS (appendix B), and `next_url` in JSON
Feed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc3339_date
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from claims.ledger.document.claim_document import format_moment
from claims.public.feeds.feed_entries import Channel, FeedEntry
from claims.public.feeds.xml_text import strip_invalid_characters

#: The time of the last change of a feed without entries. The current time would make each response different.
_EARLIEST_DATE = datetime(1970, 1, 1, tzinfo=UTC)

_NAMESPACES = {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
_OPENSEARCH = {"xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/"}


@dataclass(frozen=True)
class FeedFormat:
    content_type: str
    write: Callable[[Channel, Sequence[FeedEntry]], str]


class _PagedFeed(SyndicationFeed):
    """The base of Atom and RSS feeds, which adds the elements that Django's generators omit."""

    #: The prefix of Atom's elements.
    atom_prefix: str

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_EARLIEST_DATE)

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        channel: Channel = self.feed["channel"]
        for relation in ("first", "previous", "next"):
            if address := getattr(channel, f"{relation}_url"):
                handler.addQuickElement(f"{self.atom_prefix}link", "", {"rel": relation, "href": address})
        for hub in channel.hubs:
            handler.addQuickElement(f"{self.atom_prefix}link", "", {"rel": "hub", "href": hub})
        if channel.total is not None:
            handler.addQuickElement("opensearch:totalResults", str(channel.total), _OPENSEARCH)


class _AtomFeed(_PagedFeed, Atom1Feed):
    atom_prefix = ""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["entry"].language}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: FeedEntry = item["entry"]
        attributes = {"xml:lang": entry.content_language}
        if entry.summary:
            handler.addQuickElement(
                "summary", strip_invalid_characters(entry.summary), {"type": "text", **attributes}
            )
        handler.addQuickElement(
            "content", strip_invalid_characters(entry.html), {"type": "html", **attributes}
        )
        for scheme, term, label in _list_categories(entry):
            handler.addQuickElement("category", "", {"scheme": scheme, "term": term, "label": label})
        if entry.review_url:
            handler.addQuickElement(
                "link", "", {"rel": "related", "href": strip_invalid_characters(entry.review_url)}
            )


class _RssFeed(_PagedFeed, Rss201rev2Feed):
    atom_prefix = "atom:"

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), **_NAMESPACES}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: FeedEntry = item["entry"]
        # Feed readers treat the description as HTML.
        if entry.summary:
            handler.addQuickElement("description", escape(strip_invalid_characters(entry.summary)))
        handler.addQuickElement("content:encoded", strip_invalid_characters(entry.html))
        handler.addQuickElement("dc:language", entry.language)
        # RSS itself cannot state that an item was changed.
        handler.addQuickElement("atom:updated", rfc3339_date(entry.updated_at))
        for scheme, term, label in _list_categories(entry):
            handler.addQuickElement("category", label or term, {"domain": scheme})


def _write_feed(generator: type[_PagedFeed], channel: Channel, entries: Sequence[FeedEntry]) -> str:
    feed = generator(
        title=strip_invalid_characters(channel.title),
        link=channel.home_url,
        description=strip_invalid_characters(channel.description),
        subtitle=strip_invalid_characters(channel.description),
        language=channel.language,
        author_name=strip_invalid_characters(channel.author),
        author_link=channel.home_url,
        feed_url=channel.own_url,
        feed_guid=channel.id,
        channel=channel,
    )
    for entry in entries:
        feed.add_item(
            title=strip_invalid_characters(entry.title),
            link=strip_invalid_characters(entry.url),
            description=None,  # type: ignore[arg-type]  # Django leaves it out, which its stubs do not know
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            unique_id=entry.id,
            unique_id_is_permalink=True,
            author_name=strip_invalid_characters(entry.author),
            author_link=strip_invalid_characters(entry.author_url) or None,
            entry=entry,
        )
    return feed.writeString("utf-8")


def _list_categories(entry: FeedEntry) -> list[tuple[str, str, str]]:
    """Return scheme, term and label of each topic and of the rating class."""
    topics = settings.SITE_URL + reverse("topics-list")
    categories = [(topics, topic["slug"], strip_invalid_characters(topic["name"])) for topic in entry.topics]
    if entry.rating and entry.rating["rating_class"]:
        ratings = settings.SITE_URL + reverse("ratings-list")
        categories.append(
            (ratings, entry.rating["rating_class"], strip_invalid_characters(entry.rating["label"]))
        )
    return categories


def _write_atom(channel: Channel, entries: Sequence[FeedEntry]) -> str:
    return _write_feed(_AtomFeed, channel, entries)


def _write_rss(channel: Channel, entries: Sequence[FeedEntry]) -> str:
    return _write_feed(_RssFeed, channel, entries)


# JSON Feed ------------------------------------------------------------------------------------------------------------


def _write_json(channel: Channel, entries: Sequence[FeedEntry]) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home_url,
        "feed_url": channel.first_url,
        "description": channel.description,
        "next_url": channel.next_url,
        "language": channel.language,
        "authors": [{"name": channel.author, "url": channel.home_url}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in channel.hubs] or None,
        "_factcheck": _drop_empty({"about": _build_docs_url(), "count": channel.total}),
        "items": [_build_json_item(entry) for entry in entries],
    }
    return json.dumps(_drop_empty(feed), ensure_ascii=False, separators=(",", ":"))


def _build_json_item(entry: FeedEntry) -> dict[str, Any]:
    document = entry.document
    return _drop_empty(
        {
            "id": entry.id,
            "url": entry.url,
            "external_url": entry.review_url,
            "title": entry.title,
            "content_html": entry.html,
            "summary": entry.summary,
            "date_published": format_moment(entry.published_at),
            "date_modified": format_moment(entry.updated_at),
            "authors": [_drop_empty({"name": entry.author, "url": entry.author_url})],
            "tags": [topic["name"] for topic in entry.topics],
            "language": entry.language,
            "_factcheck": {
                "about": _build_docs_url(),
                "status": document["status"],
                "version": document["version"],
                "statement": document["statement"],
                "claimant": document["claimant"]["name"] if document["claimant"] else None,
                "claimed_on": document["claimed_on"],
                "rating": _build_rating(entry.rating),
                "corrections": document["corrections"],
            },
        }
    )


def _build_rating(rating: dict[str, Any] | None) -> dict[str, Any] | None:
    if rating is None:
        return None
    return {key: rating[key] for key in ("id", "code", "label", "language", "rating_class")}


def _build_docs_url() -> str:
    return settings.SITE_URL + reverse("docs")


def _drop_empty(members: dict[str, Any]) -> dict[str, Any]:
    """Drop empty members, as JSON Feed requires."""
    return {name: value for name, value in members.items() if value not in ("", None) and value != {}}


ATOM = FeedFormat("application/atom+xml; charset=utf-8", _write_atom)
RSS = FeedFormat("application/rss+xml; charset=utf-8", _write_rss)
JSON = FeedFormat("application/feed+json; charset=utf-8", _write_json)
