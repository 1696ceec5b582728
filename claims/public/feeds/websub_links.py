"""How a feed says which hubs tell of its changes (W3C WebSub, section 4): in its answer's fields, and in itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from claims.public.feeds.feed_entries import Channel


def hubs_of(request: HttpRequest) -> tuple[str, ...]:
    """The hubs of the feed that is asked for.

    One that was narrowed down by a query has none: they are told of the feeds as a whole.
    """
    return () if request.META.get("QUERY_STRING") else tuple(settings.WEBSUB_HUBS)


def with_links(response: HttpResponse, channel: Channel) -> HttpResponse:
    """The answer with its hubs, and the address by which subscribers ask for the feed."""
    if channel.hubs:
        hubs = [f'<{hub}>; rel="hub"' for hub in channel.hubs]
        response["Link"] = ", ".join([*hubs, f'<{channel.itself}>; rel="self"'])
    return response
