"""Background jobs of backups, if backups are configured."""

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from factcheck.backups.backup_folder import BackupRunning
from factcheck.backups.backup_run import copy_files, make_backup
from factcheck.backups.freshness import describe_log_problem, load_open_gaps
from factcheck.backups.subject import get_backup_folder, get_server_paths, list_source_folders

log = logging.getLogger(__name__)


@app.task(queueing_lock="back_up", lock="back_up")
def run_scheduled_backup(timestamp: int) -> None:
    """Make a backup. A failure shows as a failed job, in the log, and in the age of the newest backup."""
    _run_backup()


def _run_backup() -> None:
    result = make_backup(
        get_server_paths(),
        get_backup_folder(),
        list_source_folders(),
        days=settings.BACKUP_DAYS,
        full_days=settings.BACKUP_FULL_DAYS,
    )
    log.info(
        "Backup %s (%s) with %d files.",
        result.generation.name,
        result.generation.kind,
        result.file_counts.file_count,
    )


@app.task(queueing_lock="copy_new_files", lock="back_up")
def copy_new_files(timestamp: int) -> None:
    """Copy new files, so that a restore to any moment has the files that its database refers to.

    After a gap in the log, later changes cannot be restored until the next backup, so a backup is made immediately,
    unless the folder cannot be written to, because a backup would then fail every five minutes.
    """
    try:
        if (gaps := load_open_gaps()) and not describe_log_problem():
            log.warning("The log of the database has a gap (%s); making a backup.", gaps[0].first_missing)
            _run_backup()
        else:
            copy_files(get_server_paths(), get_backup_folder(), list_source_folders())
    except BackupRunning:
        log.debug("Files are copied by the backup that is being made.")


if settings.BACKUP_SCHEDULE:
    app.periodic(cron=settings.BACKUP_SCHEDULE)(run_scheduled_backup)
if settings.BACKUP_DIR is not None:
    app.periodic(cron="*/5 * * * *")(copy_new_files)
