"""Backed-up files, each stored once by its hash, and a journal of their paths over time.

Lines are only ever appended to the journal, once the contents that they name are on disk. An incomplete last line, left
by a killed process, is ignored.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from django.utils.translation import gettext

from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.database.embedded.wal_archive import sync_folder
from factcheck.installation.private_files import FILE_MODE, FOLDER_MODE
from factcheck.installation.whole_files import DUMPS

_CHUNK_SIZE = 2**20


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The state of a path at one time, with the hash of its content."""

    path: str
    recorded_at: datetime
    sha256: str
    size: int
    modified: int

    def is_unchanged(self, status: os.stat_result) -> bool:
        """Return whether the existing file is unchanged, judging by its size and time."""
        return (self.size, self.modified) == (status.st_size, status.st_mtime_ns)


class ScanCounts(NamedTuple):
    """The numbers of files that a scan found and copied."""

    file_count: int
    copied_count: int
    copied_bytes: int


def build_pool_path(folder: BackupFolder, sha256: str) -> Path:
    """Return the path of the content with this hash."""
    return folder.files / sha256[:2] / sha256


def copy_new_contents(folder: BackupFolder, source_folders: Mapping[str, Path]) -> ScanCounts:
    """Copy new and changed files, and record deleted ones. The caller holds the folder's lock.

    Args:
        source_folders: the folders to back up, keyed by their names in the backup.
    """
    remove_unfinished(folder)
    files_by_path = {file.path: file for file in list_files_at(folder, None).values()}
    count = copied_count = copied_bytes = 0
    now = datetime.now(UTC)
    new_entries: list[dict[str, object]] = []
    folders = set()
    for path, file in _iterate_files(source_folders):
        count += 1
        entry = files_by_path.pop(path, None)
        try:
            status = file.stat()
            if entry and entry.is_unchanged(status) and build_pool_path(folder, entry.sha256).exists():
                continue
            digest, size = _copy(folder, file)
        except FileNotFoundError:
            count -= 1  # deleted since it was listed
            continue
        except OSError as error:
            raise BackupFailed(
                gettext("The file %(file)s could not be copied: %(strerror)s.")
                % {"file": file, "strerror": error.strerror}
            ) from error
        folders.add(build_pool_path(folder, digest).parent)
        copied_count, copied_bytes = copied_count + 1, copied_bytes + size
        new_entries.append(
            {
                "at": now.isoformat(),
                "path": path,
                "sha256": digest,
                "size": size,
                "modified": status.st_mtime_ns,
            }
        )
    for changed_folder in folders:
        sync_folder(changed_folder)
    sync_folder(folder.files)
    new_entries += [{"at": now.isoformat(), "path": path, "gone": True} for path in files_by_path]
    _append(folder, new_entries)
    return ScanCounts(count, copied_count, copied_bytes)


def _iterate_files(source_folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    for name, root in source_folders.items():
        seen_files = set()
        for folder_path, folders, files in os.walk(root, followlinks=True, onerror=_ignore_missing):
            status = Path(folder_path).stat()
            if (status.st_dev, status.st_ino) in seen_files:
                folders.clear()  # a link that leads back
                continue
            seen_files.add((status.st_dev, status.st_ino))
            if Path(folder_path) == root and DUMPS in folders:
                folders.remove(DUMPS)
            for file in files:
                path = Path(folder_path, file)
                if path.is_file():
                    yield f"{name}/{path.relative_to(root).as_posix()}", path


def _ignore_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise BackupFailed(
            gettext("The folder %(filename)s could not be read: %(strerror)s.")
            % {"filename": error.filename, "strerror": error.strerror}
        )


def _copy(folder: BackupFolder, file: Path) -> tuple[str, int]:
    """Copy a file into the pool. Return the hash and size of the bytes copied, even if the file is changing."""
    part_file = folder.files / f"unfinished.{os.getpid()}"
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as source, part_file.open("wb") as target:
            os.fchmod(target.fileno(), FILE_MODE)
            while piece := source.read(_CHUNK_SIZE):
                digest.update(piece)
                size += target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        name = digest.hexdigest()
        build_pool_path(folder, name).parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        part_file.replace(build_pool_path(folder, name))
    finally:
        part_file.unlink(missing_ok=True)
    return name, size


def remove_unfinished(folder: BackupFolder) -> None:
    """Remove the unfinished line or file of a killed process."""
    for part_file in folder.files.glob("unfinished.*"):
        part_file.unlink()
    folder.journal.touch(FILE_MODE)
    with folder.journal.open("r+b") as journal:
        journal.truncate(_measure_whole_lines(journal))


def _measure_whole_lines(journal: IO[bytes]) -> int:
    """Return the length in bytes of the journal's complete lines."""
    end = journal.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - _CHUNK_SIZE)
        journal.seek(begin)
        if (last_newline := journal.read(end - begin).rfind(b"\n")) >= 0:
            return begin + last_newline + 1
        end = begin
    return 0


