"""The archive panel on a source's page: copies, reasons for missing parts, requests and uploads."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST
from unfold.contrib.filters.admin import DropdownFilter

from claims.features.archiving.models import ArchivedCopy, ArchivedFile, ArchivingRequest, Timestamp
from claims.features.archiving.models.archived_copy import load_timestamps
from claims.features.archiving.requests import request_copy
from claims.features.archiving.tasks import queue_archiving
from claims.features.archiving.uploads import UploadRefused, check_size_and_space, store_upload
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.technical import render_fingerprints
from factcheck.installation.file_store import FileStoreUnavailable
from sources import archive
from sources.models import Source

#: The most copies shown.
MAX_LISTED_COPIES = 20


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of an archived copy, with its timestamps, for the panel."""

    file: ArchivedFile
    timestamps: list[Timestamp]


@dataclass(frozen=True, slots=True)
class ListedCopy:
    """An archived copy with its files, for the panel."""

    copy: ArchivedCopy
    files: list[ListedFile]

    @property
    def proof(self) -> SafeString:
        sentence = _("An archived copy cannot be changed. Anyone who has the same file can compare the two.")
        names = {
            listed_file.file.name or listed_file.file.get_role_display(): listed_file.file.sha256
            for listed_file in self.files
        }
        return render_fingerprints(sentence, names)

    @property
    def missing_reasons(self) -> list[str]:
        """Return the reasons for missing parts, without duplicates."""
        return list(dict.fromkeys(self.copy.missing.values()))


def build_copies_panel(source: Source) -> dict[str, Any]:
    """Return the template context of the panel with a source's copies."""
    rows = source.archived_copies.select_related("captured_by").prefetch_related("files")
    copies = list(rows[: MAX_LISTED_COPIES + 1])
    stamps = load_timestamps(file.sha256 for copy in copies for file in copy.files.all())
    open_requests = list(source.archiving_requests.open().order_by("-id")[:MAX_LISTED_COPIES])
    return {
        "template": "admin/desk/source_copies.html",
        "copies": [
            ListedCopy(copy, [ListedFile(file, stamps.get(file.sha256, [])) for file in copy.files.all()])
            for copy in copies[:MAX_LISTED_COPIES]
        ],
        "more_copies": len(copies) > MAX_LISTED_COPIES,
        "is_waiting": any(request.due_at for request in open_requests),
        "archiving_problem": next((request.problem for request in open_requests if request.problem), ""),
        "is_archiving": settings.ARCHIVING,
        "has_authority": bool(settings.TIMESTAMP_AUTHORITY),
        "most_upload": filesizeformat(settings.ARCHIVE_UPLOAD_BYTES),
    }


