"""Serve archived files to readers, if the settings and the source's permissions allow it."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.features.archiving.models import ArchivedCopy, ArchivedFile
from claims.features.archiving.source_copies import can_readers_download
from claims.public.api.entities import SourceResource
from sources import archive

_NOT_FOUND_MESSAGE = gettext_lazy("This copy does not exist, or is not public.")


@require_safe
def serve_archived_file(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """Serve the file as a download, so that browsers never display it as a page of this site."""
    source = get_object_or_404(SourceResource().rows(), pk=pk)
    if not can_readers_download(source):
        raise Http404(_NOT_FOUND_MESSAGE)
    matching_files = ArchivedFile.objects.filter(copy__source=source, sha256=sha256)
    file = matching_files.exclude(copy__reason=ArchivedCopy.Reason.UPLOAD).first()
    if file is None:
        raise Http404(_NOT_FOUND_MESSAGE)
    try:
        content = archive.open_file(file.sha256)
    except archive.ArchiveError:
        raise Http404(_NOT_FOUND_MESSAGE) from None
    response = FileResponse(
        content, as_attachment=True, filename=file.download_name, content_type=file.media_type
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    # A copy never changes, but permission to show it may.
    response["Cache-Control"] = "public, max-age=300"
    response["ETag"] = f'"{file.sha256}"'
    return response
