"""A public source's archived copies: times, hashes and timestamps."""

from typing import Annotated, TypedDict

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from claims.features.archiving.models import ArchivedCopy, ArchivedFile, Timestamp
from claims.features.archiving.models.archived_copy import load_timestamps
from claims.ledger.document.claim_document import format_moment, render
from claims.public.api.entities import SourceResource
from factcheck.api.openapi.body_serializer import Moment, WebAddress, describe_body
from factcheck.api.resources import CACHE_CURRENT, PublicResource, build_conditional_response
from sources.models import Source

#: The most copies listed, newest first.
COPY_LIMIT = 100


class PublicTimestamp(TypedDict):
    """An authority's proof that a file existed at a certain time (RFC 3161)."""

    authority: WebAddress
    stamped_at: Moment


class PublicArchivedFile(TypedDict):
    """A file of a copy, identified by its hash."""

    role: Annotated[str, ArchivedFile.Role]
    media_type: str
    size: Annotated[int, "Bytes."]
    sha256: Annotated[str, "SHA-256 in hexadecimal digits."]
    timestamps: list[PublicTimestamp]
    url: Annotated[str, "URL of the file; empty if readers may not download it."]


class PublicArchivedCopy(TypedDict):
    """The page of a source as archived at a certain time."""

    captured_at: Moment
    address: Annotated[str, "The requested URL."]
    final_address: Annotated[str, "The address after redirects."]
    http_status: int
    files: list[PublicArchivedFile]


class CopiesOfSource(TypedDict):
    """The archived copies of a source, newest first; at most a hundred."""

    source: int
    copies: list[PublicArchivedCopy]


class CopiesResource(PublicResource):
    """The archived copies of a source that a published claim mentions: their times, hashes and timestamps.

    Uploaded files are not included. Whether complete copies can be downloaded depends on the installation and
    the source.
    """

    nouns = ("source", "sources")
    serializer_class = describe_body(CopiesOfSource)
    operation_id, summary = "sources_copies", "The archived copies of a source"
    route = "sources-copies"

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        self.item_query(request.GET, request=request)
        source = get_object_or_404(SourceResource().rows(), pk=id)
        body: CopiesOfSource = {"source": source.pk, "copies": list_public_copies(source)}
        content = render(body).encode()
        return build_conditional_response(request, content, cache=CACHE_CURRENT)


def can_readers_download(source: Source) -> bool:
    """Return whether readers may download complete copies of the source."""
    return bool(settings.ARCHIVE_PUBLIC_COPIES and source.show_text)


def list_public_copies(source: Source) -> list[PublicArchivedCopy]:
    """Return the copies of the source's page, without uploaded files, which are for the newsroom only."""
    rows = source.archived_copies.exclude(reason=ArchivedCopy.Reason.UPLOAD).prefetch_related("files")
    copies = list(rows[:COPY_LIMIT])
    stamps = load_timestamps(file.sha256 for copy in copies for file in copy.files.all())
    are_downloadable = can_readers_download(source)
    return [
        {
            "captured_at": format_moment(copy.captured_at),
            "address": copy.address,
            "final_address": copy.final_address,
            "http_status": copy.http_status or 0,
            "files": [
                _build_file(source, file, stamps.get(file.sha256, []), is_downloadable=are_downloadable)
                for file in copy.files.all()
            ],
        }
        for copy in copies
    ]


def _build_file(
    source: Source, file: ArchivedFile, stamps: list[Timestamp], *, is_downloadable: bool
) -> PublicArchivedFile:
    path = reverse("source-file", args=[source.pk, file.sha256])
    return {
        "role": file.role,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "timestamps": [
            {"authority": stamp.authority, "stamped_at": format_moment(stamp.stamped_at)} for stamp in stamps
        ],
        "url": settings.SITE_URL + path if is_downloadable else "",
    }
