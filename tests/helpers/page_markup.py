"""JSON-LD of pages, held against what Google documents for it, and against schema.org's vocabulary. No network."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from rdflib import SDO

Node = dict[str, Any]

#: Required, and recommended where the newsroom always knows it (developers.google.com/search/docs/appearance/
#: structured-data: factcheck, article, breadcrumb, organization).
REQUIRED = {
    "ClaimReview": ("claimReviewed", "reviewRating", "url", "author", "itemReviewed"),
    "NewsArticle": ("headline", "datePublished", "dateModified", "author", "publisher", "mainEntityOfPage"),
    "BreadcrumbList": ("itemListElement",),
    "NewsMediaOrganization": ("name", "url", "logo"),
    "WebSite": ("name", "url"),
    "Rating": ("alternateName",),
    "ImageObject": ("url",),
}
_MOMENTS = ("datePublished", "dateModified")
#: Words of JSON-LD itself, and one that schema.org's search action spells with a hyphen.
_OTHERS = ("@context", "@graph", "@id", "@type", "query-input")


def complaints(nodes: list[Node]) -> list[str]:
    """The errors of these items, in words; empty if they are as documented."""
    return [complaint for node in nodes for complaint in _of(node)]


def _of(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _of(one)
    if not isinstance(node, dict):
        return
    kind = node.get("@type", "")
    if kind:
        yield from _missing(node, kind)
        yield from _unknown(node, kind)
    if kind == "BreadcrumbList":
        yield from _steps(node["itemListElement"])
    for name, value in node.items():
        is_address = name in ("url", "item", "image", "logo", "mainEntityOfPage") and isinstance(value, str)
        if is_address and not urlsplit(value).netloc:
            yield f"{kind}.{name} is no whole address: {value}"
        if name in _MOMENTS and "T" in value and datetime.fromisoformat(value).tzinfo is None:
            yield f"{kind}.{name} has no time zone: {value}"
        yield from _of(value)


def _missing(node: Node, kind: str) -> Iterator[str]:
    for name in REQUIRED.get(kind, ()):
        if not node.get(name):
            yield f"{kind} has no {name}"


def _unknown(node: Node, kind: str) -> Iterator[str]:
    for word in (kind, *(name for name in node if name not in _OTHERS)):
        if word not in SDO:
            yield f"schema.org does not know {word}"


def _steps(steps: list[Node]) -> Iterator[str]:
    if len(steps) < 2:
        yield "A trail has two steps at least"
    if [step["position"] for step in steps] != list(range(1, len(steps) + 1)):
        yield "Positions are not counted from 1"
    if not all(step["name"] and step["item"] for step in steps):
        yield "A step has no name or no address"
