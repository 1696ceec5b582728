"""In which of our languages an answer is: by the address, else by what the caller asks for."""

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

API_PATH = "/api/"
#: What programs are told where they ask for no language of ours.
ENGLISH = "en"


def language_asked_for(request: HttpRequest) -> str:
    """The best of our languages that the caller asks for, by `Accept-Language` alone; "" where it names none.

    Django looks at a cookie first. No cache would know of it: whoever sends one could have a page kept for all others
    in a language that they did not ask for.
    """
    for tag, _weight in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        if tag == "*":
            break
        with suppress(LookupError):
            return translation.get_supported_language_variant(tag)
    return ""


def page_language(request: HttpRequest) -> str:
    """The language of a page without a language in its address."""
    return language_asked_for(request) or settings.LANGUAGE_CODE


def api_language(request: HttpRequest) -> str:
    """The language in which a program is told what is wrong, if anything is.

    What it asked for is the same in all languages: an answer that varied by `Accept-Language` would be kept once for
    every browser's settings, instead of once.
    """
    if not request.path_info.startswith(API_PATH):
        return ENGLISH
    return language_asked_for(request) or ENGLISH


def speak(request: HttpRequest, code: str) -> None:
    """From here on, this request is answered in the language."""
    translation.activate(code)
    request.LANGUAGE_CODE = code
