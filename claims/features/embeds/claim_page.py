"""The embed code and share picture on a claim's page."""

from typing import Any

from claims.features.embeds.cards import build_embed_code, build_widget_code, list_discovery_links
from claims.features.embeds.claim_image import describe_shared_image
from claims.models import Publication


def build_page_additions(entry: Publication, document: dict[str, Any], *, is_newest: bool) -> dict[str, Any]:
    return {
        "frame": build_embed_code(document),
        "widget": build_widget_code(document),
        "discovery": list_discovery_links(document) if is_newest else [],
        "image": describe_shared_image(entry.document) if is_newest else None,
    }
