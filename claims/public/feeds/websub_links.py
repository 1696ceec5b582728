"""The links from a feed to its hubs (W3C WebSub, section 4): in the header, and in the feed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from claims.public.feeds.feed_entries import Channel


def list_hubs(request: HttpRequest) -> tuple[str, ...]:
    """Return the hubs of the requested feed; none for a filtered feed, because hubs only know whole feeds."""
    return () if request.META.get("QUERY_STRING") else tuple(settings.WEBSUB_HUBS)


def add_links(response: HttpResponse, channel: Channel) -> HttpResponse:
    """Add the hubs and the feed's own URL to a response."""
    if channel.hubs:
        hubs = [f'<{hub}>; rel="hub"' for hub in channel.hubs]
        response["Link"] = ", ".join([*hubs, f'<{channel.own_url}>; rel="self"'])
    return response