def _append(folder: BackupFolder, lines: list[dict[str, object]]) -> None:
    with folder.journal.open("ab") as journal:
        for line in lines:
            journal.write(json.dumps(line).encode() + b"\n")
        journal.flush()
        os.fsync(journal.fileno())
    sync_folder(folder.path)


def compute_journal_digest(folder: BackupFolder, length: int | None = None) -> tuple[int, str]:
    """Return the length and hash of the journal, or of its beginning."""
    digest, bytes_read = hashlib.sha256(), 0
    with folder.journal.open("rb") as journal:
        while (length is None or bytes_read < length) and (
            piece := journal.read(_CHUNK_SIZE if length is None else min(_CHUNK_SIZE, length - bytes_read))
        ):
            digest.update(piece)
            bytes_read += len(piece)
    return bytes_read, digest.hexdigest()


def _iterate_entries(folder: BackupFolder) -> Iterator[tuple[str, datetime, KeptFile | None]]:
    if not folder.journal.exists():
        return
    with folder.journal.open("rb") as journal:
        for line_number, line in enumerate(journal, 1):
            if not line.endswith(b"\n"):
                return
            try:
                entry = json.loads(line)
                recorded_at, path = datetime.fromisoformat(entry.pop("at")), entry.pop("path")
                if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
                    raise ValueError(f"{path} is no path of a file here")
                file = None if entry.get("gone") else KeptFile(path=path, recorded_at=recorded_at, **entry)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BackupFailed(
                    gettext("%(journal)s, line %(number)s, is damaged: %(error)s.")
                    % {"journal": folder.journal, "number": line_number, "error": error}
                ) from error
            yield path, recorded_at, file


def list_files_at(folder: BackupFolder, moment: datetime | None) -> dict[str, KeptFile]:
    """Return the files that existed at a moment (None: now), including files first recorded later.

    Files are copied a little after they are stored, so a row of the database may name a file that was recorded later.
    An extra file does no harm.
    """
    files_at_moment: dict[str, KeptFile] = {}
    later_files: dict[str, KeptFile] = {}
    for path, recorded_at, file in _iterate_entries(folder):
        if moment is not None and recorded_at > moment:
            if file is not None:
                later_files.setdefault(path, file)
        elif file is None:
            files_at_moment.pop(path, None)
        else:
            files_at_moment[path] = file
    return later_files | files_at_moment


def find_contents_since(folder: BackupFolder, moment: datetime) -> set[str]:
    """Return the hashes of all contents that existed at the moment or were added later."""
    hashes = {file.sha256 for file in list_files_at(folder, moment).values()}
    return hashes | {
        file.sha256 for _path, recorded_at, file in _iterate_entries(folder) if file and recorded_at > moment
    }


def remove_unreferenced(folder: BackupFolder, hashes: set[str]) -> None:
    """Remove contents that no remaining backup refers to."""
    for path in folder.files.glob("??/*"):
        if path.name.partition(".")[0] not in hashes:
            path.unlink()


def restore_file(folder: BackupFolder, file: KeptFile, destination: Path) -> bool:
    """Restore a file with its modification time; return False if its content is damaged."""
    destination.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with build_pool_path(folder, file.sha256).open("rb") as source, destination.open("xb") as target:
            os.fchmod(target.fileno(), FILE_MODE)
            while piece := source.read(_CHUNK_SIZE):
                digest.update(piece)
                target.write(piece)
    except FileNotFoundError:
        return False
    if digest.hexdigest() != file.sha256:
        destination.unlink()
        return False
    os.utime(destination, ns=(file.modified, file.modified))
    return True
