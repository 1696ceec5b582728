"""API URLs without a trailing slash."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils.http import escape_leading_slashes


class _MethodPreservingRedirect(HttpResponsePermanentRedirect):
    """A redirect with status 308, which preserves POST, unlike 301 (RFC 9110, sections 15.4.2 and 15.4.9)."""

    status_code = 308


class Slashes(CommonMiddleware):
    """Django's CommonMiddleware with redirects that preserve method and body."""

    response_redirect_class = _MethodPreservingRedirect

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        return escape_leading_slashes(request.get_full_path(force_append_slash=True))
