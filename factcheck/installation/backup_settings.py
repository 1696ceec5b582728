"""Settings of backups of the embedded server, from the environment."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import is_schedule, read_text
from factcheck.installation.private_files import FILE_MODE


def get_note_path(data_dir: Path) -> Path:
    """Return the path of the file that records where this installation's backups are."""
    return data_dir / "backups-begun"


def read_remembered_folder(data_dir: Path) -> Path | None:
    """Return the backup folder that `remember_folder` stored for this installation, or None.

    If a command runs without BACKUP_DIR, the server must still start with the archive it used before. The file also
    records its DATA_DIR, because a copy of DATA_DIR must not write to the original's archive.
    """
    try:
        folder, *owner = get_note_path(data_dir).read_text().splitlines()
    except (OSError, ValueError):
        return None
    return Path(folder) if owner in ([], [str(data_dir.resolve())]) else None


def remember_folder(data_dir: Path, folder: Path) -> None:
    """Store the folder's path for commands that run without BACKUP_DIR."""
    get_note_path(data_dir).touch(FILE_MODE)
    get_note_path(data_dir).write_text(f"{folder}\n{data_dir.resolve()}\n")


def read_backup_settings(data_dir: Path, *, is_embedded: bool) -> tuple[Path | None, str]:
    """Read `BACKUP_DIR` (None if there are no backups) and `BACKUP_SCHEDULE`."""
    setting = read_text("BACKUP_DIR", kind="folder")
    folder = Path(setting).expanduser().absolute() if setting else None
    if folder is None and is_embedded:
        folder = read_remembered_folder(data_dir)
    schedule = read_text("BACKUP_SCHEDULE", kind="schedule")
    if folder is not None and not is_embedded:
        raise ImproperlyConfigured(
            "BACKUP_DIR is for the embedded server, but DATABASE_URL names another one. Unset one of them; "
            "docs/backups.md explains how to back up your own server."
        )
    paths = [data_dir, *(data_dir / name for name in ("files", "reports", "postgres", "static"))]
    if folder is not None and (folder in paths or any(inner in folder.parents for inner in paths[1:])):
        raise ImproperlyConfigured(
            f"BACKUP_DIR is {folder}, which is itself backed up. Choose a folder elsewhere, preferably on another disk."
        )
    if schedule and folder is None:
        raise ImproperlyConfigured("BACKUP_SCHEDULE is set; set BACKUP_DIR too.")
    if schedule and not is_schedule(schedule):
        raise ImproperlyConfigured(
            f"BACKUP_SCHEDULE is {schedule!r}; write it as in a crontab, such as 17 2 * * * for 2:17 each night (UTC)."
        )
    return folder, schedule
