"""Content negotiation by the Accept header (RFC 9110, 12.5.1).

Django 5.2's `get_preferred_type` chooses JSON for `application/json;q=0, */*`, and treats a range with parameters, such
as JSON-LD's profile, as a different type.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.http import HttpRequest
from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request


def get_accept_header(request: HttpRequest | Request) -> str:
    """Return the Accept header of a request."""
    accept: str = request.META.get("HTTP_ACCEPT", "*/*")
    return accept


@lru_cache(maxsize=500)
def choose_preferred(accept: str, offered_types: tuple[str, ...]) -> str | None:
    """Return the media type among `offered_types` that the header prefers, or None if it accepts none.

    The most specific range that covers a type sets its quality, so `*/*, text/csv;q=0` accepts anything but CSV. Among
    types of equal quality, the one named first in the header wins; among types covered only by a wildcard, the one
    offered first. Parameters of a type, such as JSON-LD's profile, are ignored.
    """
    ranges = [MediaType(text.lower()) for text in accept.split(",") if text.strip()] or [MediaType("*/*")]
    best_key: tuple[float, int] | None = None
    preferred = None
    for media_type in offered_types:
        range_index = _find_covering(media_type, ranges)
        if range_index is None or not ranges[range_index].quality > 0:
            continue
        sort_key = (ranges[range_index].quality, -range_index)
        if best_key is None or sort_key > best_key:
            best_key, preferred = sort_key, media_type
    return preferred


def _find_covering(media_type: str, ranges: list[MediaType]) -> int | None:
    """Return the index of the most specific range that covers the type, or None."""
    main, _, sub = media_type.partition("/")
    for media_range in ((main, sub), (main, "*"), ("*", "*")):
        for range_index, media_type_range in enumerate(ranges):
            if (media_type_range.main_type, media_type_range.sub_type) == media_range:
                return range_index
    return None


class Negotiation(DefaultContentNegotiation):
    """Content negotiation with quality values, which REST framework ignores."""

    def select_renderer(
        self,
        request: HttpRequest | Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        if request.method == "OPTIONS":  # its error responses are JSON, whatever the URL offers
            return JSONRenderer(), JSONRenderer.media_type
        renderers_by_type: dict[str, BaseRenderer] = {renderer.media_type: renderer for renderer in renderers}
        media_type = choose_preferred(get_accept_header(request), tuple(renderers_by_type))
        if media_type is None:
            raise NotAcceptable(available_renderers=list(renderers_by_type.values()))
        return renderers_by_type[media_type], media_type


class DeclaredRenderer(BaseRenderer):
    """A renderer that only declares a media type, because response bodies are already bytes."""

    def __init__(self, media_type: str, *, extension: str) -> None:
        self.media_type, self.format = media_type, extension
