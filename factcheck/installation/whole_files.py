"""Write files atomically, in any storage."""

import hashlib
import os
import secrets
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage

#: The suffix of incomplete files.
UNFINISHED_SUFFIX = ".part"
#: The folder of dumps, which can be recreated at any time: backups leave them out.
DUMPS = "dumps"


def write_atomically(storage: Storage, name: str, content: File) -> None:
    """Write a file atomically under its final name. An existing file must have the same content."""
    if not isinstance(storage, FileSystemStorage):
        # Object stores show an object only when its upload is complete; there is nothing to move.
        saved_name = storage.save(name, content)
        if saved_name != name:
            # The same content was stored in the meantime, and the storage chose another name.
            storage.delete(saved_name)
        return
    # Django writes a local file piece by piece under its name, so it gets a temporary one in the same folder. The
    # rename is atomic, and a concurrent write replaces the file by an equal one.
    temporary_name = f"{name}.{secrets.token_hex(8)}{UNFINISHED_SUFFIX}"
    try:
        storage.save(temporary_name, content)
        with Path(storage.path(temporary_name)).open("rb") as file:
            # Without this a power cut after the rename may leave an empty file under the final name.
            os.fsync(file.fileno())
        Path(storage.path(temporary_name)).replace(storage.path(name))
    except OSError:
        storage.delete(temporary_name)
        raise


def compute_digest(storage: Storage, name: str) -> str:
    """Return the SHA-256 of a stored file; "" if the file does not exist."""
    try:
        with storage.open(name, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
