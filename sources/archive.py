"""The bytes behind every snapshot, kept under the name of their SHA-256.

A name that is the hash of its content can be checked by anybody at any time, is written once and never changes, and
gives equal content one place. Works with every storage that Django knows (a folder, S3 through django-storages).
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, default_storage

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
    """
    digest = hashlib.sha256(content).hexdigest()
    name = path(digest)
    try:
        load(digest)
    except ArchiveMissing:
        _write(default_storage, name, content)
    except ArchiveDamaged:
        # Object stores may be told never to overwrite, so the damaged file has to make room first.
        default_storage.delete(name)
        _write(default_storage, name, content)
    return digest


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
        raise ArchiveMissing(
            f"The archive has no file “{name}”. Restore it from a backup, or fetch the source again."
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ArchiveDamaged(
            f"The archived file “{name}” is damaged: its SHA-256 is {found}. Restore it from a backup."
        )
    return content


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


def _write(storage: Storage, name: str, content: bytes) -> None:
    """Never leave half a file under its final name."""
    if not isinstance(storage, FileSystemStorage):
        # Object stores show an object only when its upload is complete; there is nothing to move.
        saved = storage.save(name, ContentFile(content))
        if saved != name:
            # Somebody stored the same content since we looked, and the storage chose a name beside it.
            storage.delete(saved)
        return
    # Django writes a local file piece by piece under the name it is given, so it is given a temporary one in the same
    # folder. The rename is atomic, and whoever comes second replaces the file by its equal.
    temporary = storage.save(f"{name}.{secrets.token_hex(8)}.part", ContentFile(content))
    try:
        with Path(storage.path(temporary)).open("rb") as file:
            # Without this a power cut after the rename may leave an empty file under the final name.
            os.fsync(file.fileno())
        Path(storage.path(temporary)).replace(storage.path(name))
    except OSError:
        storage.delete(temporary)
        raise
