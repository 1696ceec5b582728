"""The folder of backups: its layout, and its lock."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext

from factcheck.database.embedded.account import find_account
from factcheck.database.embedded.paths import ServerPaths
from factcheck.installation.backup_settings import get_note_path, read_remembered_folder, remember_folder
from factcheck.installation.private_files import FILE_MODE, FOLDER_MODE

README_TEXT = """\
Backups of Factcheck. Restore them with the program: manage.py restore_backup --help. By hand:

generations/  base backups of PostgreSQL (pg_basebackup); backup.json names the one that an incremental one is based on.
              pg_combinebackup puts a full one and those after it together.
wal/          the write-ahead log since then, compressed; restore_command = 'gunzip < .../wal/%f.gz > "%p"'
files/        files by the SHA-256 of their contents
files.journal which file was where, since when
"""


class BackupFailed(Exception):
    """No backup could be made or used; `str()` is a sentence for operators."""


class BackupRunning(BackupFailed):
    """Another process is writing to the folder."""


@dataclass(frozen=True)
class BackupFolder:
    """The folder that contains all backups, their files and the log."""

    path: Path

    @property
    def generations(self) -> Path:
        return self.path / "generations"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def journal(self) -> Path:
        return self.path / "files.journal"

    @property
    def wal(self) -> Path:
        return self.path / "wal"

    def prepare(self, server_paths: ServerPaths) -> None:
        """Create missing folders. The server's account owns `wal`, because the server writes its log there.

        Raises:
            BackupFailed: the folder cannot be created, or earlier backups are gone, for example because a disk is not
                mounted.
        """
        if not self.generations.exists() and read_remembered_folder(server_paths.data_dir) == self.path:
            raise BackupFailed(
                gettext(
                    "There were backups in %(path)s, but none are there now. Is the disk mounted? To start "
                    "over, remove %(begun)s."
                )
                % {"path": self.path, "begun": get_note_path(server_paths.data_dir)}
            )
        try:
            for folder in (self.path, self.generations, self.files, self.wal):
                folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            account = find_account(server_paths)
            if account is not None:
                os.chown(self.wal, account.pw_uid, account.pw_gid)
            (self.path / "README.txt").write_text(README_TEXT)
            remember_folder(server_paths.data_dir, self.path)
        except OSError as error:
            raise BackupFailed(
                gettext("The folder %(path)s cannot be used: %(strerror)s.")
                % {"path": self.path, "strerror": error.strerror}
            ) from error

    @contextlib.contextmanager
    def lock_for_reading(self) -> Iterator[None]:
        """Keep others from writing to the folder while it is read. The folder may be a read-only copy.

        Raises:
            BackupRunning: another process is writing to the folder.
        """
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(FileNotFoundError):
                lock = os.open(self.path / "lock", os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, lock)
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise BackupRunning(
                        gettext("A backup is being written to %(path)s. Wait until it ends.")
                        % {"path": self.path}
                    ) from None
            yield

    @contextlib.contextmanager
    def lock_for_writing(self) -> Iterator[int]:
        """Lock the folder for writing, and yield the lock's descriptor. The lock ends when all copies of it are closed.

        Raises:
            BackupRunning: another process holds the lock.
        """
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock
        except BlockingIOError:
            raise BackupRunning(
                gettext("Another backup is being written to %(path)s.") % {"path": self.path}
            ) from None
        finally:
            os.close(lock)
