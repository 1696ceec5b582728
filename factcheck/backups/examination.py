"""Verify that every file in the backup folder is unchanged."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from factcheck.backups import base_backups, generations, kept_files
from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.log_gaps import find_gaps
from factcheck.database.embedded.wal_archive import list_segments, read_contents


def find_faults(folder: BackupFolder) -> Iterator[str]:
    """Verify everything, and yield a sentence for each damaged or missing file.

    Damaged contents are moved away, so that the next backup copies the files again.
    """
    all_generations = generations.list_generations(folder)
    for backup in all_generations:
        base = generations.get_base_path(folder, backup.name)
        try:
            generations.build_chain(backup, all_generations)
            if generations.compute_sha256(base / "backup_manifest") != backup.manifest_sha256:
                yield f"{base / 'backup_manifest'} is not what it was."
            base_backups.verify_base(base)
            if kept_files.compute_journal_digest(folder, backup.journal_bytes) != (
                backup.journal_bytes,
                backup.journal_sha256,
            ):
                yield f"{folder.journal} is not what it was at the time of the backup {backup.name}."
        except BackupFailed as fault:
            yield str(fault)
        except OSError as error:
            yield f"{error.filename}: {error.strerror}."
    if all_generations:
        yield from _find_file_faults(folder, min(all_generations, key=lambda backup: backup.begun_at))
    yield from _find_log_faults(folder, all_generations)


def _find_file_faults(folder: BackupFolder, oldest: generations.Generation) -> Iterator[str]:
    for sha256 in sorted(kept_files.find_contents_since(folder, oldest.begun_at)):
        path = kept_files.build_pool_path(folder, sha256)
        if not path.exists():
            yield f"{path} is missing."
        elif generations.compute_sha256(path) != sha256:
            path.rename(path.with_name(f"{path.name}.damaged"))
            yield f"{path} was damaged; the next backup copies it again if the file is still there."


def _find_log_faults(folder: BackupFolder, all_generations: list[generations.Generation]) -> Iterator[str]:
    for name in list_segments(folder.wal):
        path = folder.wal / f"{name}.gz"
        if not _is_whole(path):
            yield f"{path} is damaged."
    for gap in find_gaps(folder, all_generations):
        yield f"Of the log, {gap.first_missing} is missing, before {gap.next_archived}: no moment between can be had."


def _is_whole(path: Path) -> bool:
    try:
        read_contents(path)
    except (OSError, EOFError, zlib.error):
        return False
    return True
