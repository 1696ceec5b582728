"""Decide which responses may come from a replica, which lags a moment behind the primary.

First-time visitors see a replica's data. No client sees less than what it wrote or saw:

- Who is signed in or brings a token may just have published: they read from the primary.
- A client with the `ETag` or the date of its copy gets 304 if a replica has the same. If the replica has something
  else, that may be newer or older, so the primary answers.
- What a replica does not know may have been published a moment ago, and the address passed on: the primary is asked.
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


def read_for(request: HttpRequest, answer: Callable[[], Response]) -> Response:
    """Call the read-only function on a suitable database. It may be called again."""
    if not has_replicas():
        return read_publicly(answer)
    if _may_have_written(request):
        return read_freshly(answer)
    response = read_publicly(lambda: _answer_unless_newer(request, answer))
    return read_freshly(answer) if response is None else response


def _answer_unless_newer(request: HttpRequest, answer: Callable[[], Response]) -> Response | None:
    """Return the answer, or None if it came from a replica and the primary may be newer."""
    try:
        response = answer()
    except Http404:
        if is_reading_replica():
            return None
        raise
    if is_reading_replica() and _may_miss_something(request, response):
        response.close()
        return None
    return response


def _may_have_written(request: HttpRequest) -> bool:
    return "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME in request.COOKIES


def _may_miss_something(request: HttpRequest, response: HttpResponseBase) -> bool:
    if response.status_code == HTTPStatus.NOT_FOUND:
        return True
    return response.status_code != HTTPStatus.NOT_MODIFIED and not _CONDITIONS.isdisjoint(request.META)
