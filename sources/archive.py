"""The bytes behind every snapshot, kept under the name of their SHA-256.

A name that is the hash of its content can be checked by anybody at any time, is written once and never changes, and
gives equal content one place. Works with every storage that Django knows (a folder, S3 through django-storages).
"""

import hashlib
import re

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

from factcheck.installation.whole_files import digest_in, write_whole

_DIGEST = re.compile("[0-9a-f]{64}")


class ArchiveError(Exception):
    """The archive cannot give back what it was given; `str()` is a sentence for a person."""


class ArchiveMissing(ArchiveError):
    """No file is stored under this digest."""


class ArchiveDamaged(ArchiveError):
    """The file stored under this digest is not what was stored."""


def store(content: bytes) -> str:
    """Keep `content` and return its digest; the same content again changes nothing.

    A damaged file under the same name is replaced, for the content at hand is proof of what belongs there.

    Raises:
        ArchiveDamaged: what the store holds now is not what was given to it.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        load(digest)
    except ArchiveMissing:
        _keep(digest, content)
    except ArchiveDamaged:
        # Object stores may be told never to overwrite, so the damaged file has to make room first.
        default_storage.delete(path(digest))
        _keep(digest, content)
    return digest


def store_file(file: File, digest: str) -> None:
    """Keep what is in a file of any size, whose digest is known, without having it in memory.

    Raises:
        ArchiveDamaged: what the store holds now is not what was given to it.
    """
    if (kept := digest_in(default_storage, path(digest))) == digest:
        return
    if kept:
        default_storage.delete(path(digest))
    write_whole(default_storage, path(digest), file)
    if (kept := digest_in(default_storage, path(digest))) != digest:
        raise ArchiveDamaged(
            f"The archive was given a file of the SHA-256 {digest}, and holds {kept or 'none'} now. Try again."
        )


def opened(digest: str) -> File:
    """The file stored under `digest`, to be read piece by piece; not checked against it.

    Raises:
        ArchiveMissing: nothing is stored under it.
    """
    try:
        return default_storage.open(path(digest), "rb")
    except FileNotFoundError:
        raise _missing(path(digest)) from None


def _keep(digest: str, content: bytes) -> None:
    write_whole(default_storage, path(digest), ContentFile(content))
    if not isinstance(default_storage, FileSystemStorage):
        load(digest)  # what went through a network may have changed on its way, and not every store looks


def load(digest: str) -> bytes:
    """The bytes stored under `digest`, checked against it.

    Raises:
        ArchiveMissing: nothing is stored under it.
        ArchiveDamaged: what is stored there has another hash.
    """
    name = path(digest)
    try:
        with default_storage.open(name, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise _missing(name) from None
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ArchiveDamaged(
            f"The archived file “{name}” is damaged: its SHA-256 is {found}. Restore it from a backup."
        )
    return content


def _missing(name: str) -> ArchiveMissing:
    return ArchiveMissing(
        f"The archive has no file “{name}”. Restore it from a backup, or fetch the source again."
    )


def verify(digest: str) -> bool:
    """Whether the bytes under `digest` are there and intact."""
    try:
        load(digest)
    except ArchiveError:
        return False
    return True


def path(digest: str) -> str:
    """Where the storage keeps it; two levels of folders keep each folder small. ValueError if it is no digest."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"“{digest}” is not a SHA-256 in lower-case hexadecimal digits.")
    return f"snapshots/{digest[:2]}/{digest[2:4]}/{digest}"