class ArchivedFilter(DropdownFilter):
    """A filter of sources by archive status."""

    title = gettext_lazy("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("yes", _("Archived")),
            ("waiting", _("Will be archived")),
            ("failed", _("Could not be archived")),
            ("no", _("Not archived")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        copies = Exists(ArchivedCopy.objects.filter(source=OuterRef("pk")))
        requests = ArchivingRequest.objects.open().filter(source=OuterRef("pk"))
        has_waiting_request = Exists(requests.filter(due_at__isnull=False))
        conditions: dict[str | None, Any] = {
            "yes": copies,
            "waiting": has_waiting_request,
            "failed": Exists(requests.filter(due_at__isnull=True)) & ~has_waiting_request,
            "no": ~copies,
        }
        condition = conditions.get(self.value())
        return queryset if condition is None else queryset.filter(condition)


def archive_now_view(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Request a new copy of the source, even if there is a recent one."""
    source = _get_source(model_admin, request, pk)
    with transaction.atomic():
        is_requested = request_copy(source, reason="desk", by=get_person(request))
        queue_archiving()
    if is_requested:
        messages.success(request, _("The page is being archived. This takes up to a minute."))
    elif source.url:
        messages.info(request, _("The page is already waiting to be archived."))
    else:
        messages.error(request, _("This source has no address to archive. Upload a file instead."))
    return HttpResponseRedirect(get_page_url(source))


class _BoundedUpload(TemporaryFileUploadHandler):
    """An upload handler that aborts an upload above the size limit, whatever the headers state."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> Any:
        if start + len(raw_data) > settings.ARCHIVE_UPLOAD_BYTES:
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)


def upload_view(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Store an uploaded file. A file that is too large is rejected before it is read."""
    source = _get_source(model_admin, request, pk)
    try:
        check_size_and_space(int(request.META.get("CONTENT_LENGTH") or 0))
    except UploadRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(get_page_url(source))
    request.upload_handlers = [_BoundedUpload(request)]
    response: HttpResponse = csrf_protect(_store_upload)(request, source)
    return response


def _store_upload(request: HttpRequest, source: Source) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, _("Choose a file first."))
        return HttpResponseRedirect(get_page_url(source))
    try:
        copy = store_upload(source, file, name=file.name or "", by=get_person(request))
    except UploadRefused as refusal:
        messages.error(request, str(refusal))
    except (FileStoreUnavailable, archive.ArchiveError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        messages.error(request, _("The file could not be stored: %s") % reason)
    else:
        stored_file = copy.files.get()
        messages.success(
            request,
            _("“%(name)s” was stored (%(size)s).")
            % {"name": stored_file.name, "size": filesizeformat(stored_file.size)},
        )
    return HttpResponseRedirect(get_page_url(source))


def download_file_view(
    model_admin: DeskAdmin, request: HttpRequest, pk: int, file_pk: int
) -> HttpResponseBase:
    """Serve a file of a copy as a download, never as a page of this site."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    file = get_object_or_404(ArchivedFile.objects.select_related("copy"), pk=file_pk, copy__source=pk)
    try:
        content = archive.open_file(file.sha256)
    except (archive.ArchiveError, FileStoreUnavailable) as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(get_page_url(file.copy.source))
    response = FileResponse(
        content, as_attachment=True, filename=file.download_name, content_type=file.media_type
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def stamp_view(model_admin: DeskAdmin, request: HttpRequest, pk: int, stamp_pk: int) -> HttpResponse:
    """Serve a timestamp as a download, in the format that `openssl ts -verify -token_in` reads."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    hashes = ArchivedFile.objects.filter(copy__source=pk).values("sha256")
    stamp = get_object_or_404(Timestamp, pk=stamp_pk, sha256__in=hashes)
    response = HttpResponse(bytes(stamp.token), content_type="application/timestamp-reply")
    response["Content-Disposition"] = f'attachment; filename="{stamp.sha256}.tst"'
    return response


def _get_source(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> Source:
    source = get_object_or_404(Source, pk=pk)
    if not model_admin.has_change_permission(request, source):
        raise PermissionDenied
    return source


def build_routes(model_admin: DeskAdmin) -> list[URLPattern]:
    """Return the URL patterns of the desk's additional pages for a source."""

    def require_post(view: Any) -> Any:
        return require_POST(lambda request, pk: view(model_admin, request, pk))

    views: dict[str, tuple[str, Any]] = {
        "archive/": ("archive", model_admin.admin_site.admin_view(require_post(archive_now_view))),
        # The CSRF check reads the file, so these views are exempt from it until they have checked the size.
        "upload/": (
            "upload",
            csrf_exempt(model_admin.admin_site.admin_view(csrf_exempt(require_post(upload_view)))),
        ),
        "files/<int:file_pk>/": (
            "file",
            model_admin.admin_site.admin_view(
                require_GET(
                    lambda request, pk, file_pk: download_file_view(model_admin, request, pk, file_pk)
                )
            ),
        ),
        "timestamps/<int:stamp_pk>/": (
            "timestamp",
            model_admin.admin_site.admin_view(
                require_GET(lambda request, pk, stamp_pk: stamp_view(model_admin, request, pk, stamp_pk))
            ),
        ),
    }
    return [
        path(f"<int:pk>/{view_path}", view, name=f"sources_source_{route_name}")
        for view_path, (route_name, view) in views.items()
    ]
