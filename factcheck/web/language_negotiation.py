"""The language of a response, from the URL or the request."""

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

API_PATH = "/api/"
#: The default language of programs that request none of ours.
ENGLISH = "en"


def choose_language(request: HttpRequest) -> str:
    """Return the best of our languages for `Accept-Language`, or "" if there is none.

    Django would check a cookie first. Caches ignore cookies, so one visitor's cookie could fill the cache with pages in
    a different language for everyone.
    """
    for tag, _weight in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        if tag == "*":
            break
        with suppress(LookupError):
            return translation.get_supported_language_variant(tag)
    return ""


def get_page_language(request: HttpRequest) -> str:
    """Return the language of a page without a language in its URL."""
    return choose_language(request) or settings.LANGUAGE_CODE


def get_api_language(request: HttpRequest) -> str:
    """Return the language of error messages for a program.

    The content is the same in all languages. Varying by `Accept-Language` would fill caches with one copy for each
    browser configuration.
    """
    if not request.path_info.startswith(API_PATH):
        return ENGLISH
    return choose_language(request) or ENGLISH


def activate_language(request: HttpRequest, code: str) -> None:
    """Use this language for the rest of the request."""
    translation.activate(code)
    request.LANGUAGE_CODE = code
