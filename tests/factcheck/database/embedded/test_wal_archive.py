"""The program that the server runs to keep its log and to get it back. Most of it needs no server."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.database.embedded import wal_archive

FIRST, SECOND, THIRD = (f"{1:08X}{0:08X}{number:08X}" for number in (1, 2, 3))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / '50% of it\'s "here"'
    folder.mkdir()
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "pg_wal"
    folder.mkdir()
    return folder


def ask(verb: str, archive: Path, path: Path, name: str) -> int:
    return wal_archive.main([verb, str(archive), str(path), name])


def kept(archive: Path, log: Path, name: str, content: bytes) -> int:
    (log / name).write_bytes(content)
    return ask("keep", archive, log / name, name)


def test_archived_segments_are_restored(archive: Path, log: Path) -> None:
    assert kept(archive, log, FIRST, b"one" * 1000) == 0
    assert ask("fetch", archive, log / "RECOVERYXLOG", FIRST) == 0
    assert (log / "RECOVERYXLOG").read_bytes() == b"one" * 1000
    assert [path.name for path in archive.iterdir()] == [f"{FIRST}.gz"]
    assert (archive / f"{FIRST}.gz").stat().st_mode & 0o777 == 0o600


def test_archived_segments_are_never_overwritten(
    archive: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kept(archive, log, FIRST, b"one") == 0
    assert kept(archive, log, FIRST, b"one") == 0
    assert kept(archive, log, FIRST, b"other") == 1
    assert "another server archives to the same folder" in capsys.readouterr().err
    assert gzip.decompress((archive / f"{FIRST}.gz").read_bytes()) == b"one"
    assert len(list(archive.iterdir())) == 1


def test_the_end_is_distinguished_from_a_gap_before_it(archive: Path, log: Path) -> None:
    kept(archive, log, FIRST, b"one")
    kept(archive, log, THIRD, b"three")
    fetched = log / "RECOVERYXLOG"
    assert ask("fetch", archive, fetched, SECOND) == 200
    assert ask("fetch", archive, fetched, f"{1:08X}{0:08X}{4:08X}") == 1
    assert ask("fetch", archive, fetched, f"{1:08X}{0:08X}{0:08X}") == 200  # the archive begins too late
    assert ask("fetch", archive, fetched, f"{2:08X}{0:08X}{2:08X}") == 1  # of another timeline
    assert ask("fetch", archive, fetched, "00000002.history") == 1
    (log / SECOND).write_bytes(b"two")  # a backup brings the log that it needs along
    assert ask("fetch", archive, fetched, SECOND) == 1
    assert not fetched.exists()


def test_a_damaged_segment_is_not_mistaken_for_the_end(archive: Path, log: Path) -> None:
    kept(archive, log, FIRST, os.urandom(1000))
    path = archive / f"{FIRST}.gz"
    whole = path.read_bytes()
    for damaged in (whole[:-10], whole[:500] + b"\0" + whole[501:], b"", b"garbage"):
        path.write_bytes(damaged)
        assert ask("fetch", archive, log / "RECOVERYXLOG", FIRST) == 200


def test_an_unavailable_archive_is_retried_until_too_much_waits(
    archive: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.rmdir()
    assert kept(archive, log, FIRST, b"one") == 1
    monkeypatch.setattr(wal_archive, "MAX_WAITING_BYTES", 2)
    assert kept(archive, log, FIRST, b"one") == 0
    assert not archive.exists()


def test_archive_that_another_server_uses_is_never_let_go_of_in_silence(
    archive: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(archive, log, FIRST, b"one")
    monkeypatch.setattr(wal_archive, "MAX_WAITING_BYTES", 2)
    assert kept(archive, log, FIRST, b"other") == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "RECOVERYXLOG", "", f"{FIRST}.partial", f"{FIRST}\n"])
def test_other_names_are_not_there(archive: Path, log: Path, name: str) -> None:
    assert ask("fetch", archive, log / "RECOVERYXLOG", name) == 1
    assert ask("keep", archive, log / "RECOVERYXLOG", name) == 1
    assert list(archive.iterdir()) == []


def test_server_calls_it_through_a_shell(archive: Path, log: Path) -> None:
    """As PostgreSQL does: %p and %f are put in, %% is a percent sign."""
    (log / FIRST).write_bytes(b"one")

    def call(command: str, path: str) -> int:
        filled = command.replace("%%", "\0").replace("%p", path).replace("%f", FIRST).replace("\0", "%")
        return subprocess.run(
            ["/bin/sh", "-c", filled], cwd=log.parent, env={"PATH": os.defpath}, check=False
        ).returncode

    assert call(wal_archive.build_archiving_settings(archive)["archive_command"], f"pg_wal/{FIRST}") == 0
    assert call(wal_archive.build_fetching_settings(archive)["restore_command"], "pg_wal/RECOVERYXLOG") == 0
    assert (log / "RECOVERYXLOG").read_bytes() == b"one"


def test_it_needs_nothing_but_the_standard_library() -> None:
    """The server's account may be unable to read the project's packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", wal_archive.__file__, "fetch", "/nowhere", "/nowhere", FIRST],
        check=False,
    )
    assert done.returncode == 1


@settings(max_examples=20)  # each waits for the disk
@given(st.binary(max_size=300))
def test_any_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    source, target = folder / "source", folder / "target"
    source.write_bytes(content)
    wal_archive.archive_segment(folder, source, FIRST)
    assert wal_archive.fetch_segment(folder, target, FIRST)
    assert target.read_bytes() == content
