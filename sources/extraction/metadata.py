"""What a web page says about itself: schema.org JSON-LD, OpenGraph, meta elements, the visible headline and byline.

JSON-LD is read here and not with extruct, which brings RDF libraries for vocabularies that news pages do not use.
"""

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from trafilatura.metadata import extract_title

from sources.extraction.clean_text import clean_line
from sources.extraction.document import Metadata

from .dates import date_in_address, read_date

# Types of schema.org that describe the article itself; a page also holds organisations, breadcrumbs and videos.
ARTICLE_TYPES = frozenset(
    [
        "Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
        "BackgroundNewsArticle", "AskPublicNewsArticle", "ReviewNewsArticle", "SatiricalArticle",
        "AdvertiserContentArticle", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting",
        "ScholarlyArticle", "TechArticle", "Report", "MedicalScholarlyArticle",
    ]
)  # fmt: skip
# Less telling, used where no article is described.
PAGE_TYPES = frozenset({"ClaimReview", "WebPage", "ItemPage", "CreativeWork"})

TITLE_META = ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "parsely-title")
PUBLISHER_META = (
    "og:site_name",
    "dc.publisher",
    "dcterms.publisher",
    "citation_publisher",
    "publisher",
    "copyright-holder",
)
AUTHOR_META = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "parsely-author",
    "sailthru.author",
)
DATE_META = (
    "article:published_time", "og:article:published_time", "datepublished", "date.published", "publishdate",
    "publish-date", "pubdate", "publication_date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date",
    "citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date", "date",
)  # fmt: skip

# "byline", "meta-author", "author-names", "byline__name"
BYLINE_CLASS = re.compile(r"(?:\w+[-_]+)?(?:byline|authors?)(?:[-_]+names?)?")

# A page of 10 MB can hold more structured data than anybody needs to look at.
NODES_READ = 5000

_BY = re.compile(r"^(?:by|von|par|por|di|door|af|av|von:|by:|autor(?:a|in)?:|author:)\s+", re.IGNORECASE)
_COMMENT_WRAPPER = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Read everything that a parsed page says about itself. `url` is where it was found, if known."""
    metas = _metas(tree)
    articles, organisations = _structured(tree)
    language = _language(tree, metas, articles)
    canonical_url = _canonical_url(tree, metas, url)
    publisher = _publisher(metas, articles, organisations)
    return Metadata(
        title=_title(tree, metas, articles, publisher),
        byline=_byline(tree, metas, articles),
        published_on=_published_on(tree, metas, articles, language, canonical_url or url),
        language=language,
        publisher=publisher,
        canonical_url=canonical_url,
    )


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
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


def _first(metas: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((metas[name][0] for name in names if name in metas), "")


# schema.org


def _structured(tree: HtmlElement) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Descriptions of the article, the best first, and of the organisations behind it, references resolved."""
    nodes = list(_nodes(tree))
    by_id = {
        node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 1
    }
    articles = [node for node in nodes if _types(node) & ARTICLE_TYPES]
    articles += [node for node in nodes if _types(node) & PAGE_TYPES and node not in articles]
    resolved = [
        {
            key: [by_id.get(one.get("@id"), one) if isinstance(one, dict) else one for one in _listed(value)]
            for key, value in node.items()
        }
        for node in articles[:20]
    ]
    return resolved, [node for node in nodes if _types(node) & {"NewsMediaOrganization"}]


def _nodes(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    left = NODES_READ
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        with suppress(ValueError, RecursionError):
            # strict=False: line breaks inside strings are the commonest fault of such data.
            waiting = [
                json.loads(_COMMENT_WRAPPER.sub("", script.text or "").strip().rstrip(";"), strict=False)
            ]
            while waiting and left > 0:
                left -= 1
                node = waiting.pop(0)
                if isinstance(node, list):
                    waiting[:0] = node
                elif isinstance(node, dict):
                    yield node
                    # Only where a page nests its own description, or an article would inherit its comments' authors.
                    waiting += [
                        node[key]
                        for key in ("@graph", "mainEntity", "mainEntityOfPage", "publisher")
                        if key in node
                    ]


def _types(node: dict[str, Any]) -> set[str]:
    return {str(one).rpartition("/")[2] for one in _listed(node.get("@type"))}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(values: Any) -> str:
    """The first name in what may be a string, an object with a name, or a list of either."""
    for value in _listed(values):
        if isinstance(value, dict):
            value = value.get("name") or value.get("@value")
            value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and (text := clean_line(_without_tags(value))):
            return text
    return ""


def _without_tags(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    return re.sub(r"</?[A-Za-z][^<>]{0,500}>", " ", html.unescape(text))


# One statement each


def _title(
    tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]], publisher: str
) -> str:
    headlines = (_text(node.get("headline")) for node in articles if _types(node) & ARTICLE_TYPES)
    title = (
        next(filter(None, headlines), "")
        or _first(metas, TITLE_META)
        or clean_line(extract_title(tree) or "")
    )
    # “Headline | The Paper” without the paper.
    for site in {publisher, _first(metas, PUBLISHER_META)} - {""}:
        title = re.sub(rf"(?<=\S)\s+[|–—·»-]\s+{re.escape(site)}$", "", title, flags=re.IGNORECASE)
    return title


