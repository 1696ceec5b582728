"""Restore an installation from a backup, as of a given moment.

The installation is built in a separate folder, started and queried before it is moved into place. What was there before
is moved aside, never removed.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.utils.translation import gettext

from factcheck.backups import base_backups, generations, kept_files, timelines
from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.generations import Generation
from factcheck.backups.log_gaps import build_segment_name, find_gaps
from factcheck.database.embedded import roles, run_server_at, wal_archive
from factcheck.database.embedded.account import find_account
from factcheck.database.embedded.paths import SUPERUSER, PostgresUnavailable, ServerPaths
from factcheck.installation.private_files import FILE_MODE, FOLDER_MODE

#: The messages of the program that fetches segments in the server's log.
_FETCH_ERROR = re.compile(r"^([0-9A-F]{24}): (.+)$", re.MULTILINE)
#: The folders in DATA_DIR that a restore creates, after moving existing ones aside.
PARTS = ("files", "reports", "postgres")


@dataclass(frozen=True)
class RestorePoint:
    """The target of a restore: the latest state, a moment, or exactly one backup."""

    moment: datetime | None = None
    backup: str | None = None
    timeline: int | None = None


@dataclass(frozen=True)
class Restoration:
    """The backup that was restored, its last change, and the folder to which an earlier installation was moved."""

    generation: Generation
    #: When the last included transaction was committed; None if there was none after the backup.
    last_change: datetime | None
    file_count: int
    damaged_paths: list[str]
    old_folder: Path | None


def restore(
    folder: BackupFolder,
    destination: Path,
    restore_point: RestorePoint,
    *,
    put_aside: bool = False,
    report: Callable[[str], None] = lambda message: None,
) -> Restoration:
    """Restore an installation into the folder `destination`, which becomes DATA_DIR.

    Args:
        put_aside: move an existing installation to a folder next to the new one.
        report: called with progress messages.

    Raises:
        BackupFailed: nothing was restored, and `destination` is unchanged; the message says why.
    """
    with folder.lock_for_reading():
        return _restore(folder, destination.resolve(), restore_point, put_aside=put_aside, report=report)


def _restore(
    folder: BackupFolder,
    destination: Path,
    restore_point: RestorePoint,
    *,
    put_aside: bool,
    report: Callable[[str], None],
) -> Restoration:
    generation, timeline = _choose_generation(folder, restore_point)
    files = kept_files.list_files_at(
        folder, generation.finished_at if restore_point.backup else restore_point.moment
    )
    try:
        destination.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        occupied = [name for name in PARTS if _is_occupied(destination / name)]
        if occupied and not put_aside:
            raise BackupFailed(
                gettext(
                    "There is already an installation in %(to)s (%(there)s). Choose another folder, or use "
                    "--put-aside to move it into a folder beside the restored one."
                )
                % {"to": destination, "there": ", ".join(occupied)}
            )
        server_paths = ServerPaths(destination)
        with _require_unused(destination), _make_work_folder(server_paths.restore_folder) as work_folder:
            report(gettext("Checking and combining the copies of the database"))
            _assemble_files(folder, generation, work_folder, server_paths)
            report(gettext("Replaying the log"))
            last_change = _recover_server(folder, generation, timeline, restore_point, work_folder)
            report(gettext("Copying files"))
            damaged_paths = _copy_files(folder, files.values(), work_folder, destination)
            old_folder = _move_into_place(work_folder, destination)
    except OSError as error:
        raise BackupFailed(f"{error.filename or destination}: {error.strerror}.") from error
    return Restoration(generation, last_change, len(files) - len(damaged_paths), damaged_paths, old_folder)


def _choose_generation(folder: BackupFolder, target: RestorePoint) -> tuple[Generation, int]:
    if target.backup is not None:
        by_name = {backup.name: backup for backup in generations.list_generations(folder)}
        if target.backup not in by_name:
            raise BackupFailed(
                gettext("There is no backup %(backup)s in %(path)s. `backup --list` lists them.")
                % {"backup": target.backup, "path": folder.path}
            )
        return by_name[target.backup], by_name[target.backup].timeline
    timeline = target.timeline or timelines.find_newest_timeline(folder)
    base = timelines.find_base(folder, timeline, target.moment)
    # A backup includes the first part of this segment, which PostgreSQL would mistake for the end of the log.
    segment = build_segment_name(base.timeline, base.stop)
    if any(gap.first_missing <= segment < gap.next_archived for gap in find_gaps(folder, [base])):
        problem = gettext("%(segment)s is missing") % {"segment": segment}
        raise BackupFailed(_describe_alternative(problem, f"--backup {base.name}"))
    return base, timeline


def _is_occupied(path: Path) -> bool:
    return path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir())))


@contextlib.contextmanager
def _require_unused(destination: Path) -> Iterator[None]:
    """Ensure that the server of this folder is not in use during the restore."""
    with contextlib.ExitStack() as stack:
        for name in ("postgres.lock", "postgres.users"):
            lock = os.open(destination / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
            stack.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupFailed(
                    gettext("The installation in %(to)s is in use. Stop the processes that use it first.")
                    % {"to": destination}
                ) from None
        yield


@contextlib.contextmanager
def _make_work_folder(work_folder: Path) -> Iterator[Path]:
    """Yield an empty work folder. Remains of an earlier, killed or failed restore are removed first."""
    shutil.rmtree(work_folder, ignore_errors=True)
    work_folder.mkdir(mode=FOLDER_MODE)
    try:
        yield work_folder
    finally:
        shutil.rmtree(work_folder, ignore_errors=True)


def _assemble_files(
    folder: BackupFolder, generation: Generation, work_folder: Path, server_paths: ServerPaths
) -> None:
    links = generations.build_chain(generation, generations.list_generations(folder))
    bases = [generations.get_base_path(folder, link.name) for link in links]
    for link, base in zip(links, bases, strict=True):
        if generations.compute_sha256(base / "backup_manifest") != link.manifest_sha256:
            raise BackupFailed(gettext("%(base)s is damaged.") % {"base": base / "backup_manifest"})
        base_backups.verify_base(base)
    cluster = work_folder / "postgres"
    base_backups.combine_bases(bases, cluster)
    base_backups.verify_base(cluster)
    (cluster / "recovery.signal").touch(FILE_MODE)
    account = find_account(server_paths)
    if account is not None:
        _change_owner(cluster, account.pw_uid, account.pw_gid)


def _change_owner(top: Path, user: int, group: int) -> None:
    for folder_path, folders, files in os.walk(top):
        for name in (*folders, *files):
            os.chown(Path(folder_path, name), user, group, follow_symlinks=False)
    os.chown(top, user, group)


def _recover_server(
    folder: BackupFolder,
    generation: Generation,
    timeline: int,
    restore_point: RestorePoint,
    work_folder: Path,
) -> datetime | None:
    """Start the server on the restored files and let it recover to the target. Return the time of the last
    transaction that it replayed; None if there was none.
    """
    settings = wal_archive.build_fetching_settings(folder.wal.resolve()) | {
        "recovery_target_timeline": str(timeline),
        "recovery_target_action": "promote",
    }
    if restore_point.backup is not None:
        settings["recovery_target"] = "immediate"
    elif restore_point.moment is not None:
        settings["recovery_target_time"] = restore_point.moment.astimezone(UTC).isoformat()
        settings["recovery_prefetch"] = "off"  # prefetching would fail at a gap in the log after the moment
    paths = ServerPaths(work_folder, folder.wal.resolve(), settings)
    try:
        with run_server_at(paths), roles.connect(paths, SUPERUSER) as connection:
            [(replayed_at,)] = connection.execute("SELECT pg_last_xact_replay_timestamp()").fetchall()
    except (PostgresUnavailable, psycopg.Error) as error:
        raise BackupFailed(_explain_failure(folder, generation, paths, restore_point, str(error))) from error
    finally:
        shutil.rmtree(paths.socket_folder, ignore_errors=True)
    _archive_history(paths.cluster / "pg_wal")
    return replayed_at if isinstance(replayed_at, datetime) else None


def _archive_history(log: Path) -> None:
    """Archive the timeline's history file, which the restored server's log depends on.

    The server began the timeline while archiving was off, so it would never archive the history itself.
    """
    for history in log.glob("*.history"):
        ready_file = log / "archive_status" / f"{history.name}.ready"
        ready_file.touch(FILE_MODE)
        os.chown(ready_file, history.stat().st_uid, history.stat().st_gid)


def _explain_failure(
    folder: BackupFolder,
    generation: Generation,
    server_paths: ServerPaths,
    restore_point: RestorePoint,
    error: str,
) -> str:
    log_text = server_paths.log.read_text(errors="replace") if server_paths.log.exists() else ""
    if "recovery ended before configured recovery target was reached" in log_text and restore_point.moment:
        last_time = log_text.rpartition("last completed transaction was at log time ")[2].partition("\n")[0]
        return (
            f"What is archived ends before {restore_point.moment:%Y-%m-%d %H:%M:%S} UTC"
            + (f" (the last change in it is of {last_time})" if last_time else "")
            + ". Without --moment all of it is restored."
        )
    if fetch_failure := _FETCH_ERROR.search(log_text):
        moment = _find_last_moment_before(fetch_failure[1], folder, generation)
        option = f"--moment {moment:%Y-%m-%dT%H:%M:%S.%f}" if moment else f"--backup {generation.name}"
        return _describe_alternative(fetch_failure[2].rstrip("."), option)
    return f"The restored database could not be started. {error}"


def _describe_alternative(problem: str, option: str) -> str:
    return gettext("The log cannot be replayed any further: %(problem)s. Still possible: %(option)s") % {
        "problem": problem,
        "option": option,
    }


def _find_last_moment_before(
    missing_segment: str, folder: BackupFolder, generation: Generation
) -> datetime | None:
    """Return the latest moment to which the database can be restored without this segment, or None if there is none.

    PostgreSQL stops only at a change after that moment, so one such change must be archived.
    """
    first_segment = build_segment_name(int(missing_segment[:8], 16), generation.stop)
    for name in reversed(wal_archive.list_segments(folder.wal)):
        if not first_segment <= name < missing_segment:
            continue
        with tempfile.TemporaryDirectory() as unpacked:
            segment = Path(unpacked, name)
            segment.write_bytes(wal_archive.read_contents(folder.wal / f"{name}.gz"))
            change = base_backups.find_last_change(segment)
        if change is not None:
            lsn, moment = change
            moment -= timedelta(microseconds=1)
            return moment if lsn > generation.stop and moment >= generation.finished_at else None
    return None


def _copy_files(
    folder: BackupFolder, files: Iterable[kept_files.KeptFile], work_folder: Path, destination: Path
) -> list[str]:
    """Write all files, and return the paths of damaged ones."""
    damaged_paths = [
        file.path for file in files if not kept_files.restore_file(folder, file, work_folder / file.path)
    ]
    owner = destination.stat()
    for name in ("files", "reports"):
        (work_folder / name).mkdir(mode=FOLDER_MODE, exist_ok=True)
        if os.geteuid() == 0:
            _change_owner(work_folder / name, owner.st_uid, owner.st_gid)
    return damaged_paths


def _move_into_place(work_folder: Path, destination: Path) -> Path | None:
    """Move the restored parts into place, and return the folder with the previous ones, or None if there were none.

    The database is moved last, because nothing starts without it.
    """
    for name in PARTS:
        _flush_to_disk(work_folder / name)
    old_folder = destination / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    for name in PARTS:
        if (destination / name).exists() or (destination / name).is_symlink():
            old_folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            (destination / name).rename(old_folder / name)
        (work_folder / name).rename(destination / name)
    wal_archive.sync_folder(destination)
    return old_folder if old_folder.exists() else None


def _flush_to_disk(top: Path) -> None:
    for folder_path, _folders, files in os.walk(top):
        for name in files:
            with Path(folder_path, name).open("rb") as file:
                os.fsync(file.fileno())
        wal_archive.sync_folder(Path(folder_path))
