"""Check whether the user of a page is still signed in, before the page submits a form."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache

Answer = TypeVar("Answer", bound=HttpResponseBase)


def mark_background(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Decorate a view that pages request in the background, so that such requests do not prolong the session."""

    @wraps(view)
    def marked_view(request: HttpRequest, *args: object, **kwargs: object) -> Answer:
        request.in_background = True  # type: ignore[attr-defined]  # for code that follows sessions
        return view(request, *args, **kwargs)

    return marked_view


@never_cache
@mark_background
def show_session(request: HttpRequest) -> JsonResponse:
    """Return the user of this browser's session, and the current form token, which changes on sign-in."""
    if not (request.user.is_active and request.user.is_staff):
        return JsonResponse({"person": None, "token": ""})
    token = get_token(request)
    if settings.CSRF_COOKIE_NAME in request.COOKIES:
        # This response may arrive after a sign-in, and must not replace its session cookie with the previous one.
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
    return JsonResponse({"person": request.user.pk, "token": token})
