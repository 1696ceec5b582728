"""The share picture of a claim (Open Graph's `og:image`), always of the current publication.

The URL contains the version, so caches may keep the picture. The URL of an earlier version redirects to the
picture of the current one, so that no picture shows an outdated verdict.
"""

from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from claims.features.embeds.share_pictures import claim_picture
from claims.models import Publication
from claims.public.pages.page_cache import CachedPage, page_cache, read_public
from claims.public.pages.responses import compute_etag
from factcheck.api.query_values import MAX_ID
from factcheck.web.throttling import gate, get_caller
from factcheck.web.throttling.enforcement import build_busy_response

Document = dict[str, Any]

#: How long caches may keep a picture, and how long we cache it ourselves.
_CACHE_TIME = timedelta(days=1)
CACHE_CONTROL = f"public, max-age={int(_CACHE_TIME.total_seconds())}"
#: How long caches may keep a redirect to the picture of another version.
_REDIRECT_CACHE_CONTROL = "public, max-age=60"
# Pictures are drawn one at a time, so that drawing occupies one processor at most. Few requests may wait
# (`gate.expensive`): each waiting request holds a thread that other readers need.
_drawing_lock = Lock()


def describe_shared_image(document: Document) -> Document:
    """Return the URL, type, size and alternative text of the share picture."""
    return {
        "url": f"{settings.SITE_URL}{_build_picture_path(document)}",
        "type": "image/png",
        "width": claim_picture.WIDTH,
        "height": claim_picture.HEIGHT,
        "alternative": claim_picture.build_alternative_text(document),
    }


@require_safe
@read_public
def show_claim_image(request: HttpRequest, pk: int) -> HttpResponse:
    """Render the share picture of a claim as currently published."""
    newest_entries = Publication.objects.newest().only("body", "body_sha256", "version")
    entry = get_object_or_404(newest_entries, claim_id=min(pk, MAX_ID))
    document = entry.document
    # There is only one URL per picture, so that additional parameters cause no rendering.
    if request.get_full_path() != (address := _build_picture_path(document)):
        response: HttpResponse = HttpResponseRedirect(address)
        response["Cache-Control"] = _REDIRECT_CACHE_CONTROL
        return response
    etag = compute_etag("claim-image", entry.body_sha256)
    conditional_response = get_conditional_response(request, etag=etag)
    if conditional_response is None:
        content = _get_picture(etag, document, get_caller(request))
        if content is None:
            return build_busy_response(request)
        conditional_response = HttpResponse(content, content_type="image/png")
    conditional_response["ETag"] = etag
    conditional_response["Cache-Control"] = CACHE_CONTROL
    # Other sites may show the picture.
    conditional_response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return conditional_response


def _build_picture_path(document: Document) -> str:
    """Return the path of the picture, which is the same in every language."""
    picture_path = reverse("claim-image", urlconf=settings.ROOT_URLCONF, args=[document["id"]])
    return f"{picture_path}?{urlencode({'version': document['version']})}"


def _get_picture(etag: str, document: Document, caller: str) -> bytes | None:
    """Return the picture of a ledger entry as PNG, from the cache if possible; the picture of an entry never changes.

    Returns None if too many pictures are waiting to be drawn.
    """
    key = ("claim-image", etag)
    if cached_picture := page_cache.get(key):
        return cached_picture.content
    return gate.expensive_requests.run(partial(_draw_picture, key, document), caller)


def _draw_picture(key: tuple[str, str], document: Document) -> bytes:
    with _drawing_lock:
        if cached_picture := page_cache.get(key):
            return cached_picture.content
        content = claim_picture.draw_picture(document)
        if not settings.DEBUG:
            page_cache.put(
                key, CachedPage(content, {}, None, page_cache.clock() + _CACHE_TIME.total_seconds())
            )
    return content
