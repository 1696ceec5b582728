"""An embedded server with a log archive, files and backups, for tests of backups: each a real one, made once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from factcheck.backups.backup_folder import BackupFolder
from factcheck.backups.backup_run import BackupResult, make_backup
from factcheck.database.embedded import SUPERUSER, ServerPaths, roles, run_server_at, wal_archive


@dataclass
class BackedUpServer:
    """Its place, and the changes made to it with their times."""

    top: Path
    moments: dict[str, datetime] = field(default_factory=dict)
    backups: dict[str, BackupResult] = field(default_factory=dict)

    @property
    def folder(self) -> BackupFolder:
        return BackupFolder(self.top / "kept")

    @property
    def place(self) -> ServerPaths:
        archive = self.folder.wal
        return ServerPaths(self.top / "data", archive, wal_archive.build_archiving_settings(archive))

    @property
    def kept(self) -> dict[str, Path]:
        return {"files": self.top / "data" / "files"}

    @contextmanager
    def running(self) -> Iterator[None]:
        with run_server_at(self.place):
            yield

    def ask(self, query: str, place: ServerPaths | None = None) -> list[tuple[Any, ...]]:
        return ask(place or self.place, query)

    def note(self, name: str) -> None:
        """Remember the moment."""
        [(self.moments[name],)] = self.ask("SELECT clock_timestamp()")

    def back_up(self, name: str, **options: Any) -> BackupResult:
        self.backups[name] = make_backup(self.place, self.folder, self.kept, **options)
        return self.backups[name]

    def write(self, name: str, content: str) -> None:
        path = self.kept["files"] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def ask(place: ServerPaths, query: str) -> list[tuple[Any, ...]]:
    """What the server of this place answers."""
    with roles.connect(place, SUPERUSER) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []
