"""Gaps in the archived log. Changes in or after a gap cannot be restored until the next backup.

A gap arises when the server ran without the archive, or discarded segments that could not be archived.
"""

from dataclasses import dataclass
from itertools import groupby, pairwise

from factcheck.backups.backup_folder import BackupFolder
from factcheck.backups.generations import Generation
from factcheck.database.embedded.wal_archive import NAME_PATTERN, list_segments

SEGMENT_BYTES = 16 * 2**20
#: The number of segments in 4 GB of log. The first half of a segment's number counts these 4 GB.
_SEGMENTS_PER_FILE = 2**32 // SEGMENT_BYTES


@dataclass(frozen=True)
class LogGap:
    """A gap in the log: the first missing segment, and the next archived one."""

    first_missing: str
    next_archived: str


def parse_segment_number(name: str) -> int:
    """Return a segment's number in the log, or -1 for other files, such as timeline histories."""
    match = NAME_PATTERN.fullmatch(name.removesuffix(".gz"))
    if match is None or match[1] is None:
        return -1
    return int(match[1][8:16], 16) * _SEGMENTS_PER_FILE + int(match[1][16:], 16)


def build_segment_name(timeline: int, position: int) -> str:
    """Return the name of the segment that holds a position of the log."""
    high, low = divmod(position // SEGMENT_BYTES, _SEGMENTS_PER_FILE)
    return f"{timeline:08X}{high:08X}{low:08X}"


def find_gaps(folder: BackupFolder, backups: list[Generation]) -> list[LogGap]:
    """Return all gaps in the archive. On each timeline, the log is needed from the oldest backup on."""
    gaps = []
    for prefix, names in groupby(list_segments(folder.wal), lambda name: name[:8]):
        timeline = int(prefix, 16)
        archived_numbers = [parse_segment_number(name) for name in names]
        needed_segments = [backup.stop // SEGMENT_BYTES for backup in backups if backup.timeline == timeline]
        start = min([*needed_segments, archived_numbers[0]])
        gaps += [
            LogGap(
                build_segment_name(timeline, (before + 1) * SEGMENT_BYTES),
                build_segment_name(timeline, after * SEGMENT_BYTES),
            )
            for before, after in pairwise([start - 1, *archived_numbers])
            if after - before > 1
        ]
    return gaps


def find_open_gaps(folder: BackupFolder, backups: list[Generation]) -> list[LogGap]:
    """Return the gaps that no backup has closed yet. Moments after such a gap cannot be restored."""
    if not backups:
        return []
    newest = build_segment_name(backups[-1].timeline, backups[-1].stop)
    return [gap for gap in find_gaps(folder, backups) if gap.next_archived > newest]
