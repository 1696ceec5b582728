"""Findings about changed backups."""

import subprocess
from pathlib import Path

import pytest

from factcheck.backups import kept_files
from factcheck.backups.backup_folder import BackupFolder
from factcheck.backups.examination import find_faults
from tests.factcheck.backups.test_restoration import change_a_byte, last_segment
from tests.helpers.backed_up_server import BackedUpServer

pytestmark = pytest.mark.slow


def test_whole_backups_have_no_faults(backed_up: BackedUpServer) -> None:
    assert list(find_faults(backed_up.folder)) == []


def test_each_fault_is_found(backed_up: BackedUpServer, tmp_path: Path) -> None:
    subprocess.run(["cp", "-a", str(backed_up.folder.path), str(tmp_path / "copy")], check=True)
    folder = BackupFolder(tmp_path / "copy")
    full, incremental = (backed_up.backups[name].generation.name for name in ("full", "incremental"))
    change_a_byte(folder.generations / full / "base" / "global" / "pg_control")
    change_a_byte(folder.generations / incremental / "base" / "backup_manifest")
    first, second = sorted(folder.files.glob("??/*"), key=lambda path: path.read_text())
    first.unlink()
    second.write_text("other")
    last = last_segment(folder)
    last.unlink()
    oldest = min(path for path in folder.wal.iterdir() if len(path.name) == 27)
    oldest.write_bytes(oldest.read_bytes()[:-20])
    beginnings = [
        f"{folder.generations / full / 'base'} is damaged: pg_verifybackup: ",
        f"{folder.generations / incremental / 'base' / 'backup_manifest'} is not what it was.",
        f"{folder.generations / incremental / 'base'} is damaged: pg_verifybackup: ",
        *sorted([f"{first} is missing.", f"{second} was damaged; the next backup copies it again"]),
        f"{oldest} is damaged.",
        f"Of the log, {last.name[:24]} is missing, before ",
    ]
    found = list(find_faults(folder))
    assert [fault[: len(begins)] for fault, begins in zip(found, beginnings, strict=True)] == beginnings
    assert not second.exists()
    assert kept_files.copy_new_contents(folder, backed_up.kept).copied_count == 2
    assert second.read_text() == "second"
