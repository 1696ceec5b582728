"""The JSON-LD of a reader page as an article, beside its ClaimReviews.

The markup follows Google's documentation (https://developers.google.com/search/docs/appearance/structured-data/), with
all recommended properties whose values are known. Pure: documents and URLs in, documents out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from claims.ledger.document.claimreview import OWN_ORIGINS

Document = dict[str, Any]

#: Google may cut longer headlines in search results; statements up to this length are complete.
_MAX_HEADLINE_LENGTH = 300


def build_graph(nodes: Iterable[Document | None]) -> Document | None:
    """Return these nodes as one JSON-LD document; None if there are no nodes."""
    present_nodes = [node for node in nodes if node]
    return {"@context": "https://schema.org", "@graph": present_nodes} if present_nodes else None


def build_article(
    body: Document, *, page: str, headline: str, site: Document, images: Sequence[str], publisher: Document
) -> Document | None:
    """Describe the page of a claim as the newsroom's article; None if it only lists reviews by other publishers.

    `url` and `mainEntityOfPage` are the canonical URL of the page, as Google requires. `@id` identifies the wording:
    it is the same whatever the interface language, and differs for a translation.

    Args:
        page: the canonical URL of the page.
        site: the newsroom, as `{name, url, license}`.
        images: URLs of the claim's picture, in several aspect ratios.
        publisher: the newsroom, as returned by `build_organization()`.
    """
    own_verdict = next(
        (verdict for verdict in body["verdicts"] if verdict["origin"] in OWN_ORIGINS and verdict["rating"]),
        None,
    )
    if own_verdict is None:
        return None
    original, translated = f"{body['url']}#article", body.get("translated")
    return _drop_empty(
        {
            "@type": "NewsArticle",
            "@id": f"{original}-{translated['language']}" if translated else original,
            "url": page,
            "mainEntityOfPage": page,
            "headline": _shorten(own_verdict["title"] or headline),
            "description": own_verdict["summary"],
            "image": list(images),
            "datePublished": body["published_at"],
            "dateModified": body["updated_at"],
            # A byline may name one person, three, or a desk, so only the newsroom is certainly an author.
            "author": [{"@type": "Organization", "name": site["name"], "url": site["url"]}],
            "creditText": own_verdict["byline"],
            "publisher": publisher,
            "inLanguage": own_verdict["language"],
            "translationOfWork": {"@type": "NewsArticle", "@id": original} if translated else None,
            "isAccessibleForFree": True,
            "license": site.get("license"),
            "about": [{"@type": "Thing", "name": topic["name"]} for topic in body["topics"]],
            "correction": [
                {
                    "@type": "CorrectionComment",
                    "text": correction["note"],
                    "datePublished": correction["published_at"],
                }
                for correction in body["corrections"]
            ],
            "version": body["version"],
        }
    )


def build_breadcrumbs(breadcrumbs: Sequence[tuple[str, str]]) -> Document | None:
    """Return the breadcrumbs of a page, from the home page to the page itself. None for the home page."""
    if len(breadcrumbs) < 2:
        return None
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate(breadcrumbs, 1)
        ],
    }


def build_organization(site: Document, *, logo: str, policies: Document | None = None) -> Document:
    """Build the newsroom, with its logo and its methodology page."""
    return _drop_empty(
        {
            "@type": "NewsMediaOrganization",
            "@id": f"{site['url']}/#newsroom",
            "name": site["name"],
            "url": site["url"],
            "logo": {"@type": "ImageObject", "url": logo},
            **(policies or {}),
        }
    )


def build_website(site: Document, *, languages: Sequence[str], search: str) -> Document:
    """Describe the whole site; `search` is its search URL, with `{search_term_string}` for the search words."""
    return {
        "@type": "WebSite",
        "@id": f"{site['url']}/#site",
        "name": site["name"],
        "url": f"{site['url']}/",
        "inLanguage": list(languages),
        "publisher": {"@id": f"{site['url']}/#newsroom"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }


def build_collection(
    page_url: str, *, name: str, language: str, items: Sequence[tuple[str, str]]
) -> Document:
    """Build the JSON-LD of a list page. Its items are given as pairs of name and URL, in list order."""
    return _drop_empty(
        {
            "@type": "CollectionPage",
            "@id": page_url,
            "url": page_url,
            "name": name,
            "inLanguage": language,
            "mainEntity": {
                "@type": "ItemList",
                "numberOfItems": len(items),
                "itemListElement": [
                    {"@type": "ListItem", "position": number, "name": title, "url": url}
                    for number, (title, url) in enumerate(items, 1)
                ],
            },
        }
    )


def _shorten(headline: str) -> str:
    return headline if len(headline) <= _MAX_HEADLINE_LENGTH else f"{headline[: _MAX_HEADLINE_LENGTH - 1]}…"


def _drop_empty(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", [])}
