"""The embed code and share picture on a claim's page."""

from typing import Any

from claims.features.embeds.cards import discovery, snippet, widget_snippet
from claims.features.embeds.claim_image import shared_image
from claims.models import Publication


def additions(entry: Publication, document: dict[str, Any], *, is_newest: bool) -> dict[str, Any]:
    return {
        "frame": snippet(document),
        "widget": widget_snippet(document),
        "discovery": discovery(document) if is_newest else [],
        "image": shared_image(entry.document) if is_newest else None,
    }
