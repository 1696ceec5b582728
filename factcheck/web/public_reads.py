"""Middleware for public reads."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

from factcheck.django_internals import build_view_handler
from factcheck.web.freshness import read_for_request
from factcheck.web.headers import DefaultFields
from factcheck.web.language_negotiation import activate_language, get_api_language

#: The policy of responses that are not pages: a browser tricked into showing one loads and runs nothing.
DEFAULT_FIELDS = DefaultFields({"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"})
#: The query of a URL without parameters. It is immutable, so it need not be built for each request.
NO_PARAMETERS = QueryDict()

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PublicReads:
    """Middleware that handles programs' read requests with only `PUBLIC_MIDDLEWARE`, instead of all other middleware.

    Sessions, sign-in, messages and forms cost more than such a response itself, and the response must not depend on the
    caller.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.everything_else = get_response
        self.is_public_read = re.compile(settings.PUBLIC_READS_REGEX).match
        self.short_way = _build_handler(settings.PUBLIC_MIDDLEWARE)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self.is_public_read(request.path_info):
            return self.everything_else(request)
        activate_language(request, get_api_language(request))
        if not request.META.get("QUERY_STRING"):
            request.GET = NO_PARAMETERS
        response = self.short_way(request)
        DEFAULT_FIELDS.complete(response)
        return response


def _build_handler(middleware: list[str]) -> GetResponse:
    """Return a view wrapped in only these middleware, the first one outermost."""
    view = build_view_handler()
    handler: Any = convert_exception_to_response(
        lambda request: read_for_request(request, partial(view, request))
    )
    for name in reversed(middleware):
        handler = convert_exception_to_response(import_string(name)(handler))
    return cast(GetResponse, handler)


class SecurityFields(SecurityMiddleware):
    """Django's SecurityMiddleware, with header fields built once because they never change."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        #: The header fields, by whether the request was encrypted.
        self.fields: dict[bool, DefaultFields] = {}

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        secure = request.is_secure()
        if secure not in self.fields:
            example = HttpResponse()
            del example.headers["Content-Type"]
            self.fields[secure] = DefaultFields(super().process_response(request, example).headers)
        self.fields[secure].complete(response)
        return response
