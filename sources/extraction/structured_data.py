"""The article's metadata in the page's schema.org JSON-LD.

It is not read with extruct, which needs RDF libraries for vocabularies that news pages do not use.
"""

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from sources.extraction.clean_text import clean_line, clean_text

# Types of schema.org that describe the article itself; a page also holds organisations, breadcrumbs and videos.
ARTICLE_TYPES = frozenset(
    [
        "Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
        "BackgroundNewsArticle", "AskPublicNewsArticle", "ReviewNewsArticle", "SatiricalArticle",
        "AdvertiserContentArticle", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting",
        "ScholarlyArticle", "TechArticle", "Report", "MedicalScholarlyArticle",
    ]
)  # fmt: skip
# Less specific types, used if no article is described.
PAGE_TYPES = frozenset({"ClaimReview", "WebPage", "ItemPage", "CreativeWork", "VideoObject", "AudioObject"})

# A page of 10 MB can contain more structured data than is ever needed.
MAX_NODES = 5000


_COMMENT_WRAPPER = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


@dataclass(frozen=True, slots=True)
class StructuredData:
    """Structured data about the article, best first, and about media organisations."""

    articles: list[dict[str, Any]]
    organisations: list[dict[str, Any]]

    @property
    def _article(self) -> dict[str, Any]:
        return next((node for node in self.articles if get_types(node) & ARTICLE_TYPES), {})

    def body(self) -> str:
        """Return the article body in the structured data as clean text, or ""."""
        body = next(
            (value for value in to_list(self._article.get("articleBody")) if isinstance(value, str)), ""
        )
        if "<" in body or "&" in body:
            body = re.sub(r"(?i)<(?:p|br|div|li|h\d|/p|/div|/li)\b[^<>]{0,200}>", "\n\n", html.unescape(body))
        return clean_text(remove_tags(re.sub(r"\n+", "\n\n", body)))

    @property
    def description(self) -> str:
        return find_text(self._article.get("description"))

    @property
    def word_count(self) -> int | None:
        """Return the word count that the article states, or None."""
        for count in to_list(self._article.get("wordCount")):
            if isinstance(count, int | str) and re.fullmatch(r"[0-9]{1,7}", str(count).strip()):
                return int(count)
        return None

    @property
    def is_free(self) -> bool:
        values = to_list(self._article.get("isAccessibleForFree"))
        return not any(value is False or str(value).rpartition("/")[2].lower() == "false" for value in values)


def read_structured(tree: HtmlElement) -> StructuredData:
    """Return the JSON-LD about the article on a page, with its references resolved."""
    nodes = list(_iterate_nodes(tree))
    by_id = {
        node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 1
    }
    articles = [node for node in nodes if get_types(node) & ARTICLE_TYPES]
    articles += [node for node in nodes if get_types(node) & PAGE_TYPES and node not in articles]
    resolved_nodes = [
        {
            key: [
                by_id.get(item.get("@id"), item) if isinstance(item, dict) else item
                for item in to_list(value)
            ]
            for key, value in node.items()
        }
        for node in articles[:20]
    ]
    return StructuredData(
        resolved_nodes, [node for node in nodes if get_types(node) & {"NewsMediaOrganization"}]
    )


def _iterate_nodes(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    nodes_left = MAX_NODES
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        with suppress(ValueError, RecursionError):
            # strict=False: line breaks inside strings are the commonest fault of such data.
            queue = deque(
                [json.loads(_COMMENT_WRAPPER.sub("", script.text or "").strip().rstrip(";"), strict=False)]
            )
            while queue and nodes_left > 0:
                nodes_left -= 1
                node = queue.popleft()
                if isinstance(node, list):
                    queue.extendleft(reversed(node))
                elif isinstance(node, dict):
                    yield node
                    # Only if a page nests its own description; otherwise an article would get its comments' authors.
                    queue.extend(
                        node[key]
                        for key in ("@graph", "mainEntity", "mainEntityOfPage", "publisher")
                        if key in node
                    )


def get_types(node: dict[str, Any]) -> set[str]:
    return {str(type_name).rpartition("/")[2] for type_name in to_list(node.get("@type"))}


def to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def find_text(values: Any) -> str:
    """Return the first text: a string or an object's name, from a single value or a list of values."""
    for value in to_list(values):
        if isinstance(value, dict):
            value = value.get("name") or value.get("@value")
            value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and (text := clean_line(remove_tags(value))):
            return text
    return ""


def remove_tags(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    return re.sub(r"</?[A-Za-z][^<>]{0,500}>", " ", html.unescape(text))
