"""Sitemaps as XML (sitemaps.org 0.9), with Google's extensions for languages, pictures and news.

Each language of a page is a separate entry that lists all languages, including its own, as Google requires. A
picture has only its URL: Google has ignored `caption`, `geo_location`, `title` and `license` since August
2022 (https://developers.google.com/search/blog/2022/05/spring-cleaning-sitemap-extensions).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from claims.public.feeds.xml_text import strip_invalid_characters
from claims.public.pages.page_addresses import list_alternates

CONTENT_TYPE = "application/xml; charset=utf-8"

_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML_NAMESPACE = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_IMAGE_NAMESPACE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
_NEWS_NAMESPACE = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
#: Google reads at most this many pictures per page.
_MAX_PICTURES_PER_PAGE = 1000


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """A page of this site, identified by its path without a language and listed in all languages."""

    path: str
    changed_at: datetime | None = None
    pictures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewsArticle:
    """An article for the news sitemap, identified by its canonical URL."""

    address: str
    publication: str
    language: str
    published_at: datetime
    title: str


def build_index(parts: Iterable[tuple[str, datetime | None]]) -> str:
    """Return the XML of the sitemap index: the URLs of the parts, with the times of their last changes."""
    items = "".join(
        f"<sitemap>{_write_loc(address)}{_write_lastmod(changed_at)}</sitemap>\n"
        for address, changed_at in parts
    )
    return f"{_XML_DECLARATION}<sitemapindex {_SITEMAP_NAMESPACE}>\n{items}</sitemapindex>\n"


def build_sitemap(pages: Iterable[SitemapPage]) -> str:
    """Return the XML of a sitemap with these pages in all languages."""
    items = "".join(_write_page(page) for page in pages)
    return f"{_XML_DECLARATION}<urlset {_SITEMAP_NAMESPACE} {_XHTML_NAMESPACE} {_IMAGE_NAMESPACE}>\n{items}</urlset>\n"


def build_news_sitemap(articles: Iterable[NewsArticle]) -> str:
    """Return the XML of a sitemap of recent articles. Without recent articles, the sitemap is empty."""
    items = "".join(
        f"<url>{_write_loc(article.address)}<news:news><news:publication><news:name>{_escape_text(article.publication)}</news:name>"
        f"<news:language>{_escape_text(article.language)}</news:language></news:publication>"
        f"<news:publication_date>{format_w3c_time(article.published_at)}</news:publication_date>"
        f"<news:title>{_escape_text(article.title)}</news:title></news:news></url>\n"
        for article in articles
    )
    return f"{_XML_DECLARATION}<urlset {_SITEMAP_NAMESPACE} {_NEWS_NAMESPACE}>\n{items}</urlset>\n"


def format_w3c_time(moment: datetime) -> str:
    """Return a time in the format of W3C's note on dates: in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_page(page: SitemapPage) -> str:
    alternates = list_alternates(page.path)
    common_elements = _write_lastmod(page.changed_at)
    common_elements += "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>'
        for code, address in alternates
    )
    common_elements += "".join(
        f"<image:image><image:loc>{escape(address)}</image:loc></image:image>"
        for address in page.pictures[:_MAX_PICTURES_PER_PAGE]
    )
    addresses = dict.fromkeys(address for _language_code, address in alternates)
    return "".join(f"<url>{_write_loc(address)}{common_elements}</url>\n" for address in addresses)


def _write_loc(address: str) -> str:
    return f"<loc>{escape(address)}</loc>"


def _write_lastmod(changed_at: datetime | None) -> str:
    return f"<lastmod>{format_w3c_time(changed_at)}</lastmod>" if changed_at else ""


def _escape_text(text: str) -> str:
    return escape(strip_invalid_characters(" ".join(text.split())))
