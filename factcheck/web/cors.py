"""CORS for public URLs.

django-cors-headers, which does far more, adds `Vary: Origin` to every response, even if all origins are allowed. A
cache would then store each response once per site. Here all sites get the same headers, so one copy serves all of them.
Credentials are never allowed, so `*` is enough.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from factcheck.web.headers import DefaultFields

#: For how many seconds browsers may cache the preflight response. No browser caches it for longer than a day.
MAX_AGE_SECONDS = 86_400


class CrossOriginSharing:
    """Middleware: lets pages of any site read the URLs of `CORS_URLS_REGEX`, as configured."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.shared = re.compile(settings.CORS_URLS_REGEX).match
        self.fields = DefaultFields(
            {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": ", ".join(settings.CORS_EXPOSE_HEADERS),
            }
        )
        self.preflight_fields = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": ", ".join(settings.CORS_ALLOW_METHODS),
            "Access-Control-Allow-Headers": ", ".join(settings.CORS_ALLOW_HEADERS),
            "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
        }

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self.shared(request.path_info):
            return self.get_response(request)
        if request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META:
            preflight = HttpResponse(status=204, headers=self.preflight_fields)
            del preflight.headers["Content-Type"]
            return preflight
        response = self.get_response(request)
        self.fields.complete(response)
        return response
