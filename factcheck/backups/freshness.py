"""Check the age of the newest backup and the stored log, for system checks and the desk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Advice
from django.db import Error, connections
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from factcheck.backups import generations
from factcheck.backups.backup_folder import BackupFailed
from factcheck.backups.log_gaps import LogGap, find_open_gaps
from factcheck.backups.subject import get_backup_folder


def get_newest_time() -> datetime | None:
    """Return the time at which the newest backup finished, ignoring times in the future; None if there is none.

    Raises:
        BackupFailed: the backups cannot be read.
    """
    now = datetime.now(UTC)
    with _convert_errors():
        times = [generation.finished_at for generation in generations.list_generations(get_backup_folder())]
    return max((moment for moment in times if moment <= now), default=None)


@contextmanager
def _convert_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupFailed(f"{error.filename}: {error.strerror}.") from error


def describe_overdue() -> str:
    """Return a warning about the age of the newest backup; "" if all is well or backups are not configured."""
    if settings.BACKUP_DIR is None:
        return ""
    try:
        newest_time = get_newest_time()
    except BackupFailed as problem:
        return _describe_unreadable_backup(problem)
    if newest_time is None:
        return _("There is no backup yet.")
    if datetime.now(UTC) - newest_time > timedelta(hours=settings.BACKUP_MAX_AGE_HOURS):
        moment = date_format(localtime(newest_time), "DATETIME_FORMAT")
        return _("The latest backup is from %(moment)s.") % {"moment": moment}
    return ""


def load_open_gaps() -> list[LogGap]:
    """Return the gaps in the log that no backup has closed yet.

    Raises:
        BackupFailed: the backups cannot be read.
    """
    folder = get_backup_folder()
    with _convert_errors():
        return find_open_gaps(folder, generations.list_generations(folder))


def describe_gap() -> str:
    """Return a sentence about a gap in the log after the newest backup, or ""."""
    if settings.BACKUP_DIR is None:
        return ""
    try:
        gap = load_open_gaps()
    except BackupFailed as problem:
        return _describe_unreadable_backup(problem)
    if not gap:
        return ""
    return _(
        "The log since the latest backup has a gap (%(first)s): later moments cannot be restored. The next "
        "backup closes it."
    ) % {"first": gap[0].first_missing}


def _describe_unreadable_backup(problem: BackupFailed) -> str:
    return _("The backups cannot be read: %(problem)s") % {"problem": problem}


def list_concerns() -> list[str]:
    """Return the warnings about backups that the desk shows to administrators."""
    if settings.BACKUP_DIR is None:
        return []
    return [*_list_problems(), *filter(None, [describe_log_problem()])]


def _list_problems() -> list[str]:
    """Return the distinct problems with the backups."""
    return [*dict.fromkeys(filter(None, [describe_overdue(), describe_gap()]))]


@register()
def check_backups(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Check that the newest backup is recent enough and that all later changes can be restored."""
    hint = _(
        "Run `manage.py backup` to see the error. If BACKUP_SCHEDULE is set, the worker runs the backups."
    )
    return [Advice(problem, hint=hint, id="factcheck.W007") for problem in _list_problems()]


@register(Tags.database)
def check_log(app_configs: Any, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Check that the running server archives its log with the backups, so that any moment can be restored."""
    if settings.BACKUP_DIR is None or "default" not in (databases or ()):
        return []
    problem = describe_log_problem()
    return [Advice(problem, hint=_("See DATA_DIR/postgres.log."), id="factcheck.W008")] if problem else []


def describe_log_problem() -> str:
    """Return a warning about the log archived with the backups; "" if all is well."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('archive_mode') = 'on',"
                " last_failed_time > coalesce(last_archived_time, '-infinity') FROM pg_stat_archiver"
            )
            archives, fails = cursor.fetchone()
    except Error:
        return ""  # database outages are reported elsewhere
    if not archives:
        return _("The database was started without BACKUP_DIR: changes between backups are not saved.")
    if fails:
        return _("The database log between backups cannot be stored in BACKUP_DIR.")
    return ""


@register(Tags.security, deploy=True)
def check_backups_configured(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Warn if the embedded server of this installation is not backed up."""
    if settings.BACKUP_DIR is not None or not settings.EMBEDDED_DATABASE:
        return []
    hint = _("Set BACKUP_DIR and BACKUP_SCHEDULE (docs/backups.md).")
    return [Advice("The embedded database is not backed up.", hint=hint, id="factcheck.W009")]
