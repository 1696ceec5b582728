"""Timelines: a restored database continues with its own history, separate from the original's.

PostgreSQL numbers timelines. The archive has a history file for each timeline, which states the timelines it branched
from and the log position of each branch.
"""

import gzip
from datetime import datetime

from django.utils.translation import gettext

from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.base_backups import parse_position
from factcheck.backups.generations import Generation, list_generations


def find_newest_timeline(folder: BackupFolder) -> int:
    """Return the database's current timeline, which is the newest."""
    timelines = [int(path.name[:8], 16) for path in folder.wal.glob("*.history.gz")]
    return max([1, *timelines, *(backup.timeline for backup in list_generations(folder))])


def load_ancestry(folder: BackupFolder, timeline: int) -> dict[int, int]:
    """Return the ancestors of a timeline, each with the log position at which its successor branched off."""
    if timeline == 1:
        return {}
    history = folder.wal / f"{timeline:08X}.history.gz"
    try:
        lines = gzip.decompress(history.read_bytes()).decode().splitlines()
        fields = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        return {int(number): parse_position(position) for number, position, *_reason in fields}
    except FileNotFoundError:
        return {}  # it began before archiving started, so no ancestors are known
    except (OSError, EOFError, ValueError) as error:
        raise BackupFailed(
            gettext("%(history)s is damaged: %(error)s.") % {"history": history, "error": error}
        ) from error


def find_base(folder: BackupFolder, timeline: int, moment: datetime | None) -> Generation:
    """Return the newest backup from which a timeline can be replayed up to a moment.

    Raises:
        BackupFailed: there is no such backup.
    """
    branch_positions = load_ancestry(folder, timeline)
    fitting_backups = [
        backup
        for backup in list_generations(folder)
        if (backup.timeline == timeline or backup.stop <= branch_positions.get(backup.timeline, -1))
        and (moment is None or backup.finished_at <= moment)
    ]
    if fitting_backups:
        return max(fitting_backups, key=lambda backup: backup.stop)
    if moment is None:
        raise BackupFailed(
            gettext("There is no backup in %(path)s from which timeline %(timeline)s could be restored.")
            % {"path": folder.path, "timeline": timeline}
        )
    oldest = min((backup.finished_at for backup in list_generations(folder)), default=None)
    if oldest is None:
        raise BackupFailed(gettext("There is no backup yet."))
    raise BackupFailed(
        gettext("There is no backup from %(moment)s UTC or earlier; the oldest is from %(oldest)s UTC.")
        % {"moment": f"{moment:%Y-%m-%d %H:%M:%S}", "oldest": f"{oldest:%Y-%m-%d %H:%M:%S}"}
    )
