"""The demo's archived copies (claims/management/demo/README.md). Nothing is fetched to make them."""

from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from claims.features.archiving.models import ArchivingRequest
from claims.features.archiving.uploads import store_upload
from claims.models import Claim
from sources.models import Source


def store_copies(
    content: dict[str, Any], claims: dict[str, Claim], sources: dict[str, Source], people: dict[str, User]
) -> None:
    """Store a copy of each uploaded text and cancel the other requests: the demo contacts no other sites."""
    for row in content["sources"]:
        if "snapshot" in row:
            source = sources[row["key"]]
            text = source.snapshots.latest("number").text
            store_upload(source, ContentFile(text.encode()), name=row["snapshot"], by=people["contributor"])
    ArchivingRequest.objects.filter(source__in=sources.values()).delete()
