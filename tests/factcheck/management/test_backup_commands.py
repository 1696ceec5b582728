"""The commands of backups, on real ones."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from factcheck.management.commands.restore_backup import parse_moment
from tests.helpers.backed_up_server import BackedUpServer


@pytest.fixture
def here(backed_up: BackedUpServer, settings: Settings) -> BackedUpServer:
    settings.BACKUP_DIR, settings.DATA_DIR = backed_up.folder.path, backed_up.top / "data"
    settings.EMBEDDED_DATABASE = True
    return backed_up


def said(*words: str) -> str:
    written = io.StringIO()
    call_command(*words, stdout=written)
    return written.getvalue()


@pytest.mark.slow
def test_list_names_them_in_order(here: BackedUpServer) -> None:
    rows = [
        (one.name, one.kind, f"{one.finished_at:%Y-%m-%d %H:%M:%S}", str(one.files))
        for one in (here.backups[name].generation for name in ("full", "incremental"))
    ]
    words = [line.split() for line in said("backup", "--list").splitlines()]
    assert [(name, kind, f"{day} {hour}", files) for name, kind, day, hour, _utc, files, *_ in words] == rows


@pytest.mark.slow
def test_verify(here: BackedUpServer) -> None:
    assert said("backup", "--verify") == "2 backups, their files and the log are intact.\n"


def test_an_external_server_and_a_missing_folder_are_reported(settings: Settings) -> None:
    settings.EMBEDDED_DATABASE, settings.BACKUP_DIR = False, None
    with pytest.raises(CommandError, match="DATABASE_URL refers to a server of your own"):
        said("backup")
    settings.EMBEDDED_DATABASE = True
    with pytest.raises(CommandError, match="BACKUP_DIR is not set. Set it to a folder"):
        said("backup")


def test_folder_without_backups(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no backup in"):
        said("restore_backup", str(tmp_path / "new"), "--from", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-26T11:59:59", datetime(2026, 11, 26, 11, 59, 59, tzinfo=UTC)),
        ("2026-11-26 12:59:59+01:00", datetime(2026, 11, 26, 11, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_utc_by_default(text: str, read: datetime) -> None:
    assert parse_moment(text) == read


def test_no_moment() -> None:
    with pytest.raises(CommandError, match="is not a valid time; write it as"):
        said("restore_backup", "/nowhere", "--moment", "yesterday")
