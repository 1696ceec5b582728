"""The views of Markdown pages. The Markdown of a page is at `index.md` below the page's URL.

Page URLs end in a slash. For such URLs, the llms.txt proposal uses `index.md` or `index.html.md`. Here,
`index.html.md` redirects to `index.md`. One view serves all pages: `PAGES` has the renderer of each page.
"""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils import translation
from django.views.decorators.http import require_safe

from claims.features.discovery.plain_pages import list_pages, newsroom_pages, single_pages, subject_pages
from claims.features.discovery.plain_pages.plain_page import PlainPage
from claims.public.pages.head_links import LLMS_PATH, MARKDOWN_FILE
from claims.public.pages.page_addresses import build_canonical_url
from claims.public.pages.subject_indexes import CLAIMANTS, PUBLISHERS, TOPICS
from factcheck import features
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response
from factcheck.web.language_addresses import build_path_in, get_address_language

CONTENT_TYPE = "text/markdown; charset=utf-8"

Writer = Callable[..., PlainPage | HttpResponseBase]

#: The Markdown renderer of each page, by its route.
PAGES: dict[str, Writer] = {
    "home": newsroom_pages.build_home,
    "claims": list_pages.build_claims,
    "claim": single_pages.build_claim,
    "claim-permanent": single_pages.build_claim,
    "claim-version": single_pages.build_claim_version,
    "clusters": list_pages.build_clusters,
    "cluster": single_pages.build_cluster,
    "cluster-permanent": single_pages.build_cluster,
    "corrections": list_pages.build_corrections,
    "source": single_pages.build_source,
    "source-snapshot": single_pages.build_source,
    "claimants": partial(subject_pages.build_index_page, CLAIMANTS),
    "claimant": partial(subject_pages.build_subject_page, "claimant"),
    "claimant-permanent": partial(subject_pages.build_subject_page, "claimant"),
    "topic": partial(subject_pages.build_subject_page, "topic"),
    "topic-permanent": partial(subject_pages.build_subject_page, "topic"),
    "topics": partial(subject_pages.build_index_page, TOPICS),
    "publishers": partial(subject_pages.build_index_page, PUBLISHERS),
    "publisher": subject_pages.build_publisher,
    "publisher-permanent": subject_pages.build_publisher,
    "rating-class": subject_pages.build_rating_class,
    "rating-classes": newsroom_pages.build_rating_classes,
    "about-index": newsroom_pages.build_about_index,
    "check": newsroom_pages.build_check_guide,
    "methodology": newsroom_pages.build_methodology,
    "about": newsroom_pages.build_about,
    "about-version": newsroom_pages.build_about,
}


@require_safe
def show_markdown(request: HttpRequest, page: str) -> HttpResponseBase:
    """Show the page as Markdown, in the URL's language or, without one, in the installation's default language."""
    language_code = get_address_language(request)
    with translation.override(language_code or settings.LANGUAGE_CODE):
        page_text = _write_page(request, f"/{page}")
        if isinstance(page_text, HttpResponseBase):
            return page_text
        content = page_text.text
    response = build_conditional_response(request, content, cache=CACHE_CURRENT, content_type=CONTENT_TYPE)
    page_url = build_canonical_url(page_text.path, language_code)
    response["Link"] = (
        f'<{page_url}>; rel="canonical", <{settings.SITE_URL}{LLMS_PATH}>; rel="describedby"; type="text/plain"'
    )
    response["Content-Language"] = language_code or settings.LANGUAGE_CODE
    if not page_text.is_indexable:
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def redirect_alias(request: HttpRequest, page: str) -> HttpResponse:
    """Redirect to the canonical URL of a page's Markdown."""
    # A browser would read a path with two leading slashes as the name of another site.
    path = f"/{page.lstrip('/')}{MARKDOWN_FILE}"
    target_url = (
        build_path_in(path, language_code) if (language_code := get_address_language(request)) else path
    )
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{target_url}?{query}" if query else target_url)


def _write_page(request: HttpRequest, path: str) -> PlainPage | HttpResponseBase:
    try:
        match = resolve(path, urlconf=settings.ROOT_URLCONF)
    except Resolver404:
        raise Http404("There is no such page.") from None
    write = _find_writer(str(match.url_name))
    if write is None:
        raise Http404("This page has no Markdown form.")
    return write(request, *match.args, **match.kwargs)


def _find_writer(route: str) -> Writer | None:
    for feature in features.list_switched_on():
        if route in feature.plain_pages:
            return partial(features.call_by_name, feature.plain_pages[route])
    return PAGES.get(route)
