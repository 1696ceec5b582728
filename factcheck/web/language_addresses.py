"""Reader pages by language: `/de/claims/12/bridge/` is `/claims/12/bridge/` with the interface in German.

A language is a mount point. URLs below it are handled as if without the prefix (`path_info`), and URLs built during the
request get the prefix again (`{% url %}`, `reverse()`). So links stay in the reader's language without a cookie, and
caches need no special rules. This applies to pages. Resources with the same URL in all languages (the API, the desk,
feeds, files) never have a prefix.

Stored and sent URLs have no prefix either: `build_permanent_path()` builds them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import URLPattern, URLResolver, get_urlconf, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from factcheck.web.language_negotiation import (
    API_PATH,
    activate_language,
    get_api_language,
    get_page_language,
)

#: Paths that begin with these have one URL in all languages, as have files next to the home page, such as
#: `/robots.txt`.
_UNTRANSLATED_PATH = re.compile(
    r"/(admin|accounts|api|v1alpha1|feeds|media|static|oembed|mcp|sitemaps|\.well-known)(/|$)|/dumps/."
    r"|/[^/]+\.[a-z0-9]+$"
)

#: The `hreflang` of the URL for readers of all other languages (HTML).
X_DEFAULT = "x-default"

GetResponse = Callable[[HttpRequest], HttpResponseBase]
Route = URLPattern | URLResolver


class LanguageAddresses:
    """Middleware: removes the language from a page's path and adds it to the page's links.

    It also activates the language of the response, before anything else can respond.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        code, path = split_path(request.path_info)
        if code and not path:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"/{code}/" + (f"?{query}" if query else ""))
        if code and is_page(path):
            request.path_info = path
            request.urlconf = mount_routes(code)  # type: ignore[assignment]  # any object with `urlpatterns` will do
            activate_language(request, code)
        elif request.path_info.startswith(API_PATH):
            activate_language(request, get_api_language(request))
            return self.get_response(request)
        else:
            activate_language(request, get_page_language(request))
        response = self.get_response(request)
        if not get_address_language(request):
            patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


def split_path(path: str) -> tuple[str, str]:
    """Split a path into its language, or "", and the rest."""
    code, slash, rest = path.removeprefix("/").partition("/")
    return (code, slash + rest) if path.startswith("/") and code in _list_codes() else ("", path)


def is_page(path: str) -> bool:
    """Return whether a path without a language prefix belongs to a reader page."""
    return not _UNTRANSLATED_PATH.match(path)


def build_path_in(path: str, code: str) -> str:
    """Return the path of a page in another language. Paths of other resources stay unchanged."""
    path_language, untranslated_path = split_path(path)
    plain = untranslated_path or "/"
    return f"/{code}{plain}" if is_page(plain.partition("?")[0]) else (path if path_language else plain)


def build_path_here(path: str) -> str:
    """Return the path of a page in the language of the current URL."""
    urlconf: Any = get_urlconf()
    return build_path_in(path, urlconf.code) if isinstance(urlconf, MountedRoutes) else path


def build_permanent_path(route: str, *args: Any) -> str:
    """Return the path to store or send. It has no language, whatever the language of the request."""
    return reverse(route, urlconf=settings.ROOT_URLCONF, args=args)


def get_address_language(request: HttpRequest) -> str:
    """Return the language in the request's URL, or ""."""
    urlconf = getattr(request, "urlconf", None)
    return urlconf.code if isinstance(urlconf, MountedRoutes) else ""


def get_page_path(request: HttpRequest) -> str:
    """Return the requested path and query without a language; "/" if the request cannot be repeated."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    _code, path = split_path(request.get_full_path())
    return path or "/"


def list_alternates(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the page's absolute URLs by language code; empty if the path is not a reader page's.

    The installation's own language and the URL that uses the browser's language (`x-default`) have no prefix.
    """
    path = get_page_path(request)
    if not is_page(path.partition("?")[0]):
        return []
    default = settings.SITE_URL + path
    return [
        (X_DEFAULT, default),
        *(
            (
                code,
                default if code == settings.LANGUAGE_CODE else settings.SITE_URL + build_path_in(path, code),
            )
            for code in _list_codes()
        ),
    ]


class MountedRoutes:
    """A URL configuration with all routes, and the pages below a language (`request.urlconf`)."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._root = import_module(settings.ROOT_URLCONF)
        routes = list(_flatten_routes(self._root.urlpatterns))
        pages = [route for route in routes if is_page(f"/{route.pattern}")]
        other_routes = [_make_reverse_only(route) for route in routes if not is_page(f"/{route.pattern}")]
        self.urlpatterns = [*other_routes, URLResolver(_LanguagePrefix(code), pages)]  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        # The handlers of errors.
        return getattr(self._root, name)


@cache
def mount_routes(code: str) -> MountedRoutes:
    """Return a language's URL configuration: always the same object, because Django caches routes per object."""
    return MountedRoutes(code)


class _LanguagePrefix:
    """The pattern of a language prefix, only for building URLs. Incoming URLs no longer have their prefix here."""

    converters: dict[str, Any] = {}

    def __init__(self, code: str) -> None:
        self.regex = re.compile(f"{code}/")

    def match(self, path: str) -> tuple[str, tuple[()], dict[str, Any]]:
        return path, (), {}

    def check(self) -> list[Any]:
        return []

    def __str__(self) -> str:
        return ""


def _make_reverse_only(route: Route) -> Route:
    """Copy a route whose URL is the same in all languages, so that it can be reversed but never matches."""
    pattern: Any = _UnmatchablePattern(route.pattern)
    if isinstance(route, URLResolver):
        return URLResolver(
            pattern,
            route.urlconf_name,
            route.default_kwargs,
            app_name=route.app_name,
            namespace=route.namespace,
        )
    return URLPattern(pattern, route.callback, route.default_args, route.name)


class _UnmatchablePattern:
    """A copy of a pattern that no path matches."""

    def __init__(self, pattern: Any) -> None:
        self._pattern = pattern

    def match(self, path: str) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pattern, name)

    def __str__(self) -> str:
        return str(self._pattern)


def _flatten_routes(routes: Iterable[Route]) -> Iterator[Route]:
    """Yield the routes, with each include that has no prefix replaced with its own routes."""
    for route in routes:
        if isinstance(route, URLResolver) and not str(route.pattern):
            yield from _flatten_routes(route.url_patterns)
        else:
            yield route


def _list_codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]
