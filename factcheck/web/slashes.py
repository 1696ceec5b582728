"""API URLs without a trailing slash."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils.http import escape_leading_slashes


class _SameRequestThere(HttpResponsePermanentRedirect):
    """After 308 a POST stays a POST; after 301, clients make it a GET (RFC 9110, sections 15.4.2 and 15.4.9)."""

    status_code = 308


class Slashes(CommonMiddleware):
    """Django's CommonMiddleware, whose redirects keep method and body."""

    response_redirect_class = _SameRequestThere

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        return escape_leading_slashes(request.get_full_path(force_append_slash=True))
