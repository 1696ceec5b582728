"""Decide which responses may be read from a replica, which lags a moment behind the primary.

First-time visitors see a replica's data. No client sees older data than it wrote or saw before:

- Clients that are signed in or send a token may just have published, so they read from the primary.
- A client that sends the `ETag` or the date of its copy gets 304 if a replica has the same version. If the replica has
a different version, it may be newer or older, so the primary answers.
- If a replica does not have an object, its URL may have been passed on just after publication, so the primary answers.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from factcheck.database.read_connections import has_replicas, is_reading_replica, read_freshly, read_publicly

Response = TypeVar("Response", bound=HttpResponseBase)

_CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}


def read_for_request(request: HttpRequest, read: Callable[[], Response]) -> Response:
    """Call a read-only function on a suitable database, and again on the primary if only that has current data."""
    if not has_replicas():
        return read_publicly(read)
    if claims_to_be_signed_in(request):
        return read_freshly(read)
    response = read_publicly(lambda: _answer_unless_newer(request, read))
    return read_freshly(read) if response is None else response


def _answer_unless_newer(request: HttpRequest, read: Callable[[], Response]) -> Response | None:
    """Call the function and return its response; None if it read a replica and the primary may have newer data."""
    try:
        response = read()
    except Http404:
        if is_reading_replica():
            return None
        raise
    if is_reading_replica() and _may_miss_something(request, response):
        response.close()
        return None
    return response


def claims_to_be_signed_in(request: HttpRequest) -> bool:
    """Return whether the request claims to be from a signed-in user, which is verified later."""
    return "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME in request.COOKIES


def _may_miss_something(request: HttpRequest, response: HttpResponseBase) -> bool:
    if response.status_code == HTTPStatus.NOT_FOUND:
        return True
    return response.status_code != HTTPStatus.NOT_MODIFIED and not _CONDITIONS.isdisjoint(request.META)
