"""The demo's archived copies (claims/management/demo/README.md). Nothing is fetched to make them."""

from django.core.files.base import ContentFile

from claims.features.archiving.models import ArchivingRequest
from claims.features.archiving.uploads import store_upload
from claims.management.demo.incoming import DemoContent


def store_copies(demo: DemoContent) -> None:
    """Store a copy of each uploaded text, and cancel all requests for copies: the demo contacts no other sites."""
    for row in demo.rows["sources"]:
        if "snapshot" in row:
            source = demo.sources[row["key"]]
            text = source.snapshots.latest("number").text
            store_upload(
                source, ContentFile(text.encode()), name=row["snapshot"], by=demo.people["contributor"]
            )
    ArchivingRequest.objects.filter(source__in=demo.sources.values()).delete()
