"""Notify search engines of changed URLs by IndexNow (https://www.indexnow.org/documentation).

One POST holds up to 10,000 URLs of one host, as JSON. The key is served from the root of the site, so that it
is valid for the whole site. Each search engine passes the URLs on to the others. The status 200 or 202
means that the URLs were accepted.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from claims.features.discovery.service_messages import send_message
from claims.models.claim import build_claim_path

#: The most URLs in one message.
MAX_ADDRESSES = 10_000


def list_changed_addresses(entries: Iterable[dict[str, Any]]) -> list[str]:
    """Return the URLs that these entries changed: the page of each claim, and its previous URL if it was different.

    These URLs have no language code; the page at such a URL lists its versions in all languages.
    """
    paths: dict[str, None] = {}
    for entry in entries:
        paths[build_claim_path(entry["claim_id"], entry["slug"])] = None
        if entry["slug_before"] and entry["slug_before"] != entry["slug"]:
            paths[build_claim_path(entry["claim_id"], entry["slug_before"])] = None
    return [settings.SITE_URL + path for path in paths]


def notify_service(entries: Sequence[dict[str, Any]]) -> None:
    """Notify IndexNow of the URLs changed by these entries.

    Raises:
        NotificationRefused: IndexNow did not accept the URLs.
    """
    addresses = list_changed_addresses(entries)
    for batch_start in range(0, len(addresses), MAX_ADDRESSES):
        _send(addresses[batch_start : batch_start + MAX_ADDRESSES])


def _send(addresses: list[str]) -> None:
    key = settings.INDEXNOW_KEY
    message = {
        "host": urlsplit(settings.SITE_URL).netloc,
        "key": key,
        "keyLocation": settings.SITE_URL + reverse("indexnow-key", args=[key]),
        "urlList": addresses,
    }
    send_message(
        "IndexNow", settings.INDEXNOW_URL, json.dumps(message).encode(), "application/json; charset=utf-8"
    )
