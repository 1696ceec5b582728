"""Run one backup, and remove old ones."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.utils.translation import gettext

from factcheck.backups import base_backups, generations, kept_files
from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.generations import UNFINISHED, Generation
from factcheck.backups.log_gaps import SEGMENT_BYTES, parse_segment_number
from factcheck.database.embedded import roles
from factcheck.database.embedded.paths import SUPERUSER, ServerPaths
from factcheck.installation.version import read_version

#: The age at which an unfinished file was left by a killed archiver and is no longer being written.
_ABANDONED_SECONDS = 3600


@dataclass(frozen=True)
class BackupResult:
    """A completed backup, the counts of its files, and the backups removed after it."""

    generation: Generation
    file_counts: kept_files.ScanCounts
    expired_names: list[str]
    #: Whether later moments can be restored too, because the server archives its log in the same folder.
    is_continuous: bool


@dataclass(frozen=True)
class RunningServer:
    """The identity of a running server."""

    system: int
    timeline: int
    version: str
    is_archiving: bool

    @classmethod
    def load(cls, server_paths: ServerPaths) -> "RunningServer":
        with roles.connect(server_paths, SUPERUSER) as connection:
            [row] = connection.execute(
                "SELECT s.system_identifier, c.timeline_id, current_setting('server_version'),"
                " current_setting('archive_mode') = 'on' FROM pg_control_system() s, pg_control_checkpoint() c"
            ).fetchall()
        return cls(*row)


def make_backup(
    server_paths: ServerPaths,
    folder: BackupFolder,
    source_folders: Mapping[str, Path],
    *,
    is_full: bool = False,
    days: int = 14,
    full_days: int = 7,
) -> BackupResult:
    """Back up the running server and files, verify the backup, and remove backups older than `days`.

    Args:
        source_folders: the folders to back up, keyed by their names in the backup.
        is_full: copy the whole database, not only the changes since the last backup.
        full_days: after this many days, make a full copy anyway.

    Raises:
        BackupFailed: no backup was made, and earlier backups are unchanged; the message says why.
    """
    folder.prepare(server_paths)
    try:
        with folder.lock_for_writing() as lock:
            generations.remove_discarded(folder)
            kept_files.remove_unfinished(folder)
            earlier_backups, server = generations.list_generations(folder), RunningServer.load(server_paths)
            if any(backup.system != server.system for backup in earlier_backups):
                raise BackupFailed(
                    gettext("The backups in %(path)s belong to another database. Choose another folder.")
                    % {"path": folder.path}
                )
            parent = None if is_full else _choose_parent(earlier_backups, server, full_days)
            generation, counts = _write_backup(server_paths, folder, source_folders, server, parent, lock)
            expired_names = _remove_superseded(folder, [*earlier_backups, generation], days)
            return BackupResult(generation, counts, expired_names, server.is_archiving)
    except OSError as error:
        raise BackupFailed(f"{error.filename or folder.path}: {error.strerror}.") from error
    except psycopg.Error as error:
        raise BackupFailed(gettext("The database does not answer: %(error)s.") % {"error": error}) from error


def copy_files(
    server_paths: ServerPaths, folder: BackupFolder, source_folders: Mapping[str, Path]
) -> kept_files.ScanCounts:
    """Copy only new files, to keep up with the database log, which is archived every minute."""
    folder.prepare(server_paths)
    try:
        with folder.lock_for_writing():
            return kept_files.copy_new_contents(folder, source_folders)
    except OSError as error:
        raise BackupFailed(f"{error.filename or folder.path}: {error.strerror}.") from error


def _choose_parent(
    earlier_backups: list[Generation], server: RunningServer, full_days: int
) -> Generation | None:
    """Return the backup that the next backup can be based on; None if a full backup is due."""
    candidates = [backup for backup in earlier_backups if backup.timeline == server.timeline]
    if not candidates:
        return None
    full = generations.build_chain(candidates[-1], earlier_backups)[0]
    return candidates[-1] if datetime.now(UTC) - full.begun_at < timedelta(days=full_days) else None


def _write_backup(
    server_paths: ServerPaths,
    folder: BackupFolder,
    source_folders: Mapping[str, Path],
    server: RunningServer,
    parent: Generation | None,
    lock: int,
) -> tuple[Generation, kept_files.ScanCounts]:
    begun_at = datetime.now(UTC)
    while (folder.generations / generations.build_name(begun_at)).exists():
        time.sleep(0.1)
        begun_at = datetime.now(UTC)
    name = generations.build_name(begun_at)
    work_folder = folder.generations / f"{name}{UNFINISHED}"
    base_folder = work_folder / "base"
    try:
        work_folder.mkdir(mode=0o700)
        if parent is not None:
            try:
                base_backups.copy_server(
                    server_paths, base_folder, base=generations.get_base_path(folder, parent.name), lock=lock
                )
            except base_backups.NoIncrement:
                shutil.rmtree(base_folder, ignore_errors=True)
                parent = None
        if parent is None:
            base_backups.copy_server(server_paths, base_folder, base=None, lock=lock)
        base_backups.verify_base(base_folder)
        # Files come last, because rows refer to files and files never refer to rows.
        counts = kept_files.copy_new_contents(folder, source_folders)
        manifest = base_backups.Manifest.load(base_folder)
        journal_bytes, journal_sha256 = kept_files.compute_journal_digest(folder)
        generation = Generation(
            name=name,
            kind="incremental" if parent else "full",
            parent=parent.name if parent else None,
            begun_at=begun_at,
            finished_at=datetime.now(UTC),
            system=manifest.system,
            timeline=manifest.timeline,
            start=manifest.start,
            stop=manifest.stop,
            postgresql=server.version,
            program=read_version(),
            manifest_sha256=generations.compute_sha256(base_folder / "backup_manifest"),
            journal_bytes=journal_bytes,
            journal_sha256=journal_sha256,
            files=counts.file_count,
        )
        generations.complete_backup(folder, work_folder, generation)
    except BaseException:
        shutil.rmtree(work_folder, ignore_errors=True)
        raise
    return generation, counts


def _remove_superseded(folder: BackupFolder, all_generations: list[Generation], days: int) -> list[str]:
    """Remove superseded backups, and the log and files that only they need. Return the removed backups' names."""
    names = generations.choose_generations_to_keep(all_generations, now=datetime.now(UTC), days=days)
    remaining = [backup for backup in all_generations if backup.name in names]
    expired_backups = [backup for backup in all_generations if backup.name not in names]
    generations.remove_generations(folder, expired_backups)
    first_segment = min(backup.start for backup in remaining) // SEGMENT_BYTES
    for path in folder.wal.iterdir():
        is_left_over = path.name.startswith(".") and time.time() - path.stat().st_mtime > _ABANDONED_SECONDS
        if is_left_over or 0 <= parse_segment_number(path.name) < first_segment:
            path.unlink()
    if expired_backups:
        kept_files.remove_unreferenced(
            folder, kept_files.find_contents_since(folder, min(backup.begun_at for backup in remaining))
        )
    return [backup.name for backup in expired_backups]
