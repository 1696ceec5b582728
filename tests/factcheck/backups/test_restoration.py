"""Restores of real backups, to a moment and to the end, into a new place and over an old one."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.log_gaps import build_segment_name
from factcheck.backups.restoration import RestorePoint, restore
from factcheck.database.embedded import PostgresUnavailable, ServerPaths, run_server
from tests.helpers.backed_up_server import BackedUpServer, ask

pytestmark = pytest.mark.slow


def words(data_dir: Path) -> list[str]:
    with run_server(data_dir) as place:
        return [word for (word,) in ask(place, "SELECT word FROM kept ORDER BY word")]


def files(data_dir: Path) -> dict[str, str]:
    top = data_dir / "files"
    return {str(path.relative_to(top)): path.read_text() for path in top.rglob("*") if path.is_file()}


@pytest.fixture
def damaged(backed_up: BackedUpServer, tmp_path: Path) -> BackupFolder:
    """A copy of the backups that may be damaged."""
    subprocess.run(["cp", "-a", str(backed_up.folder.path), str(tmp_path / "copy")], check=True)
    return BackupFolder(tmp_path / "copy")


def test_moment_before_a_mistake(backed_up: BackedUpServer, tmp_path: Path) -> None:
    done = restore(
        backed_up.folder, tmp_path / "new", RestorePoint(moment=backed_up.moments["before the mistake"])
    )
    assert done.generation == backed_up.backups["incremental"].generation
    assert (done.file_count, done.damaged_paths, done.old_folder) == (2, [], None)
    assert words(tmp_path / "new") == ["first", "second", "third"]
    assert files(tmp_path / "new") == {"a/first.txt": "first", "a/second.txt": "second"}
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "files", "postgres", "postgres.lock", "postgres.log", "postgres.passwords", "postgres.users", "reports",
        "socket",
    ]  # fmt: skip


def test_a_restore_replaces_an_existing_folder_which_is_renamed(
    backed_up: BackedUpServer, damaged: BackupFolder, tmp_path: Path
) -> None:
    """Of files, one is damaged in the backup: it is named, and everything else restored."""
    [kept] = [path for path in damaged.files.glob("??/*") if path.read_text() == "second"]
    kept.write_text("secund")
    place = tmp_path / "place"
    subprocess.run(["cp", "-a", str(backed_up.top / "data"), str(place)], check=True)
    (place / "files" / "since.txt").write_text("not backed up")
    with pytest.raises(BackupFailed, match=r"There is already an installation in .* \(files, postgres\)"):
        restore(damaged, place, RestorePoint())
    with run_server(place), pytest.raises(BackupFailed, match="is in use"):
        restore(damaged, place, RestorePoint(), put_aside=True)
    done = restore(damaged, place, RestorePoint(), put_aside=True)
    assert words(place) == []
    assert files(place) == {"a/first.txt": "first"}
    assert (done.file_count, done.damaged_paths) == (1, ["files/a/second.txt"])
    assert done.old_folder is not None
    assert files(done.old_folder) == files(backed_up.top / "data") | {"since.txt": "not backed up"}
    assert (done.old_folder / "postgres" / "PG_VERSION").exists()


def test_backups_continue_in_the_same_folder_after_a_restore(
    backed_up: BackedUpServer, tmp_path: Path
) -> None:
    """What came after the moment and before the restore is in the earlier timeline, and can still be had."""
    subprocess.run(["cp", "-a", f"{backed_up.top}/.", str(tmp_path)], check=True)
    server = BackedUpServer(tmp_path)
    first = backed_up.backups["full"].generation
    done = restore(server.folder, tmp_path / "data", RestorePoint(backup=first.name), put_aside=True)
    assert done.last_change is None
    with server.running():
        assert server.ask("SELECT word FROM kept") == [("first",)]
        server.ask("INSERT INTO kept VALUES ('other')")
        server.note("before a backup")
        server.ask("INSERT INTO kept VALUES ('beyond')")
        made = server.back_up("other")
        server.ask("INSERT INTO kept VALUES ('later')")
    assert (made.generation.kind, made.generation.timeline, made.is_continuous) == ("full", 2, True)
    restore(server.folder, tmp_path / "newest", RestorePoint())
    assert words(tmp_path / "newest") == ["beyond", "first", "later", "other"]
    restore(server.folder, tmp_path / "between", RestorePoint(moment=server.moments["before a backup"]))
    assert words(tmp_path / "between") == ["first", "other"]
    moment = backed_up.moments["before the mistake"]
    restore(server.folder, tmp_path / "earlier", RestorePoint(moment=moment, timeline=1))
    assert words(tmp_path / "earlier") == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (
            RestorePoint(moment=datetime(2020, 1, 1, tzinfo=UTC)),
            r"no backup from 2020-01-01 00:00:00 UTC or earlier",
        ),
        (RestorePoint(backup="20200101T000000Z"), "There is no backup 20200101T000000Z"),
        (RestorePoint(timeline=9), "from which timeline 9 could be restored"),
    ],
)
def test_missing_backups_are_reported_and_nothing_is_created(
    backed_up: BackedUpServer, tmp_path: Path, wanted: RestorePoint, why: str
) -> None:
    with pytest.raises(BackupFailed, match=why):
        restore(backed_up.folder, tmp_path / "new", wanted)
    assert not (tmp_path / "new").exists()


def test_moment_after_all_that_is_archived_is_refused(backed_up: BackedUpServer, tmp_path: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    with pytest.raises(BackupFailed, match=r"What is archived ends before .*the last change in it is of 20"):
        restore(backed_up.folder, tmp_path, RestorePoint(moment=later))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["postgres.lock", "postgres.users"]


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[min(1000, len(content) // 2)] ^= 1
    path.write_bytes(content)


def last_segment(folder: BackupFolder) -> Path:
    return sorted(path for path in folder.wal.iterdir() if len(path.name) == 27)[-2]


DAMAGES: dict[str, tuple[Callable[[BackupFolder], None], str]] = {
    "a byte of the database": (
        lambda folder: change_a_byte(next(folder.generations.glob("*/base/global/pg_control"))),
        "is damaged",
    ),
    "a byte of the log": (
        lambda folder: change_a_byte(last_segment(folder)),
        "cannot be replayed any further",
    ),
    "a segment of the log": (
        lambda folder: last_segment(folder).unlink(),
        "cannot be replayed any further",
    ),
    "the backup that the other is based on": (
        lambda folder: shutil.rmtree(min(folder.generations.iterdir())),
        "is based on .*, which is missing",
    ),
    "what PostgreSQL wrote of a copy": (
        lambda folder: change_a_byte(next(folder.generations.glob("*/base/backup_manifest"))),
        "backup_manifest is damaged",
    ),
    "the journal of files": (lambda folder: change_a_byte(folder.journal), "is damaged"),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_damaged_backups_are_never_restored_as_complete(
    damaged: BackupFolder, tmp_path: Path, damage: str
) -> None:
    do, why = DAMAGES[damage]
    do(damaged)
    with pytest.raises(BackupFailed, match=why):
        restore(damaged, tmp_path / "new", RestorePoint())
    assert not (tmp_path / "new" / "postgres").exists()


def test_last_moment_before_a_missing_segment_is_named_and_works(
    damaged: BackupFolder, backed_up: BackedUpServer, tmp_path: Path
) -> None:
    missing = last_segment(damaged)
    missing.unlink()
    with pytest.raises(BackupFailed) as failed:
        restore(damaged, tmp_path / "new", RestorePoint())
    why, _, moment = str(failed.value).partition(" Still possible: --moment ")
    assert why.startswith(f"The log cannot be replayed any further: {missing.name[:24]} is missing in ")
    assert datetime.fromisoformat(moment).replace(tzinfo=UTC) < backed_up.moments["before the mistake"]
    restore(
        damaged, tmp_path / "new", RestorePoint(moment=datetime.fromisoformat(moment).replace(tzinfo=UTC))
    )
    assert words(tmp_path / "new")[:2] == ["first", "second"]
    # Without all that was archived since, nothing but the backup itself is left.
    backup = backed_up.backups["incremental"].generation
    (damaged.wal / f"{build_segment_name(1, backup.stop)}.gz").unlink()
    with pytest.raises(BackupFailed) as failed:
        restore(damaged, tmp_path / "new", RestorePoint())
    assert str(failed.value).endswith(f"Still possible: --backup {backup.name}")


def test_an_interrupted_restore_leaves_no_empty_database(tmp_path: Path) -> None:
    ServerPaths(tmp_path).restore_folder.mkdir()
    with (
        pytest.raises(PostgresUnavailable, match="was interrupted. Run restore_backup again"),
        run_server(tmp_path),
    ):
        pytest.fail("started")
    assert not (tmp_path / "postgres").exists()
