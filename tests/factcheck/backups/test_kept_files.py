"""Files in backups: each content once, and which was where at which moment."""

import errno
import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from factcheck.backups import kept_files
from factcheck.backups.backup_folder import BackupFailed, BackupFolder


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    made = BackupFolder(tmp_path / "kept")
    made.files.mkdir(parents=True)
    (tmp_path / "top").mkdir()
    return made


@pytest.fixture
def top(folder: BackupFolder, tmp_path: Path) -> Path:
    return tmp_path / "top"


def had(folder: BackupFolder, moment: datetime | None = None) -> dict[str, str]:
    return {
        path: kept_files.build_pool_path(folder, file.sha256).read_text()
        for path, file in kept_files.list_files_at(folder, moment).items()
    }


def test_each_content_is_kept_once_and_copied_when_it_is_new(folder: BackupFolder, top: Path) -> None:
    (top / "one").write_text("same")
    (top / "two").write_text("same")
    assert kept_files.copy_new_contents(folder, {"files": top}) == (2, 2, 8)
    assert len(list(folder.files.glob("??/*"))) == 1
    assert kept_files.copy_new_contents(folder, {"files": top}) == (2, 0, 0)
    (top / "two").write_text("other")
    (top / "one").unlink()
    assert kept_files.copy_new_contents(folder, {"files": top}) == (1, 1, 5)
    assert had(folder) == {"files/two": "other"}


def test_dumps_are_left_out(folder: BackupFolder, top: Path) -> None:
    (top / "dumps" / "2026-11-26T024100Z-00000000").mkdir(parents=True)
    (top / "dumps" / "2026-11-26T024100Z-00000000" / "claims.csv").write_text("it can be written anew")
    (top / "snapshots" / "dumps").mkdir(parents=True)
    (top / "snapshots" / "dumps" / "one").write_text("kept")
    kept_files.copy_new_contents(folder, {"files": top})
    assert had(folder) == {"files/snapshots/dumps/one": "kept"}


def test_a_time_has_the_files_of_then_and_the_first_later_ones(folder: BackupFolder, top: Path) -> None:
    (top / "changed").write_text("before")
    (top / "gone").write_text("was here")
    kept_files.copy_new_contents(folder, {"files": top})
    moment = datetime.now(UTC)
    (top / "changed").write_text("after it")
    (top / "gone").unlink()
    (top / "new").write_text("a row may name it already")
    kept_files.copy_new_contents(folder, {"files": top})
    assert had(folder, moment) == {
        "files/changed": "before",
        "files/gone": "was here",
        "files/new": "a row may name it already",
    }
    assert had(folder) == {"files/changed": "after it", "files/new": "a row may name it already"}
    everything = {path.name for path in folder.files.glob("??/*")}
    assert kept_files.find_contents_since(folder, moment) == everything
    wanted = kept_files.find_contents_since(folder, datetime.now(UTC))
    kept_files.remove_unreferenced(folder, wanted)
    assert {path.read_text() for path in folder.files.glob("??/*")} == set(had(folder).values())


def test_remains_of_a_killed_copy_are_ignored(folder: BackupFolder, top: Path) -> None:
    (top / "one").write_text("one")
    kept_files.copy_new_contents(folder, {"files": top})
    whole = folder.journal.read_bytes()
    (folder.files / "unfinished.1").write_text("half")
    folder.journal.write_bytes(whole + b'{"at": "2026-11-26T12:00:00+00:00", "path": "files/tw')
    assert had(folder) == {"files/one": "one"}
    (top / "two").write_text("two")
    kept_files.copy_new_contents(folder, {"files": top})
    assert had(folder) == {"files/one": "one", "files/two": "two"}
    assert folder.journal.read_bytes().startswith(whole)
    assert list(folder.files.glob("unfinished*")) == []


def test_contents_that_are_missing_are_copied_again(folder: BackupFolder, top: Path) -> None:
    (top / "one").write_text("one")
    kept_files.copy_new_contents(folder, {"files": top})
    [kept] = folder.files.glob("??/*")
    kept.unlink()
    assert kept_files.copy_new_contents(folder, {"files": top}) == (1, 1, 3)
    assert kept.read_text() == "one"


def test_links_are_followed_and_circles_are_not(folder: BackupFolder, top: Path, tmp_path: Path) -> None:
    """A folder that was moved to a larger disk is still this installation's."""
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "one").write_text("one")
    (top / "snapshots").symlink_to(tmp_path / "large")
    (tmp_path / "large" / "back").symlink_to(top)
    (top / "nowhere").symlink_to(tmp_path / "missing")
    os.mkfifo(top / "pipe")
    kept_files.copy_new_contents(folder, {"files": top})
    assert had(folder) == {"files/snapshots/one": "one"}


def test_file_that_cannot_be_read_is_no_backup(
    folder: BackupFolder, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "one").write_text("one")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(top / "one"))

    monkeypatch.setattr(kept_files, "_copy", refuse)
    with pytest.raises(BackupFailed, match="one could not be copied: Permission denied"):
        kept_files.copy_new_contents(folder, {"files": top})
    assert had(folder) == {}


def test_full_disk_is_left_as_it_was(
    folder: BackupFolder, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "one").write_text("one")

    def fill(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(BackupFailed, match="one could not be copied: No space left on device"):
        kept_files.copy_new_contents(folder, {"files": top})
    assert list(folder.files.iterdir()) == []


@pytest.mark.parametrize("path", ["../../etc/cron.d/job", "/etc/cron.d/job", "files/../../x"])
def test_nothing_is_put_outside(folder: BackupFolder, path: str) -> None:
    line = '{"at": "2026-11-26T12:00:00+00:00", "path": "%s", "sha256": "00", "size": 1, "modified": 1}\n'
    folder.journal.write_text(line % path)
    with pytest.raises(BackupFailed, match="line 1, is damaged: .* is no path of a file here"):
        kept_files.list_files_at(folder, None)


@given(st.binary(max_size=200))
@example(b'{"at": "2026-11-26T12:00:00+00:00", "path": "files/one"}\n')
@example(b"[]\n")
@example(b'{"at": 1, "path": 2}\n')
def test_journal_of_any_bytes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, found: bytes
) -> None:
    folder = BackupFolder(tmp_path_factory.getbasetemp())
    folder.journal.write_bytes(found)
    with nullcontext() if b"\n" not in found else pytest.raises(BackupFailed, match="is damaged"):
        assert kept_files.list_files_at(folder, None) == {}
