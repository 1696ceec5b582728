"""The links from a page to its other URLs, in its head and its HTTP headers.

Search engines may index the pages of `INDEXED_ROUTES` at their canonical URLs. Filtered pages, later pages of lists,
earlier versions and withdrawn claims have `noindex` and no canonical URL, because Google requires one or the other
(https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls).

As in version 2 of the llms.txt proposal (https://llmstxt.org), the Markdown of a page is linked with `rel="alternate"`
and its type, and `llms.txt` with `rel="describedby"`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path, iri_to_uri

from claims.models import Publication
from claims.public.pages.page_addresses import build_canonical_url, list_alternates
from factcheck.features import has_route
from factcheck.web.language_addresses import build_path_in, build_permanent_path, get_address_language

#: Routes of pages that search engines may list.
INDEXED_ROUTES = frozenset(
    {
        *("home", "claims", "claim", "claim-history", "clusters", "cluster", "corrections", "source"),
        *("claimant", "claimants", "topic", "topics", "publisher", "publishers"),
        *("rating-class", "rating-classes"),
        *("check", "reader-request", "methodology", "standards", "about", "about-index"),
    }
)
#: Routes of pages that have a Markdown form; `claims.features.discovery.plain_pages` writes it.
MARKDOWN_ROUTES = frozenset(
    {
        *("home", "claims", "claim", "claim-version", "clusters", "cluster", "corrections"),
        *("claimant", "claimants", "topic", "topics", "publisher", "publishers"),
        *("rating-class", "rating-classes"),
        *("source", "source-snapshot", "check", "methodology", "standards"),
        *("about", "about-index", "about-version"),
    }
)
#: Routes of lists. With a query string, the page is a filtered or a later part of the list.
LIST_ROUTES = frozenset(
    {
        *("claims", "clusters", "claim-history", "corrections", "standards"),
        *("claimants", "topics", "publishers"),
        *("claimant", "topic", "publisher", "rating-class"),
    }
)
#: Routes of earlier versions of the newsroom's pages about itself.
_PAST_ROUTES = frozenset({"about-version"})
#: Tracking parameters that others append to URLs; they do not change the page.
_TRACKING_PARAMETERS = ("utm_", "fbclid", "gclid", "msclkid")

#: The file name that is appended to a page's URL, which ends in a slash, for its Markdown.
MARKDOWN_FILE = "index.md"
LLMS_PATH = "/llms.txt"


@dataclass(frozen=True, slots=True)
class HeadLinks:
    """The URLs of a page in other languages and formats, and instructions to crawlers. Missing values are empty."""

    canonical: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    markdown: str = ""
    llms: str = ""
    robots: str = ""


def build_head_links(request: HttpRequest, context: Mapping[Any, Any]) -> HeadLinks:
    """Return the metadata of the page for this request; none for error pages."""
    route = get_route(request)
    if not route or not context.get("is_reader_page"):
        return HeadLinks()
    code = get_address_language(request)
    links = HeadLinks(markdown=build_markdown_url(request), llms=_build_llms_url())
    if route in _PAST_ROUTES or (route in LIST_ROUTES and _has_query(request)):
        return replace(links, robots="noindex, follow")
    if route == "source-snapshot" and request.resolver_match:
        # A snapshot's canonical page is that of its source.
        return replace(
            links,
            canonical=build_canonical_url(
                build_permanent_path("source", request.resolver_match.kwargs["pk"]), code
            ),
        )
    if route not in INDEXED_ROUTES or _is_withdrawn(context):
        return links
    if route == "about" and (language := request.GET.get("language")):
        return replace(links, canonical=_build_language_url(request, language))
    path = get_path(request)
    return replace(links, canonical=build_canonical_url(path, code), alternates=tuple(list_alternates(path)))


def link_field(request: HttpRequest) -> str:
    """Return the value of the `Link` header of a page (RFC 8288); "" if there are no links."""
    if not get_route(request) or not _build_llms_url():
        return ""
    llms_link = f'<{_build_llms_url()}>; rel="describedby"; type="text/plain"'
    markdown = build_markdown_url(request)
    return f'<{markdown}>; rel="alternate"; type="text/markdown", {llms_link}' if markdown else llms_link


def build_markdown_url(request: HttpRequest) -> str:
    """Return the URL of the page's Markdown in its language, or ""."""
    route = get_route(request)
    if route not in MARKDOWN_ROUTES or not has_route("plain-page"):
        return ""
    code = get_address_language(request)
    path = get_path(request) + MARKDOWN_FILE
    query_string = (
        request.META.get("QUERY_STRING", "") if route in LIST_ROUTES or route.startswith("about") else ""
    )
    # Escape characters that would end the URL inside a `Link` header.
    query = iri_to_uri(query_string)
    return f"{settings.SITE_URL}{build_path_in(path, code) if code else path}" + (
        f"?{query}" if query else ""
    )


def _build_llms_url() -> str:
    return settings.SITE_URL + LLMS_PATH if has_route("llms") else ""


def get_path(request: HttpRequest) -> str:
    """Return the page's path without a language prefix, escaped because names may be in any script."""
    return escape_uri_path(request.path_info)


def get_route(request: HttpRequest) -> str:
    """Return the name of the matched route, or ""."""
    match = getattr(request, "resolver_match", None)
    return str(match.url_name or "") if match else ""


def _has_query(request: HttpRequest) -> bool:
    """Return whether the URL has query parameters other than tracking parameters."""
    return any(not name.startswith(_TRACKING_PARAMETERS) for name in request.GET)


def _build_language_url(request: HttpRequest, language: str) -> str:
    """Return an about page's URL in a language. Languages that the interface lacks are given as a query parameter."""
    if language in dict(settings.LANGUAGES):
        return build_canonical_url(get_path(request), language)
    return f"{build_canonical_url(get_path(request))}?{urlencode({'language': language})}"


def _is_withdrawn(context: Mapping[Any, Any]) -> bool:
    shown_entry = context.get("shown_entry")
    return isinstance(shown_entry, Publication) and shown_entry.status != Publication.Status.PUBLISHED
