"""The cache of reader pages, valid until the next publication.

The cache key contains the position of the ledger's newest entry, the time of the last search for quotes in a changed
source, and the features' `page_version`. These values are read for every request, which takes a tenth of a millisecond.
A publication or retraction therefore clears the cache of every web process immediately. Cached pages are for anonymous
visitors and built from publications, the status of their quotes and notes of features, never from drafts. Current
names, such as those of topics, may be a minute old.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from claims.public.pages.responses import SHARED_CACHE_SECONDS, override_interface_language
from factcheck import features
from factcheck.database.read_connections import fetch_rows
from factcheck.django_internals import get_updated_policy, update_policy
from factcheck.web.freshness import read_for_request

View = Callable[..., HttpResponse]

#: The memory in bytes that a cached page needs besides its content: keys, headers and objects.
OVERHEAD = 2_000
_CACHED_HEADERS = ("Content-Type", "Content-Language", "Cache-Control", "ETag", "Link")


class CachedPage(NamedTuple):
    content: bytes
    headers: dict[str, str]
    #: The style policy of a page (django-csp).
    styles: dict[str, Any] | None
    expires_at: float

    @property
    def size(self) -> int:
        return len(self.content) + OVERHEAD


class PageCache:
    """Cached pages by key, limited in bytes. The least recently used are removed first."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.total_size = 0
        self._pages: OrderedDict[Hashable, CachedPage] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> CachedPage | None:
        with self._lock:
            cached_page = self._pages.get(key)
            if cached_page is None:
                return None
            if cached_page.expires_at <= self.clock():
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return cached_page

    def put(self, key: Hashable, page: CachedPage) -> None:
        if page.size > settings.PAGE_CACHE_BYTES // 10:
            return
        with self._lock:
            if key in self._pages:
                self._drop(key)
            self._pages[key] = page
            self.total_size += page.size
            while self.total_size > settings.PAGE_CACHE_BYTES:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.total_size = 0

    def _drop(self, key: Hashable) -> None:
        self.total_size -= self._pages.pop(key).size


page_cache = PageCache()


def cache_page(view: View) -> View:
    """Cache a view for visitors without a session. Its pages must depend only on publications."""
    return cache_page_until(lambda: ())(view)


def cache_page_until(read_other_versions: Callable[[], tuple[object, ...]]) -> Callable[[View], View]:
    """Cache pages that depend on more than publications, until `read_other_versions` returns a new value."""

    def decorate(view: View) -> View:
        @wraps(view)
        def get_response(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _is_anonymous(request):
                return view(request, *args, **kwargs)
            # Read before rendering: a page may contain newer publications than its key states, never older ones.
            key = (*_build_key(request), *read_other_versions())
            if cached_page := page_cache.get(key):
                return _build_cached_response(request, cached_page)
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and not response.cookies:
                headers = {name: response[name] for name in _CACHED_HEADERS if name in response}
                styles = get_updated_policy(response)
                page_cache.put(
                    key,
                    CachedPage(response.content, headers, styles, page_cache.clock() + SHARED_CACHE_SECONDS),
                )
            return response

        return get_response

    return decorate


def read_public(view: View) -> View:
    """Wrap a view so that it reads from the database for public requests."""

    @wraps(view)
    def get_response(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return read_for_request(request, lambda: view(request, *args, **kwargs))

    return get_response


def public_page(view: View) -> View:
    """Wrap a view: use the interface's language, cache pages, and read from the database for public requests only."""
    wrapped_view: View = require_safe(read_public(cache_page(override_interface_language(view))))
    return wrapped_view


def _is_anonymous(request: HttpRequest) -> bool:
    private_cookies = (settings.SESSION_COOKIE_NAME, "messages")
    return bool(
        settings.PAGE_CACHE_BYTES
        and not settings.DEBUG
        and request.method == "GET"
        and "HTTP_AUTHORIZATION" not in request.META
        and not any(name in request.COOKIES for name in private_cookies)
    )


def _build_key(request: HttpRequest) -> tuple[object, ...]:
    extra_key = "".join(
        f", ({version})" for feature in features.list_switched_on() if (version := feature.page_version)
    )
    newest_sequence = fetch_rows(
        f"""
        SELECT sequence, published_at::text, (
            SELECT written_at::text FROM claims_quotestatus ORDER BY written_at DESC LIMIT 1
        ){extra_key} FROM claims_publication ORDER BY sequence DESC LIMIT 1
        """,  # noqa: S608  nothing in it comes from outside
        prepare=True,
    )
    url_parts = (request.scheme, request.get_host(), request.get_full_path())
    active_features = frozenset(feature.label for feature in features.list_switched_on())
    return (*url_parts, translation.get_language(), active_features, *newest_sequence)


def _build_cached_response(request: HttpRequest, page: CachedPage) -> HttpResponse:
    whole_response = HttpResponse(page.content, headers=page.headers)
    response: HttpResponse = (
        get_conditional_response(request, etag=page.headers.get("ETag"), response=whole_response)
        or whole_response
    )
    if page.styles:
        # A 304 needs the policy too: its headers replace those of the browser's copy, which would lose its colours.
        update_policy(response, page.styles)
    return response
