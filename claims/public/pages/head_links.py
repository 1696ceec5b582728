"""The links to other addresses of a page, in its head and its HTTP headers.

Which pages may be found, and at which address: those of `FOUND`. What is narrowed, paged, an earlier
version or withdrawn says `noindex` and names no canonical address: Google asks for one or the other
(https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls).

Where the Markdown of a page is, and which `llms.txt` covers it, is said as version 2 of that proposal asks
(https://llmstxt.org): `rel="alternate"` with its type, and `rel="describedby"`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path, iri_to_uri

from claims.models import Publication
from claims.public.pages.page_addresses import alternates, canonical
from factcheck.features import has_route
from factcheck.web.language_addresses import address_in, address_language, permanent

#: Routes of pages that search engines may list.
FOUND = frozenset(
    {
        *("home", "claims", "claim", "claim-history", "clusters", "cluster", "corrections", "source"),
        *("claimant", "claimants", "topic", "topics", "publisher", "publishers"),
        *("rating-class", "rating-classes"),
        *("check", "reader-request", "methodology", "standards", "about", "about-index"),
    }
)
#: Routes of pages that have a Markdown form; `claims.features.discovery.plain_pages` writes it.
PLAIN = frozenset(
    {
        *("home", "claims", "claim", "claim-version", "clusters", "cluster", "corrections"),
        *("claimant", "claimants", "topic", "topics", "publisher", "publishers"),
        *("rating-class", "rating-classes"),
        *("source", "source-snapshot", "check", "methodology", "standards"),
        *("about", "about-index", "about-version"),
    }
)
#: Routes of lists, which a query makes another page: a part of them, or where they go on.
LISTS = frozenset(
    {
        *("claims", "clusters", "claim-history", "corrections", "standards"),
        *("claimants", "topics", "publishers"),
        *("claimant", "topic", "publisher", "rating-class"),
    }
)
#: Earlier versions of what we say of ourselves.
_PAST = frozenset({"about-version"})
#: What others append to addresses to count who comes from where. It makes no other page.
_COUNTED = ("utm_", "fbclid", "gclid", "msclkid")

#: How the Markdown of a page is named, since the address of the page ends in a slash.
FILE = "index.md"
LLMS = "/llms.txt"


@dataclass(frozen=True, slots=True)
class HeadLinks:
    """The other addresses of a page, and instructions to crawlers; empty if none."""

    canonical: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    markdown: str = ""
    llms: str = ""
    robots: str = ""


def head_links(request: HttpRequest, context: Mapping[Any, Any]) -> HeadLinks:
    """Return the metadata of the page for this request; none for error pages."""
    route = route_of(request)
    if not route or not context.get("is_reader_page"):
        return HeadLinks()
    code = address_language(request)
    said = HeadLinks(markdown=markdown_address(request), llms=_llms_address())
    if route in _PAST or (route in LISTS and _asked(request)):
        return replace(said, robots="noindex, follow")
    if route == "source-snapshot" and request.resolver_match:
        # The same source at another time.
        return replace(
            said, canonical=canonical(permanent("source", request.resolver_match.kwargs["pk"]), code)
        )
    if route not in FOUND or _is_withdrawn(context):
        return said
    if route == "about" and (language := request.GET.get("language")):
        return replace(said, canonical=_said_in(request, language))
    path = path_of(request)
    return replace(said, canonical=canonical(path, code), alternates=tuple(alternates(path)))


def link_field(request: HttpRequest) -> str:
    """Return the `Link` header of a page (RFC 8288); "" if there are no links."""
    if not route_of(request) or not _llms_address():
        return ""
    covering = f'<{_llms_address()}>; rel="describedby"; type="text/plain"'
    markdown = markdown_address(request)
    return f'<{markdown}>; rel="alternate"; type="text/markdown", {covering}' if markdown else covering


def markdown_address(request: HttpRequest) -> str:
    """Return the address of the page's Markdown in its language; "" if there is none."""
    route = route_of(request)
    if route not in PLAIN or not has_route("plain-page"):
        return ""
    code = address_language(request)
    path = path_of(request) + FILE
    asked = request.META.get("QUERY_STRING", "") if route in LISTS or route.startswith("about") else ""
    # It may hold what ends an address in a field, and begin another one there.
    query = iri_to_uri(asked)
    return f"{settings.SITE_URL}{address_in(path, code) if code else path}" + (f"?{query}" if query else "")


def _llms_address() -> str:
    return settings.SITE_URL + LLMS if has_route("llms") else ""


def path_of(request: HttpRequest) -> str:
    """The path of the page without a language, as addresses have it: names of things may have letters of any script."""
    return escape_uri_path(request.path_info)


def route_of(request: HttpRequest) -> str:
    """Return the name of the matched route; "" if there is none."""
    match = getattr(request, "resolver_match", None)
    return str(match.url_name or "") if match else ""


def _asked(request: HttpRequest) -> bool:
    """Whether the query asks for something."""
    return any(not name.startswith(_COUNTED) for name in request.GET)


def _said_in(request: HttpRequest, language: str) -> str:
    """What we say of ourselves in a language: the page of that language, where the site has one in it."""
    if language in dict(settings.LANGUAGES):
        return canonical(path_of(request), language)
    return f"{canonical(path_of(request))}?{urlencode({'language': language})}"


def _is_withdrawn(context: Mapping[Any, Any]) -> bool:
    shown = context.get("shown")
    return isinstance(shown, Publication) and shown.status != Publication.Status.PUBLISHED
