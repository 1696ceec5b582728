"""The content security policy of the desk. All other pages use the strict policy in the settings."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

from factcheck.django_internals import update_policy

#: What django-unfold needs beyond the strict policy. Its menus and tabs are written for Alpine.js, which compiles the
#: expressions in its attributes at run time, and it puts the theme's colours into a <style> element and style
#: attributes. Scripts still come from this site only: no inline script, no other host.
DESK_DIRECTIVES = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class DeskPolicy:
    """Middleware that relaxes the policy under /admin/ only. It comes after django-csp's middleware.

    Sign-in, passwords and second factors are under /accounts/ and stay strict.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            update_policy(response, DESK_DIRECTIVES)
        return response
