"""Whether somebody is still signed in, which a page asks before it sends what was written on it."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache


def made_by_the_page(request: HttpRequest) -> None:
    """Say that nobody made this request: a page asks by itself, again and again.

    It does not count as use of its session. Else a screen that was left alone would stay signed in for ever.
    """
    request.made_by_the_page = True  # type: ignore[attr-defined]  # for who follows sessions


@never_cache
def session_view(request: HttpRequest) -> JsonResponse:
    """Who works at the desk in this browser, and the token that its forms need now: signing in has changed it."""
    at_the_desk = request.user.is_active and request.user.is_staff
    return JsonResponse({"person": request.user.pk if at_the_desk else None, "token": get_token(request)})
