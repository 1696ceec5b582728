"""The views of the sitemap index and its parts."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims.features.discovery import sitemap_parts
from claims.features.discovery.sitemap_text import (
    CONTENT_TYPE,
    SitemapPage,
    build_index,
    build_news_sitemap,
    build_sitemap,
)
from claims.public.pages.page_cache import cache_page
from claims.public.pages.responses import compute_etag
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response


@require_safe
@cache_page
def show_index(request: HttpRequest) -> HttpResponse:
    """Render the sitemap index: all parts with the times of their last changes."""
    parts = list(sitemap_parts.iterate_parts())
    addresses = [(settings.SITE_URL + _build_path(part.name), part.changed_at) for part in parts]
    return build_conditional_response(
        request,
        lambda: build_index(addresses),
        etag=compute_etag(*addresses),
        cache=CACHE_CURRENT,
        content_type=CONTENT_TYPE,
    )


@require_safe
def show_single_pages(request: HttpRequest) -> HttpResponse:
    """Render the sitemap of general pages, such as the home page."""
    return _build_response(request, list(sitemap_parts.list_single_pages()))


@require_safe
def show_part(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Render the sitemap of a range of claims, clusters or other subjects."""
    pages = sitemap_parts.load_pages_of_part(kind, number)
    if not pages:
        raise Http404("No sitemap has this name.")
    return _build_response(request, pages)


@require_safe
def show_news(request: HttpRequest) -> HttpResponse:
    """Render the news sitemap."""
    pages = list(sitemap_parts.list_news())
    return build_conditional_response(
        request,
        lambda: build_news_sitemap(pages),
        etag=compute_etag(*pages),
        cache=CACHE_CURRENT,
        content_type=CONTENT_TYPE,
    )


def _build_response(request: HttpRequest, pages: list[SitemapPage]) -> HttpResponse:
    # No Last-Modified header: when a retracted claim disappears, the newest remaining page is older.
    # Conditional requests are answered by hash, without rendering.
    return build_conditional_response(
        request,
        lambda: build_sitemap(pages),
        etag=compute_etag(*pages),
        cache=CACHE_CURRENT,
        content_type=CONTENT_TYPE,
    )


def _build_path(name: str) -> str:
    kind, _, number = name.rpartition("-")
    return reverse("sitemap-part", args=[kind, number]) if kind else reverse(f"sitemap-{name}")
