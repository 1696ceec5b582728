"""The embedded server and the folders to back up, and the folder that holds the backups."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.translation import gettext

from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.database.embedded.paths import ServerPaths


def get_server_paths() -> ServerPaths:
    """Return the paths of the embedded server.

    Raises:
        BackupFailed: another server is used.
    """
    if not settings.EMBEDDED_DATABASE:
        raise BackupFailed(
            gettext(
                "DATABASE_URL refers to a server of your own, which this command does not back up. See docs/backups.md."
            )
        )
    return ServerPaths(settings.DATA_DIR.resolve())


def get_backup_folder() -> BackupFolder:
    """Return the folder of backups.

    Raises:
        BackupFailed: no folder is configured.
    """
    if settings.BACKUP_DIR is None:
        raise BackupFailed(gettext("BACKUP_DIR is not set. Set it to a folder, preferably on another disk."))
    return BackupFolder(settings.BACKUP_DIR)


def list_source_folders() -> dict[str, Path]:
    """Return the folders to back up, keyed by their names in the backup. Files in an object store are not included."""
    folders = {"reports": settings.DATA_DIR / "reports"}
    if isinstance(default_storage, FileSystemStorage):
        folders["files"] = Path(default_storage.location)
    return {name: folder for name, folder in folders.items() if folder.is_dir()}
