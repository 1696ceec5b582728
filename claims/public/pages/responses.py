"""The response of a reader page: language, colours, and caching."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from claims.public.pages.head_links import link_field
from factcheck.django_internals import update_policy
from factcheck.installation import program

Document = dict[str, Any]

#: The number of seconds for which shared caches may keep a page. Browsers revalidate each time and usually receive 304.
SHARED_CACHE_SECONDS = 60

NO_STYLES = SafeString("")

_COLOUR_PATTERN = re.compile(r"#[0-9a-f]{6}")


def respond(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    dependencies: Iterable[object],
    ratings: Iterable[Document] = (),
    more_styles: SafeString = NO_STYLES,
) -> HttpResponse:
    """Return a page that anyone may cache.

    Args:
        dependencies: the values that the content depends on, such as digests of publications; the ETag is computed from
            them.
        ratings: the ratings on the page, whose colours are declared.
        more_styles: additional CSS.
    """
    language, reader = get_interface_language(), get_reader_language()
    with translation.override(language):
        styles = build_rating_styles(ratings) + more_styles
        etag = compute_etag(language, reader, request.get_full_path(), *dependencies)
        # While templates are being edited, the release's ETag would be outdated.
        response = None if settings.DEBUG else get_conditional_response(request, etag=etag)
        if response is None:
            response = render(request, template, _complete_context(context, reader, styles))
    response["ETag"] = etag
    if links := link_field(request):
        response["Link"] = links
    patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_CACHE_SECONDS)
    _add_page_headers(response, language, styles)
    return response


def respond_uncached(
    request: HttpRequest, template: str, context: dict[str, Any], *, ratings: Iterable[Document] = ()
) -> HttpResponse:
    """Return a page about the visitor's input. It is never cached, neither in transit nor in the browser."""
    language, reader = get_interface_language(), get_reader_language()
    with translation.override(language):
        styles = build_rating_styles(ratings)
        response = render(request, template, _complete_context(context, reader, styles))
    response["Cache-Control"] = "no-store"
    _add_page_headers(response, language, styles)
    return response


def redirect_moved_page(address: str) -> HttpResponsePermanentRedirect:
    """Redirect to a page's current URL. It is cached no longer than a page, because names can change again."""
    response = HttpResponsePermanentRedirect(address)
    patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_CACHE_SECONDS)
    return response


def _complete_context(context: dict[str, Any], reader: str, styles: str) -> dict[str, Any]:
    return context | {"reader_language": reader, "rating_styles": styles, "is_reader_page": True}


def _add_page_headers(response: HttpResponse, language: str, styles: str) -> None:
    """Declare the page's language, and provide the rating colours."""
    response["Content-Language"] = language
    if styles:
        # A hash rather than a nonce, because pages are cached and a reused nonce protects nothing.
        digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
        update_policy(response, {"style-src": ["'self'", f"'sha256-{digest}'"]})


def override_interface_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view so that it runs in the visitor's language or, if the interface is not translated into it, English."""

    @wraps(view)
    def respond_in_language(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(get_interface_language()):
            return view(request, *args, **kwargs)

    return respond_in_language


def get_reader_language() -> str:
    """Return the visitor's language even if only claims, and not the interface, may be translated into it."""
    return translation.get_language() or ""


def get_interface_language() -> str:
    """Return the language of our own text: the visitor's language if translated, or else English."""
    return pgettext("BCP 47 tag of the language you translate into", "en")


def build_rating_styles(ratings: Iterable[Document]) -> SafeString:
    """Return a CSS rule for each rating that has its own colours. All others use the colours of their rating class."""
    rules = {rating["id"]: _build_colours(rating) for rating in ratings}
    return mark_safe(  # noqa: S308 - numbers and colours that were matched character by character
        "".join(f".rating-{key:d}{{{colours}}}" for key, colours in sorted(rules.items()) if colours)
    )


def _build_colours(rating: Document) -> str:
    background, text = rating["colour"], rating["text_colour"]
    dark_background, dark_text = rating["colour_dark"] or background, rating["text_colour_dark"] or text
    if not all(
        _COLOUR_PATTERN.fullmatch(colour) for colour in (background, text, dark_background, dark_text)
    ):
        return ""
    return f"--verdict:light-dark({background},{dark_background});--on-verdict:light-dark({text},{dark_text})"


def compute_etag(*parts: object) -> str:
    """Return a strong ETag for these parts in this release."""
    digest = hashlib.sha256(f"{_hash_installation()} {settings.SITE_URL}".encode())
    for part in parts:
        digest.update(f"\0{part}".encode())
    return f'"{digest.hexdigest()[:32]}"'


@cache
def _hash_installation() -> str:
    """Return a hash that changes with every release, and with the newsroom's name."""
    digest = hashlib.sha256(f"{settings.NEWSROOM_NAME} {settings.TIME_ZONE}".encode())
    for folder, pattern in (
        (program.FILES, "templates/**/*.html"),
        (program.FILES, "static/**/*"),
        (program.FILES, "locale/**/*.mo"),
        (program.PACKAGES, "claims/**/*.py"),
    ):
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()
