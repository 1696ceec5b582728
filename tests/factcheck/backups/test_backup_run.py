"""Backups of a real server, whole, broken off, damaged and given up."""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from factcheck.backups import backup_run, generations
from factcheck.backups.backup_folder import BackupFailed, BackupFolder, BackupRunning
from factcheck.backups.backup_run import copy_files
from factcheck.database.embedded import ServerPaths, run_server, wal_archive
from tests.helpers.backed_up_server import BackedUpServer

pytestmark = pytest.mark.slow


@pytest.fixture
def server(backed_up: BackedUpServer, tmp_path: Path) -> BackedUpServer:
    """A copy of it that may be changed."""
    subprocess.run(["cp", "-a", f"{backed_up.top}/.", str(tmp_path)], check=True)
    return BackedUpServer(tmp_path, dict(backed_up.moments), dict(backed_up.backups))


def make_older(folder: BackupFolder, *made: generations.Generation) -> None:
    """By a month."""
    for one in made:
        described = folder.generations / one.name / "backup.json"
        said = json.loads(described.read_text())
        said["finished_at"] = (one.finished_at - timedelta(days=30)).isoformat()
        described.write_text(json.dumps(said))


def names(folder: BackupFolder) -> list[str]:
    return sorted(path.name for path in folder.generations.iterdir())


def test_a_second_backup_contains_changes_since_the_first(backed_up: BackedUpServer) -> None:
    full, incremental = backed_up.backups["full"], backed_up.backups["incremental"]
    assert (full.generation.kind, full.generation.parent, full.file_counts) == ("full", None, (1, 1, 5))
    assert (incremental.generation.kind, incremental.generation.parent) == (
        "incremental",
        full.generation.name,
    )
    assert incremental.file_counts == (2, 1, 6)
    assert full.is_continuous
    assert names(backed_up.folder) == [full.generation.name, incremental.generation.name]
    copied = {
        one.generation.kind: sum(
            path.stat().st_size
            for path in (backed_up.folder.generations / one.generation.name / "base" / "base").rglob("*")
            if path.is_file()
        )
        for one in (full, incremental)
    }
    assert copied["incremental"] < copied["full"] / 5


def test_only_the_owner_reads_backups_and_only_the_server_writes_its_log(backed_up: BackedUpServer) -> None:
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in backed_up.folder.path.iterdir() if path.is_dir()
    }
    assert modes == {"generations": 0o700, "files": 0o700, "wal": 0o700}
    assert {path.stat().st_mode & 0o077 for path in backed_up.folder.files.rglob("*")} == {0}
    assert {path.stat().st_mode & 0o077 for path in backed_up.folder.wal.iterdir()} == {0}
    assert backed_up.folder.wal.stat().st_uid == (backed_up.top / "data" / "postgres").stat().st_uid


def test_backup_that_is_killed_is_never_taken_for_one(server: BackedUpServer) -> None:
    before = names(server.folder)
    script = """
import sys, time
from pathlib import Path
from factcheck.backups import base_backups, kept_files
from factcheck.backups.backup_folder import BackupFolder
from factcheck.backups.backup_run import make_backup
from factcheck.database.embedded import ServerPaths
kept_files.copy_new_contents = lambda *_: (print("copied", flush=True), time.sleep(600))
top = Path(sys.argv[1])
make_backup(ServerPaths(top / "data"), BackupFolder(top / "kept"), {})
"""
    with server.running():
        with subprocess.Popen(
            [sys.executable, "-c", script, str(server.top)], stdout=subprocess.PIPE, text=True
        ) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == "copied\n"
            with pytest.raises(BackupRunning, match="Another backup is being written to"):
                server.back_up("meanwhile")
            victim.kill()
        unfinished = [name for name in names(server.folder) if name not in before]
        assert [Path(name).suffix for name in unfinished] == [".unfinished"]
        assert [one.name for one in generations.list_generations(server.folder)] == before
        made = server.back_up("after").generation
        assert names(server.folder) == [*before, made.name]


def test_the_folder_stays_locked_while_an_orphaned_program_writes(backed_up: BackedUpServer) -> None:
    with backed_up.folder.lock_for_writing() as lock:
        orphan = subprocess.Popen(["sleep", "600"], pass_fds=[lock])
    try:
        with pytest.raises(BackupRunning), backed_up.folder.lock_for_writing():
            pytest.fail("entered")
    finally:
        orphan.kill()
        orphan.wait()
    with backed_up.folder.lock_for_writing():
        pass


def test_without_summaries_files_are_copied_completely(server: BackedUpServer) -> None:
    """Without its summaries, the server does not know what has changed."""
    with server.running():
        server.ask("ALTER SYSTEM SET summarize_wal = off")
    shutil.rmtree(server.top / "data" / "postgres" / "pg_wal" / "summaries")
    (server.top / "data" / "postgres" / "pg_wal" / "summaries").mkdir()
    owner = (server.top / "data" / "postgres").stat()
    os.chown(server.top / "data" / "postgres" / "pg_wal" / "summaries", owner.st_uid, owner.st_gid)
    with run_server(server.top / "data"):  # as without BACKUP_DIR
        made = server.back_up("without")
    assert (made.generation.kind, made.is_continuous) == ("full", False)


def test_backups_of_another_database_are_not_mixed_in(
    backed_up: BackedUpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = backup_run.RunningServer(system=7, timeline=1, version="18.6", is_archiving=True)
    monkeypatch.setattr(backup_run.RunningServer, "load", lambda place: other)
    with pytest.raises(BackupFailed, match="belong to another database"):
        backed_up.back_up("other")


def test_a_folder_on_a_missing_disk_is_not_recreated(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    folder, place = BackupFolder(tmp_path / "kept"), ServerPaths(tmp_path / "data")
    folder.prepare(place)
    folder.prepare(place)
    shutil.rmtree(folder.path)
    folder.path.mkdir()
    with pytest.raises(BackupFailed, match="Is the disk mounted"):
        folder.prepare(place)
    assert list(folder.path.iterdir()) == []
    (place.data_dir / "backups-begun").unlink()
    folder.prepare(place)


def test_server_that_does_not_answer_leaves_no_backup(backed_up: BackedUpServer) -> None:
    before = names(backed_up.folder)
    with pytest.raises(BackupFailed, match="The database does not answer"):
        backed_up.back_up("asleep")
    assert names(backed_up.folder) == before


def test_expired_backups_are_removed_with_their_log_and_files(server: BackedUpServer) -> None:
    """All backups but the last two, which are whole ones; and of log and files what belonged to the others."""
    old = [one.generation for one in server.backups.values()]
    with server.running():
        (server.kept["files"] / "a" / "first.txt").unlink()
        copy_files(server.place, server.folder, server.kept)
        make_older(server.folder, *old)
        first = server.back_up("whole", is_full=True)
        assert first.expired_names == []  # the newest before the days that are kept is where these begin
        make_older(server.folder, first.generation)
        second = server.back_up("whole again", is_full=True)
        assert second.expired_names == [one.name for one in old]
    assert names(server.folder) == [first.generation.name, second.generation.name]
    assert {path.read_text() for path in server.folder.files.glob("??/*")} == {"second"}
    kept = wal_archive.list_segments(server.folder.wal)
    assert kept[0] == f"{1:08X}{0:08X}{first.generation.start // 2**24:08X}"
