from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.backup_settings import read_backup_settings, remember_folder

HERE = Path("/srv/factcheck")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DIR", "SCHEDULE"):
        monkeypatch.delenv(f"BACKUP_{name}", raising=False)


def test_no_backups_are_made_without_a_folder() -> None:
    assert read_backup_settings(HERE, is_embedded=True) == (None, "")
    assert read_backup_settings(HERE, is_embedded=False) == (None, "")


def test_folder_and_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_DIR", "/mnt/backup")
    monkeypatch.setenv("BACKUP_SCHEDULE", "*/30 2-4 * * 1,5")
    assert read_backup_settings(HERE, is_embedded=True) == (Path("/mnt/backup"), "*/30 2-4 * * 1,5")


@pytest.mark.parametrize("schedule", ["daily", "17 2 * *", "61 2 * * *", "17 2 * * * *", "@daily"])
def test_schedule_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, schedule: str) -> None:
    monkeypatch.setenv("BACKUP_DIR", "/mnt/backup")
    monkeypatch.setenv("BACKUP_SCHEDULE", schedule)
    with pytest.raises(ImproperlyConfigured, match="write it as in a crontab"):
        read_backup_settings(HERE, is_embedded=True)


@pytest.mark.parametrize("folder", [".", "files", "files/backups", "reports/x", "postgres", "static/kept"])
def test_a_folder_inside_the_backed_up_data_is_refused(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setenv("BACKUP_DIR", str(HERE / folder))
    with pytest.raises(ImproperlyConfigured, match="which is itself backed up"):
        read_backup_settings(HERE, is_embedded=True)


def test_server_of_ones_own_is_not_ours_to_back_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_DIR", "/mnt/backup")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL names another one"):
        read_backup_settings(HERE, is_embedded=False)


def test_schedule_needs_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_SCHEDULE", "17 2 * * *")
    with pytest.raises(ImproperlyConfigured, match="set BACKUP_DIR too"):
        read_backup_settings(HERE, is_embedded=True)


def test_folder_is_remembered_for_commands_without_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, copied = tmp_path / "data", tmp_path / "copied"
    for folder in (data_dir, copied):
        folder.mkdir()
    remember_folder(data_dir, Path("/mnt/backup"))
    (copied / "backups-begun").write_bytes((data_dir / "backups-begun").read_bytes())
    assert read_backup_settings(data_dir, is_embedded=True)[0] == Path("/mnt/backup")
    assert read_backup_settings(data_dir, is_embedded=False)[0] is None
    assert read_backup_settings(copied, is_embedded=True)[0] is None
    monkeypatch.setenv("BACKUP_DIR", "/mnt/other")
    assert read_backup_settings(data_dir, is_embedded=True)[0] == Path("/mnt/other")


def test_note_of_an_earlier_version_is_understood(tmp_path: Path) -> None:
    (tmp_path / "backups-begun").write_text("/mnt/backup")
    assert read_backup_settings(tmp_path, is_embedded=True)[0] == Path("/mnt/backup")
