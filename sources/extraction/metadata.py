"""The metadata of a web page: schema.org JSON-LD, OpenGraph, meta elements, the visible headline."""

import re
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from sources.extraction.clean_text import clean_line
from sources.extraction.document import Metadata

from .bylines import read_byline
from .dates import find_date_in_address, read_date
from .structured_data import ARTICLE_TYPES, StructuredData, find_text, get_types, read_structured

TITLE_META = ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "parsely-title")
PUBLISHER_META = (
    "og:site_name",
    "dc.publisher",
    "dcterms.publisher",
    "citation_publisher",
    "publisher",
    "copyright-holder",
)
DATE_META = (
    "article:published_time", "og:article:published_time", "datepublished", "date.published", "publishdate",
    "publish-date", "pubdate", "publication_date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date",
    "citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date", "date",
)  # fmt: skip


def read_metadata(tree: HtmlElement, url: str, structured: StructuredData | None = None) -> Metadata:
    """Read all metadata of a parsed page.

    Args:
        url: the URL of the page, if known.
        structured: the result of `read_structured()`, for callers that also need it themselves.
    """
    metas = _collect_metas(tree)
    structured = structured or read_structured(tree)
    articles, organisations = structured.articles, structured.organisations
    language = _find_language(tree, metas, articles)
    canonical_url = _find_canonical_url(tree, metas, url)
    publisher = _find_publisher(metas, articles, organisations)
    return Metadata(
        title=_find_title(tree, metas, articles, publisher),
        byline=read_byline(tree, metas, articles, publisher, urlsplit(canonical_url or url).hostname or ""),
        published_on=_find_publication_date(tree, metas, articles, language, canonical_url or url),
        language=language,
        publisher=publisher,
        canonical_url=canonical_url,
    )


def _collect_metas(tree: HtmlElement) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = (
            element.get("property")
            or element.get("name")
            or element.get("itemprop")
            or element.get("http-equiv")
        )
        content = clean_line(element.get("content") or "")
        if name and content:
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _get_first(metas: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((metas[name][0] for name in names if name in metas), "")


# Single values


def _find_title(
    tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]], publisher: str
) -> str:
    headlines = (find_text(node.get("headline")) for node in articles if get_types(node) & ARTICLE_TYPES)
    title = next(filter(None, headlines), "") or _get_first(metas, TITLE_META) or _find_visible_title(tree)
    # "Headline | The Paper", without the paper.
    for site in {publisher, _get_first(metas, PUBLISHER_META)} - {""}:
        title = re.sub(rf"(?<=\S)\s+[|–—·»-]\s+{re.escape(site)}$", "", title, flags=re.IGNORECASE)
    return title


def _find_visible_title(tree: HtmlElement) -> str:
    from trafilatura.metadata import extract_title  # noqa: PLC0415  a quarter of a second that few processes need

    return clean_line(extract_title(tree) or "")


def _find_publication_date(
    tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]], language: str, url: str
) -> date | None:
    candidates = [find_text(node.get("datePublished")) for node in articles]
    candidates += [metas[name][0] for name in DATE_META if name in metas]
    for element in tree.iter("time", "meta", "span", "abbr"):
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None:
            candidates.append(element.get("datetime") or element.get("content") or element.text_content())
    candidates += [find_text(node.get("uploadDate")) for node in articles]
    for text in candidates:
        if published_on := read_date(text, language=language.partition("-")[0].lower()):
            return published_on
    return find_date_in_address(url) or _find_only_time(tree)


def _find_only_time(tree: HtmlElement) -> date | None:
    """Return the date if all <time> elements of the article, or else of the page, agree; otherwise return None."""
    for scope in (tree.find(".//article"), tree):
        if scope is not None:
            days = {read_date(element.get("datetime") or "") for element in scope.iter("time")}
            if len(days) == 1:
                return days.pop()
    return None


def _find_language(tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]]) -> str:
    root = tree.getroottree().getroot()
    candidates = (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        _get_first(metas, ("content-language", "og:locale", "dc.language", "dcterms.language", "language")),
        next((text for node in articles if (text := find_text(node.get("inLanguage")))), ""),
    )
    return next((candidate.strip() for candidate in candidates if candidate and candidate.strip()), "")


def _find_publisher(
    metas: dict[str, list[str]], articles: list[dict[str, Any]], media: list[dict[str, Any]]
) -> str:
    for node in articles:
        if name := find_text(node.get("publisher")) or find_text(node.get("sourceOrganization")):
            return name
    name = _get_first(metas, PUBLISHER_META)
    if not name and media:
        name = find_text(media[0])
    # article:publisher and some other meta elements contain the URL of a profile.
    return "" if "://" in name else name.lstrip("@")


def _find_canonical_url(tree: HtmlElement, metas: dict[str, list[str]], url: str) -> str:
    links = [
        element.get("href") or ""
        for element in tree.iter("link")
        if "canonical" in (element.get("rel") or "").lower().split()
    ]
    # A link element may be relative; an og:url without a scheme is a mistake that would resolve to nonsense.
    for address, base in [(link, url) for link in links[:1]] + [
        (link, "") for link in metas.get("og:url", [])[:1]
    ]:
        with suppress(ValueError):
            parts = urlsplit(urljoin(base, address.strip()))
            if parts.scheme not in ("http", "https") or not parts.hostname:
                continue
            # A template that names the home page on every page reveals nothing about this page.
            if not parts.path.strip("/") and not parts.query and urlsplit(url).path.strip("/"):
                continue
            return parts._replace(fragment="").geturl()
    return ""
