"""Serve the files of published pictures.

A file's name is the hash of its content, so a response can be cached permanently. A file stays available as long as
the ledger refers to it, because past versions have pages too.
"""

import logging
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from claims.models import Publication
from factcheck.web.byte_ranges import RangeNotSatisfiable, parse_range
from sources import archive
from sources.public_media import NamedFile, parse_file_name

logger = logging.getLogger(__name__)

#: A file named by its hash never changes.
CACHE = "public, max-age=31536000, immutable"
#: If a browser is made to show the file as a page, the page can do nothing.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
def media_file(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the public version of a picture, or the requested part of the file."""
    file = parse_file_name(name)
    if file is None or not Publication.objects.showing_file(name).exists():
        raise Http404("No publication shows a picture of this name.")
    return build_file_response(request, file, cache=CACHE)


def build_file_response(request: HttpRequest, file: NamedFile, *, cache: str) -> HttpResponse:
    """Serve the file, or the requested part (RFC 9110, sections 13 and 14).

    Raises:
        Http404: the file is missing or changed in the archive, for example after only the ledger was restored.
    """
    etag = quote_etag(file.sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _build_content(request, _load_stored(file.sha256), etag)
        response["Content-Type"] = file.media_type
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = cache
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    # Pages of other newsrooms show our pictures.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _load_stored(sha256: str) -> bytes:
    try:
        return archive.load(sha256)
    except archive.ArchiveError as error:
        logger.error("A picture cannot be shown: %s", error)
        raise Http404("The file of this picture is missing.") from None


def _build_content(request: HttpRequest, content: bytes, etag: str) -> HttpResponse:
    header = request.META.get("HTTP_RANGE", "")
    # Continue an interrupted download only if the file is the same; otherwise send the whole file.
    if not header or request.META.get("HTTP_IF_RANGE", etag) != etag:
        return HttpResponse(content)
    try:
        byte_range = parse_range(header, len(content))
    except RangeNotSatisfiable:
        refusal = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refusal["Content-Range"] = f"bytes */{len(content)}"
        return refusal
    if byte_range is None:
        return HttpResponse(content)
    response = HttpResponse(
        content[byte_range.first : byte_range.last + 1], status=HTTPStatus.PARTIAL_CONTENT
    )
    response["Content-Range"] = byte_range.format_content_range(len(content))
    return response
