"""Which backup a restore begins with, where the database has more than one history."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from factcheck.backups import generations, timelines
from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.generations import Generation
from tests.factcheck.backups.test_generations import generation


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BackupFolder:
    """Backups 1, 2 and 3 on the first timeline, which was left after the second for another; none on that one."""
    listed: list[Generation] = [generation(number, 4 - number) for number in (1, 2, 3)]
    monkeypatch.setattr(generations, "list_generations", lambda _: listed)
    monkeypatch.setattr(timelines, "list_generations", lambda _: listed)
    made = BackupFolder(tmp_path)
    made.wal.mkdir()
    history = f"1\t0/{2600:X}\tbefore 2026-11-24\n"
    (made.wal / "00000002.history.gz").write_bytes(gzip.compress(history.encode()))
    return made


def test_newest_history_begins_with_a_backup_from_before_it_left_the_other(folder: BackupFolder) -> None:
    assert timelines.find_newest_timeline(folder) == 2
    assert timelines.load_ancestry(folder, 2) == {1: 2600}
    assert timelines.find_base(folder, 2, None) == generation(2, 2)
    assert timelines.find_base(folder, 1, None) == generation(3, 1)
    assert timelines.find_base(folder, 1, datetime(2026, 11, 23, 13, tzinfo=UTC)) == generation(1, 3)


def test_history_that_is_damaged_is_not_guessed(folder: BackupFolder) -> None:
    (folder.wal / "00000002.history.gz").write_bytes(b"garbage")
    with pytest.raises(BackupFailed, match="history.gz is damaged"):
        timelines.find_base(folder, 2, None)
