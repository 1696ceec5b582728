"""Uploaded evidence (PDF, picture, recording, table), stored as an ArchivedCopy of a source.

A file is never held in memory as a whole. If the disk has no room for a file, it is rejected before it is read.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from claims.features.archiving.file_types import detect_media_type
from claims.features.archiving.models import ArchivedCopy, ArchivedFile
from sources import archive
from sources.failures import Failure
from sources.models import Source

#: The bytes on each disk that uploads must leave free.
FREE_SPACE_RESERVE = 200_000_000
_MAX_NAME_LENGTH = 255


class UploadRefused(Failure):
    """The uploaded file is rejected; `str()` says why, for users."""


def check_size_and_space(size: int) -> None:
    """Check the size of a file and the free disk space before reading it.

    Raises:
        UploadRefused: the file is too large, or the disk has no room for it.
    """
    if size > settings.ARCHIVE_UPLOAD_BYTES:
        raise UploadRefused(
            "too_large",
            _("The file is %(size)s; the limit is %(most)s.")
            % {"size": filesizeformat(size), "most": filesizeformat(settings.ARCHIVE_UPLOAD_BYTES)},
        )
    if size + FREE_SPACE_RESERVE > min(map(_measure_free_space, _list_upload_folders())):
        raise UploadRefused(
            "no_room",
            _("There is not enough disk space for a file of %s. The server’s operator needs to free space.")
            % filesizeformat(size),
        )


def store_upload(source: Source, file: File, *, name: str, by: User) -> ArchivedCopy:
    """Store the file as a copy of the source.

    Raises:
        UploadRefused: the file is too large, empty, or not of an accepted type.
        FileStoreUnavailable, OSError, ArchiveError: the file cannot be stored.
    """
    if not file.size:
        raise UploadRefused("empty", _("The file is empty. Check that it was saved completely."))
    check_size_and_space(file.size)
    content: Any = file.open("rb")
    media_type = detect_media_type(content)
    if not media_type:
        raise UploadRefused(
            "unknown_kind",
            _(
                "“%s” is not in a format accepted as evidence. Save it as a PDF document, picture (not SVG), "
                "audio, video, spreadsheet, table or plain text."
            )
            % name,
        )
    digest = _compute_digest(content)
    content.seek(0)
    archive.store_file(file, digest)
    with transaction.atomic():
        copy = ArchivedCopy.objects.create(source=source, reason=ArchivedCopy.Reason.UPLOAD, captured_by=by)
        ArchivedFile.objects.create(
            copy=copy,
            role=ArchivedFile.Role.UPLOAD,
            sha256=digest,
            size=file.size,
            media_type=media_type,
            name=_clean_name(name),
        )
    return copy


def _compute_digest(file: Any) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _clean_name(name: str) -> str:
    """Return the name without folders and unprintable characters, shortened but with its extension."""
    clean_name = "".join(
        character for character in name.replace("\\", "/").rpartition("/")[2] if character.isprintable()
    )
    if len(clean_name) <= _MAX_NAME_LENGTH:
        return clean_name
    suffix = Path(clean_name).suffix[:20]
    return clean_name[: _MAX_NAME_LENGTH - len(suffix)] + suffix


def _list_upload_folders() -> list[str]:
    """Return the folders to which an upload is written: the temporary folder, and the archive if it is local."""
    folders = [settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()]
    if isinstance(default_storage, FileSystemStorage):
        folders.append(str(default_storage.location))
    return folders


def _measure_free_space(path: str) -> int:
    folder = Path(path)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
