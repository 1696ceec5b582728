"""The file archive of snapshots, pictures and videos, by SHA-256.

Each file is named by the hash of its content. So anyone can check it at any time, a file never changes once it is
written, and equal content is stored once. Works with every Django storage (a folder, or S3 through django-storages).
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.translation import gettext

from factcheck.installation.whole_files import compute_digest, write_atomically

_DIGEST_PATTERN = re.compile("[0-9a-f]{64}")


class ArchiveError(Exception):
    """The archive cannot return a stored file; `str()` is a sentence for a person."""


class ArchiveMissing(ArchiveError):
    """No file is stored under this digest."""


class ArchiveDamaged(ArchiveError):
    """The file stored under this digest has changed."""


def store(content: bytes) -> str:
    """Store `content` and return its digest. Storing it again changes nothing.

    A damaged file under the same name is replaced, because `content` has the right hash.

    Raises:
        ArchiveDamaged: the stored file differs from `content`.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        load(digest)
    except ArchiveMissing:
        _store(digest, content)
    except ArchiveDamaged:
        # Object stores may be configured never to overwrite, so the damaged file has to be removed first.
        default_storage.delete(build_path(digest))
        _store(digest, content)
    return digest


def store_file(file: File, digest: str) -> None:
    """Store a file of any size, with a known digest, in constant memory.

    Raises:
        ArchiveDamaged: the file, or its stored copy, has a different digest.
    """
    if (stored_digest := compute_digest(default_storage, build_path(digest))) == digest:
        return
    if stored_digest:
        default_storage.delete(build_path(digest))
    write_atomically(default_storage, build_path(digest), file)
    if (stored_digest := compute_digest(default_storage, build_path(digest))) != digest:
        # A file stored under the wrong name would look damaged to every reader.
        default_storage.delete(build_path(digest))
        raise _build_damaged_error(digest, stored_digest)


def open_file(digest: str) -> File:
    """Open the file stored under `digest` for reading, without checking the digest.

    Raises:
        ArchiveMissing: no file is stored under the digest.
    """
    try:
        return default_storage.open(build_path(digest), "rb")
    except FileNotFoundError:
        raise _build_missing_error(build_path(digest)) from None


@contextmanager
def open_on_disk(digest: str) -> Iterator[Path]:
    """Verify the file stored under `digest` and yield a path to it, for other programs.

    Raises:
        ArchiveMissing: no file is stored under the digest.
        ArchiveDamaged: the stored file has a different hash.
    """
    name = build_path(digest)
    with _open_local_copy(name) as local_path:
        with local_path.open("rb") as file:
            stored_digest = hashlib.file_digest(file, "sha256").hexdigest()
        if stored_digest != digest:
            raise _build_damaged_error(digest, stored_digest)
        yield local_path


@contextmanager
def _open_local_copy(name: str) -> Iterator[Path]:
    """Yield the path of the stored file or, if the storage is remote, of a temporary copy."""
    if isinstance(default_storage, FileSystemStorage):
        path = Path(default_storage.path(name))
        if not path.is_file():
            raise _build_missing_error(name)
        yield path
        return
    try:
        with (
            default_storage.open(name, "rb") as file,
            tempfile.NamedTemporaryFile(prefix="archived-") as copy,
        ):
            shutil.copyfileobj(file, copy)
            copy.flush()
            yield Path(copy.name)
    except FileNotFoundError:
        raise _build_missing_error(name) from None


def iterate_pieces(digest: str, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the file stored under `digest` piece by piece. Its hash is verified at the end.

    Raises:
        ArchiveMissing: no file is stored under the digest.
        ArchiveDamaged: the content has a different hash.
    """
    hashed = hashlib.sha256()
    try:
        with default_storage.open(build_path(digest), "rb") as file:
            while piece := file.read(size):
                hashed.update(piece)
                yield piece
    except FileNotFoundError:
        raise _build_missing_error(build_path(digest)) from None
    if hashed.hexdigest() != digest:
        raise _build_damaged_error(digest, hashed.hexdigest())


def _store(digest: str, content: bytes) -> None:
    write_atomically(default_storage, build_path(digest), ContentFile(content))
    if not isinstance(default_storage, FileSystemStorage):
        load(digest)  # network transfer may corrupt data, and not every store verifies them


def load(digest: str) -> bytes:
    """Return the bytes stored under `digest` after verifying them.

    Raises:
        ArchiveMissing: no file is stored under the digest.
        ArchiveDamaged: the stored file has a different hash.
    """
    name = build_path(digest)
    try:
        with default_storage.open(name, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise _build_missing_error(name) from None
    stored_digest = hashlib.sha256(content).hexdigest()
    if stored_digest != digest:
        raise _build_damaged_error(digest, stored_digest)
    return content


def _build_missing_error(name: str) -> ArchiveMissing:
    return ArchiveMissing(
        gettext("The archive has no file “%(name)s”. Restore it from a backup, or fetch the source again.")
        % {"name": name}
    )


def _build_damaged_error(digest: str, stored_digest: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        gettext(
            "The archived file “%(path)s” is damaged: its SHA-256 is %(found)s. Restore it from a backup."
        )
        % {"path": build_path(digest), "found": stored_digest}
    )


def verify(digest: str) -> bool:
    """Return whether the bytes under `digest` exist and are intact."""
    try:
        load(digest)
    except ArchiveError:
        return False
    return True


def build_path(digest: str) -> str:
    """Return the storage path, in two levels of folders. Raises ValueError for an invalid digest."""
    if not _DIGEST_PATTERN.fullmatch(digest):
        raise ValueError(f"“{digest}” is not a SHA-256 in lower-case hexadecimal digits.")
    return f"snapshots/{digest[:2]}/{digest[2:4]}/{digest}"
