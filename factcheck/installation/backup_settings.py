"""Whether, when and whereto backups of the embedded server are made, as the environment says."""

from pathlib import Path
from typing import NamedTuple

from croniter import croniter
from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import number, text


class BackupSettings(NamedTuple):
    """In the order in which settings.py takes them."""

    folder: Path | None
    schedule: str
    days: int
    full_days: int
    max_age_hours: int


def backup_settings(data_dir: Path, *, is_embedded: bool) -> BackupSettings:
    """Read the variables whose names begin with BACKUP."""
    named = text("BACKUP_DIR", kind="folder")
    folder = Path(named).expanduser().absolute() if named else None
    schedule = text("BACKUP_SCHEDULE", kind="schedule")
    if folder is not None and not is_embedded:
        raise ImproperlyConfigured(
            "BACKUP_DIR is for the embedded server, and DATABASE_URL names another one. Unset one of them; "
            "docs/backups.md says how a server of your own is backed up."
        )
    taken = [data_dir, *(data_dir / name for name in ("files", "reports", "postgres", "static"))]
    if folder is not None and (folder in taken or any(inner in folder.parents for inner in taken[1:])):
        raise ImproperlyConfigured(
            f"BACKUP_DIR is {folder}, which is itself backed up; name a folder elsewhere, best on another disk."
        )
    if schedule and folder is None:
        raise ImproperlyConfigured("BACKUP_SCHEDULE is set; set BACKUP_DIR too.")
    if schedule and not (croniter.is_valid(schedule) and len(schedule.split()) == 5):
        raise ImproperlyConfigured(
            f"BACKUP_SCHEDULE is {schedule!r}; write it as in a crontab, such as 17 2 * * * for 2:17 each night (UTC)."
        )
    return BackupSettings(
        folder,
        schedule,
        number("BACKUP_DAYS", 14, least=1, most=3650),
        number("BACKUP_FULL_DAYS", 7, least=1, most=365),
        number("BACKUP_MAX_AGE_HOURS", 30, least=1, most=8760),
    )
