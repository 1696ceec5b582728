"""Notify WebSub hubs (https://www.w3.org/TR/websub/) of changed feeds. The hubs then distribute these feeds.

The standard does not define how publishers notify hubs; in practice, hubs accept a form with
`hub.mode=publish` and the topics. A topic is the `self` URL of a feed. A feed filtered by a query is not a
topic and names no hub, because we could not know which filtered feeds an entry changes.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

from claims.features.discovery.service_messages import send_message

_CLAIM_FEEDS = ("claims-atom", "claims-rss", "claims-json")
_CORRECTIONS_FEED = "corrections-atom"
#: The kinds of entries in the log of corrections.
_CORRECTION_KINDS = ("clarification", "correction", "update", "retraction")


def list_topics(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Return the URLs of the feeds that contain these entries."""
    routes = [
        *_CLAIM_FEEDS,
        *([_CORRECTIONS_FEED] if any(entry["kind"] in _CORRECTION_KINDS for entry in entries) else []),
    ]
    return [settings.SITE_URL + reverse(route) for route in routes]


def notify_hub(hub: str, entries: Sequence[dict[str, Any]]) -> None:
    """Notify a hub of the feeds changed by these entries.

    Raises:
        NotificationRefused: the hub did not accept the notification.
    """
    changed_topics = list_topics(entries)
    form = [("hub.mode", "publish"), *(("hub.url", topic) for topic in changed_topics)]
    send_message(urlsplit(hub).netloc, hub, urlencode(form).encode(), "application/x-www-form-urlencoded")