def _byline(tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]]) -> str:
    for node in articles:
        if _types(node) & ARTICLE_TYPES:
            authors = _listed(node.get("author")) or _listed(node.get("creator"))
            if names := _names(_text(author) for author in authors):
                return names
    for name in AUTHOR_META:
        if names := _names(metas.get(name, [])):
            return names
    return _visible_byline(tree)


def _visible_byline(tree: HtmlElement) -> str:
    """The first element marked up as a byline that holds names and nothing else, outside teasers."""
    for element in tree.iter("a", "span", "p", "div", "address"):
        classes = (element.get("class") or "").lower().split()
        if not (
            {element.get("rel"), element.get("itemprop")} & {"author"}
            or any(map(BYLINE_CLASS.fullmatch, classes))
        ):
            continue
        if any(ancestor.tag in ("a", "nav", "aside", "footer") for ancestor in element.iterancestors()):
            continue
        names = _names([element.text_content()])
        if names and len(names) <= 80 and not re.search(r"[\d|/:]", names):
            return names
    return ""


def _names(candidates: Iterator[str] | list[str]) -> str:
    names: list[str] = []
    for candidate in candidates:
        name = _BY.sub("", clean_line(candidate)).strip(" ,;|")
        # A profile's address, a handle, an e-mail address and a paragraph are no names.
        is_name = (
            len(name) <= 150
            and not re.search(r"://|@|^www\.", name)
            and name.lower() not in ("admin", "null")
        )
        if name and is_name and name not in names:
            names.append(name)
    return ", ".join(names)


def _published_on(
    tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]], language: str, url: str
) -> date | None:
    stated = [_text(node.get("datePublished")) for node in articles]
    stated += [metas[name][0] for name in DATE_META if name in metas]
    for element in tree.iter("time", "meta", "span", "abbr"):
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None:
            stated.append(element.get("datetime") or element.get("content") or element.text_content())
    for text in stated:
        if published_on := read_date(text, language=language.partition("-")[0].lower()):
            return published_on
    return date_in_address(url) or _only_time_element(tree)


def _only_time_element(tree: HtmlElement) -> date | None:
    """The day of the one <time> of a page, or of its article: several may belong to other stories."""
    for scope in (tree.find(".//article"), tree):
        if scope is not None:
            days = {read_date(element.get("datetime") or "") for element in scope.iter("time")}
            if len(days) == 1:
                return days.pop()
    return None


def _language(tree: HtmlElement, metas: dict[str, list[str]], articles: list[dict[str, Any]]) -> str:
    root = tree.getroottree().getroot()
    stated = (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        _first(metas, ("content-language", "og:locale", "dc.language", "dcterms.language", "language")),
        next((text for node in articles if (text := _text(node.get("inLanguage")))), ""),
    )
    return next((one.strip() for one in stated if one and one.strip()), "")


def _publisher(
    metas: dict[str, list[str]], articles: list[dict[str, Any]], media: list[dict[str, Any]]
) -> str:
    for node in articles:
        if name := _text(node.get("publisher")) or _text(node.get("sourceOrganization")):
            return name
    name = _first(metas, PUBLISHER_META)
    if not name and media:
        name = _text(media[0])
    # article:publisher and some publisher metas hold the address of a profile.
    return "" if "://" in name else name.lstrip("@")


def _canonical_url(tree: HtmlElement, metas: dict[str, list[str]], url: str) -> str:
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
            # A template that names the home page on every page says nothing about this one.
            if not parts.path.strip("/") and not parts.query and urlsplit(url).path.strip("/"):
                continue
            return parts._replace(fragment="").geturl()
    return ""
