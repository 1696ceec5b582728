"""Middleware of the whole site."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from factcheck.errors import API_PATH


class ReaderLocaleMiddleware(LocaleMiddleware):
    """Pages speak the reader's language; the API speaks English to everybody.

    An answer of the API that varied by `Accept-Language` would be kept once for every browser's settings, instead of
    once.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(API_PATH):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return (
            response
            if request.path_info.startswith(API_PATH)
            else super().process_response(request, response)
        )
