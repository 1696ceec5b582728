"""robots.txt (RFC 9309), and the key file of IndexNow."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from factcheck.api.resources import build_conditional_response

#: How long crawlers may cache these files, which change only at a restart.
_CACHE_CONTROL = "public, max-age=3600"

#: If several rules match, the longest one applies (RFC 9309, 2.2.2): `Allow` lets programs page through the API.
#: Pages with a `noindex` directive are not listed, because a crawler must read a page to see the directive.
_DEFAULT_RULES = """\
# Combinations of filters, and pages of lists that move on with every publication, never end. What they list is in
# the sitemap. The API, the feeds and oEmbed are meant for programs. Tracking parameters make no other page.
User-agent: *
Allow: /api/*?*cursor=
Allow: /api/*?*&
Allow: /feeds/*?*cursor=
Allow: /feeds/*?*&
Allow: /oembed/?*&
Allow: /*?*utm_
Allow: /*?*clid=
Disallow: /*?*cursor=
Disallow: /*?*&
"""


def build_robots_text() -> str:
    """Return the text of robots.txt: our rules for crawlers, and the operator's additional rules."""
    parts = [_DEFAULT_RULES]
    if settings.ROBOTS_RULES:
        parts.append("".join(f"{rule}\n" for rule in settings.ROBOTS_RULES))
    parts.append(f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}\n")
    return "\n".join(parts)


@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    """Serve robots.txt. It has no rate limit, because a crawler that gets an error stays away."""
    return _build_file_response(request, build_robots_text())


@require_safe
def show_indexnow_key(request: HttpRequest, key: str) -> HttpResponse:
    """Serve the key that proves to IndexNow that notifications come from this site."""
    if not settings.INDEXNOW_KEY or key != settings.INDEXNOW_KEY:
        raise Http404("There is no such file.")
    return _build_file_response(request, key)


def _build_file_response(request: HttpRequest, content: str) -> HttpResponse:
    return build_conditional_response(
        request, content, cache=_CACHE_CONTROL, content_type="text/plain; charset=utf-8"
    )
