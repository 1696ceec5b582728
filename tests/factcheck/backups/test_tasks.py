"""Scheduled jobs of the worker, and that there are none without configuration."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

from factcheck.backups import tasks
from factcheck.backups.backup_folder import BackupFailed, BackupRunning
from factcheck.backups.log_gaps import LogGap


def scheduled(**variables: str) -> list[str]:
    """Which periodic tasks of backups a worker has that is started with these variables."""
    show = """
import django; django.setup()
from factcheck.backups import tasks
from procrastinate.contrib.django import app
for periodic in app.periodic_registry.periodic_tasks.values():
    if ".backups." in periodic.task.name: print(periodic.task.name.rpartition(".")[2], periodic.cron)
"""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "SECRET_KEY": "x" * 50,
    }
    done = subprocess.run(
        [sys.executable, "-c", show],
        cwd=settings.BASE_DIR,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_schedule_is_the_configured_one(tmp_path: Path) -> None:
    assert scheduled(
        BACKUP_DIR=str(tmp_path), BACKUP_SCHEDULE="17 2 * * *", DATA_DIR=str(tmp_path / "data")
    ) == [
        "run_scheduled_backup 17 2 * * *",
        "copy_new_files */5 * * * *",
    ]


def test_nothing_is_scheduled_without_configuration() -> None:
    assert not [name for name, _id in app.periodic_registry.periodic_tasks if ".backups." in name]


def test_files_are_left_to_the_backup_that_is_being_made(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("get_server_paths", "get_backup_folder", "list_source_folders"):
        monkeypatch.setattr(tasks, name, lambda: None)
    monkeypatch.setattr(tasks, "load_open_gaps", list)

    def refuse(*_: object) -> None:
        raise BackupRunning("Another backup is being written.")

    monkeypatch.setattr(tasks, "copy_files", refuse)
    with caplog.at_level(logging.INFO):
        tasks.copy_new_files(timestamp=0)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("problem", "made"),
    [("", ["backup"]), ("The log cannot be kept.", ["files"])],
    ids=["takes", "takes nothing"],
)
def test_a_gap_in_the_log_is_closed_at_once_if_the_folder_is_writable(
    monkeypatch: pytest.MonkeyPatch, problem: str, made: list[str]
) -> None:
    done: list[str] = []
    for name in ("get_server_paths", "get_backup_folder", "list_source_folders"):
        monkeypatch.setattr(tasks, name, lambda: None)
    monkeypatch.setattr(
        tasks, "load_open_gaps", lambda: [LogGap("000000010000000000000007", "000000010000000000000009")]
    )
    monkeypatch.setattr(tasks, "describe_log_problem", lambda: problem)
    monkeypatch.setattr(tasks, "_run_backup", lambda: done.append("backup"))
    monkeypatch.setattr(tasks, "copy_files", lambda *_: done.append("files"))
    tasks.copy_new_files(timestamp=0)
    assert done == made


def test_backup_that_fails_is_a_job_that_failed() -> None:
    with pytest.raises(BackupFailed, match=r"BACKUP_DIR is not set|DATABASE_URL names"):
        tasks.run_scheduled_backup(timestamp=0)
