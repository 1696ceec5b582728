"""The embed code and share picture on a claim's page."""

from typing import Any

from claims.features.embeds.cards import build_snippet, build_widget_snippet, list_discovery_links
from claims.features.embeds.claim_image import describe_shared_image
from claims.models import Publication


def build_additions(entry: Publication, document: dict[str, Any], *, is_newest: bool) -> dict[str, Any]:
    return {
        "frame": build_snippet(document),
        "widget": build_widget_snippet(document),
        "discovery": list_discovery_links(document) if is_newest else [],
        "image": describe_shared_image(entry.document) if is_newest else None,
    }
