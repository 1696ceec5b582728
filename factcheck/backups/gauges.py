"""Metrics of backups: age, failures, and gaps in the log."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from factcheck.backups.backup_folder import BackupFailed
from factcheck.backups.freshness import describe_log_problem, get_newest_time, load_open_gaps
from factcheck.telemetry.query_spans import GaugeKind, MetricQuery, Reading

#: A backup that cannot be read is as good as none.
_EPOCH = datetime.fromtimestamp(0, UTC)


def _read_backups(cursor: CursorWrapper) -> Iterator[Reading]:
    if settings.BACKUP_DIR is None:
        return
    try:
        newest, gaps = get_newest_time() or _EPOCH, len(load_open_gaps())
    except BackupFailed:
        newest, gaps = _EPOCH, 0
    yield "factcheck_backup_newest_timestamp_seconds", (), newest.timestamp()
    yield "factcheck_backup_log_gaps", (), gaps
    yield "factcheck_backup_log_failing", (), bool(describe_log_problem())
    cursor.execute(
        """
        SELECT count(DISTINCT job.id)
        FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
        WHERE job.task_name LIKE 'factcheck.backups.tasks.%%' AND job.status = 'failed'
          AND event.type = 'failed' AND event.at > %s
        """,
        [newest],
    )
    yield "factcheck_backup_failures", (), cursor.fetchone()[0]


METRIC_QUERIES = [
    MetricQuery(
        "backups",
        {
            "factcheck_backup_newest_timestamp_seconds": GaugeKind(
                "Time when the newest backup was finished."
            ),
            "factcheck_backup_failures": GaugeKind("Backup attempts that failed since the newest backup."),
            "factcheck_backup_log_failing": GaugeKind("1 if the database log is not archived, otherwise 0."),
            "factcheck_backup_log_gaps": GaugeKind("Gaps in the archived log since the newest backup."),
        },
        _read_backups,
    ),
]
