"""Stored dumps: `dumps/<moment>-<microseconds and random>/`, with a manifest that is written last.

A folder without a manifest is not a dump, so an incomplete dump is never visible. Dumps are never overwritten: a
second dump on the same day gets its own folder, and the URL of that day then serves the second dump.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from time import monotonic
from typing import Any

import orjson
from django.core.files.storage import FileSystemStorage, default_storage

from factcheck.installation.whole_files import DUMPS

FOLDER = DUMPS
MANIFEST = "manifest.json"
#: For how many seconds the listing of a remote store is cached.
CACHE_SECONDS = 15.0

_NAME_PATTERN = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{6})Z-[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True)
class DumpFile:
    """One file of a dump."""

    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True)
class KeptDump:
    """A complete dump."""

    folder: str
    manifest: dict[str, Any]
    files: dict[str, DumpFile]

    @property
    def day(self) -> str:
        return self.folder[:10]

    @property
    def written_at(self) -> datetime:
        return datetime.strptime(self.folder[:18], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)

    def get_path(self, file: DumpFile) -> str:
        """Return the path in the file store."""
        return f"{FOLDER}/{self.folder}/{file.name}"


def list_dumps() -> list[KeptDump]:
    """Return the complete dumps, one per day, newest first."""
    return list({dump.day: dump for dump in reversed(list(_iterate_complete(_list_folders())))}.values())[
        ::-1
    ]


def find_newest() -> KeptDump | None:
    return next(_iterate_complete(_list_folders()), None)


def find_for_day(day: str) -> KeptDump | None:
    return next(_iterate_complete(name for name in _list_folders() if name.startswith(f"{day}T")), None)


def list_all_folders() -> list[str]:
    """Return the folders of all dumps, complete or not, newest first; never cached."""
    _cached_folders.clear()
    return _list_folders()


def is_complete(folder: str) -> bool:
    return default_storage.exists(f"{FOLDER}/{folder}/{MANIFEST}")


def remove(folder: str) -> None:
    """Delete a dump, its manifest first, so that a partly deleted dump no longer counts as a dump."""
    with suppress(FileNotFoundError):
        default_storage.delete(f"{FOLDER}/{folder}/{MANIFEST}")
        for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]:
            default_storage.delete(f"{FOLDER}/{folder}/{name}")
        if isinstance(default_storage, FileSystemStorage):
            default_storage.delete(f"{FOLDER}/{folder}")
    _cached_folders.clear()


_cached_folders: dict[str, tuple[float, list[str]]] = {}


def _list_folders() -> list[str]:
    if isinstance(default_storage, FileSystemStorage):
        return _read_folders()
    cached_at, names = _cached_folders.get(FOLDER, (0.0, []))
    if not cached_at or monotonic() - cached_at > CACHE_SECONDS:
        names = _read_folders()
        _cached_folders[FOLDER] = (monotonic(), names)
    return names


def _read_folders() -> list[str]:
    try:
        names = default_storage.listdir(FOLDER)[0]
    except FileNotFoundError:
        return []
    return sorted((name for name in names if _NAME_PATTERN.fullmatch(name)), reverse=True)


def _iterate_complete(folders: Iterator[str] | list[str]) -> Iterator[KeptDump]:
    for folder in folders:
        with suppress(FileNotFoundError):
            yield _read(folder)


@lru_cache(maxsize=100)
def _read(folder: str) -> KeptDump:
    """Read a stored dump. Folder names are never reused, so the manifest of a folder never changes."""
    with default_storage.open(f"{FOLDER}/{folder}/{MANIFEST}", "rb") as file:
        text: bytes = file.read()
    manifest = orjson.loads(text)
    files = [
        DumpFile(file["name"], file["bytes"], file["sha256"], file["media_type"])
        for file in manifest["files"]
    ]
    files.append(DumpFile(MANIFEST, len(text), sha256(text).hexdigest(), "application/json"))
    return KeptDump(folder, manifest, {file.name: file for file in files})
