"""Generations of backups, and the choice of which to keep.

A generation is a folder. It gets its final name only when all of it is on disk and verified. Before that, and once the
generation is discarded, the folder has a different name that marks it as incomplete.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext

from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.database.embedded.wal_archive import sync_folder

UNFINISHED, REMOVED = ".unfinished", ".removed"
_NAME_PATTERN = re.compile(r"[0-9]{8}T[0-9]{6}Z")


@dataclass(frozen=True)
class Generation:
    """A backup, as described by its backup.json."""

    name: str
    kind: Literal["full", "incremental"]
    parent: str | None
    begun_at: datetime
    finished_at: datetime
    system: int
    timeline: int
    start: int
    stop: int
    postgresql: str
    program: str
    manifest_sha256: str
    #: The length and hash of the journal, and the number of files in it.
    journal_bytes: int
    journal_sha256: str
    files: int


def build_name(moment: datetime) -> str:
    """Return the name of a backup that begins at this moment."""
    return f"{moment:%Y%m%dT%H%M%SZ}"


def get_base_path(folder: BackupFolder, name: str) -> Path:
    """Return the path of the base backup of a generation."""
    return folder.generations / name / "base"


def complete_backup(folder: BackupFolder, work_folder: Path, generation: Generation) -> None:
    """Write a backup's description and give the backup its final name, which makes the backup valid."""
    description_file = work_folder / "backup.json"
    description_file.write_text(json.dumps(asdict(generation), indent=1, default=datetime.isoformat))
    with description_file.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(work_folder)
    work_folder.rename(folder.generations / generation.name)
    sync_folder(folder.generations)


def list_generations(folder: BackupFolder) -> list[Generation]:
    """Return all generations, in the order of the database's log.

    Raises:
        BackupFailed: a generation cannot be read.
    """
    if not folder.generations.is_dir():
        return []
    paths = (path for path in folder.generations.iterdir() if _NAME_PATTERN.fullmatch(path.name))
    generations = [_read_description(path) for path in paths]
    return sorted(generations, key=lambda backup: (backup.timeline, backup.stop))


def _read_description(path: Path) -> Generation:
    try:
        description = json.loads((path / "backup.json").read_bytes())
        for name in ("begun_at", "finished_at"):
            description[name] = datetime.fromisoformat(description[name])
        return Generation(**description)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackupFailed(
            gettext(
                "The backup in %(path)s cannot be read (%(error)s). Move the folder away to continue without it."
            )
            % {"path": path, "error": error}
        ) from error


def build_chain(generation: Generation, generations: Iterable[Generation]) -> list[Generation]:
    """Return the generation and those that it is based on, starting with the full backup.

    Raises:
        BackupFailed: a generation in the chain is missing.
    """
    by_name = {backup.name: backup for backup in generations}
    links = [generation]
    while (parent := links[0].parent) is not None:
        if parent not in by_name:
            raise BackupFailed(
                gettext("The backup %(name)s is based on %(parent)s, which is missing.")
                % {"name": links[0].name, "parent": parent}
            )
        links.insert(0, by_name[parent])
    return links


def choose_generations_to_keep(generations: list[Generation], *, now: datetime, days: int) -> set[str]:
    """Return the names of the generations needed to restore any moment of the last `days`, and always the last two."""
    cutoff = now - timedelta(days=days)
    by_time = sorted(generations, key=lambda backup: backup.finished_at)
    older_backups = [backup for backup in by_time if backup.finished_at < cutoff]
    selected = by_time[len(older_backups) :] + older_backups[-1:] + by_time[-2:]
    return {link.name for backup in selected for link in build_chain(backup, generations)}


def compute_expiries(generations: list[Generation], *, now: datetime, days: int) -> dict[str, datetime]:
    """Return the time at which each generation expires, keyed by its name, if backups are made as planned.

    A generation is needed until the next one is older than `days`, and for as long as a generation based on it is
    needed.
    """
    by_time = sorted(generations, key=lambda backup: backup.finished_at)
    expiries: dict[str, datetime] = {}
    for backup, next_backup in zip(by_time, [*by_time[1:], None], strict=True):
        needed_until = (next_backup.finished_at if next_backup else now) + timedelta(days=days)
        for link in build_chain(backup, generations):
            expiries[link.name] = max(needed_until, expiries.get(link.name, needed_until))
    return expiries


def remove_generations(folder: BackupFolder, expired: Iterable[Generation]) -> None:
    """Mark generations as removed, later ones first because they build on earlier ones, then delete them all."""
    for backup in sorted(expired, key=lambda backup: (backup.timeline, backup.stop), reverse=True):
        (folder.generations / backup.name).rename(folder.generations / f"{backup.name}{REMOVED}")
    sync_folder(folder.generations)
    remove_discarded(folder)


def remove_discarded(folder: BackupFolder) -> None:
    """Remove unfinished and discarded backups."""
    for path in folder.generations.iterdir():
        if path.suffix in {UNFINISHED, REMOVED}:
            shutil.rmtree(path)


def compute_sha256(path: Path) -> str:
    """Return the hash of a file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
