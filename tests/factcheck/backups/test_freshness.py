"""Warnings: by checks, and for administrators at the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from lxml import html
from pytest_django import Settings

from factcheck.backups import freshness, generations
from factcheck.backups.backup_folder import BackupFolder
from factcheck.backups.gauges import METRIC_QUERIES
from factcheck.backups.log_gaps import SEGMENT_BYTES, build_segment_name
from tests.factcheck.backups.test_generations import NOW, generation

WITHOUT_LOG = "The database was started without BACKUP_DIR: changes between backups are not saved."


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> BackupFolder:
    settings.BACKUP_DIR, settings.BACKUP_MAX_AGE_HOURS = tmp_path / "kept", 30
    return BackupFolder(tmp_path / "kept")


def make(folder: BackupFolder, hours_ago: float, stop: int = 1500) -> None:
    days_ago = (NOW - datetime.now(UTC) + timedelta(hours=hours_ago)) / timedelta(days=1)
    one = replace(generation(1 + len(generations.list_generations(folder)), days_ago), stop=stop)
    unfinished = folder.generations / f"{one.name}.unfinished"
    unfinished.mkdir(parents=True)
    generations.complete_backup(folder, unfinished, one)


def test_without_configured_backups_there_is_no_warning(settings: Settings) -> None:
    settings.BACKUP_DIR = None
    assert freshness.list_concerns() == []
    assert freshness.check_backups(None) == []
    assert freshness.check_log(None, databases=["default"]) == []


def test_age(folder: BackupFolder) -> None:
    assert freshness.describe_overdue() == "There is no backup yet."
    make(folder, hours_ago=29)
    assert freshness.describe_overdue() == ""
    assert freshness.check_backups(None) == []


def test_too_old(folder: BackupFolder) -> None:
    make(folder, hours_ago=31)
    assert freshness.describe_overdue().startswith("The latest backup is from ")
    assert [message.id for message in freshness.check_backups(None)] == ["factcheck.W007"]


def test_backup_of_a_clock_that_was_ahead_says_nothing(folder: BackupFolder) -> None:
    make(folder, hours_ago=-1000)
    assert freshness.describe_overdue() == "There is no backup yet."


@pytest.mark.django_db
def test_gap_in_the_log_is_reported_until_a_backup_closes_it(folder: BackupFolder) -> None:
    make(folder, hours_ago=2)
    folder.wal.mkdir()
    for position in (0, 4 * SEGMENT_BYTES):
        (folder.wal / f"{build_segment_name(1, position)}.gz").touch()
    gap = (
        "The log since the latest backup has a gap (000000010000000000000001): later moments cannot be "
        "restored. The next backup closes it."
    )
    assert freshness.describe_gap() == gap
    assert [(message.id, message.msg) for message in freshness.check_backups(None)] == [
        ("factcheck.W007", gap)
    ]
    assert gap in freshness.list_concerns()
    make(folder, hours_ago=1, stop=4 * SEGMENT_BYTES + 1)
    assert (freshness.describe_gap(), freshness.check_backups(None)) == ("", [])


@pytest.mark.django_db
def test_metrics_have_age_failures_and_gaps(folder: BackupFolder, settings: Settings) -> None:
    def gauges() -> dict[str, float]:
        [question] = METRIC_QUERIES
        with connection.cursor() as cursor:
            return {
                name.removeprefix("factcheck_backup_"): value for name, _labels, value in question.run(cursor)
            }

    nothing = {"newest_timestamp_seconds": 0, "failures": 0, "log_failing": True, "log_gaps": 0}
    assert gauges() == nothing
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
            " VALUES ('q', 'factcheck.backups.tasks.run_scheduled_backup', 'doing'), ('q', 'other', 'doing')"
        )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    make(folder, hours_ago=1)
    folder.wal.mkdir()
    (folder.wal / f"{build_segment_name(1, 2 * SEGMENT_BYTES)}.gz").touch()
    found = gauges()
    age = datetime.now(UTC).timestamp() - found.pop("newest_timestamp_seconds")
    assert found == {"failures": 1, "log_failing": True, "log_gaps": 1}
    assert 3600 <= age < 3660
    settings.BACKUP_DIR = None
    assert gauges() == {}


def test_unreadable(folder: BackupFolder) -> None:
    make(folder, hours_ago=1)
    next(folder.generations.glob("*/backup.json")).write_text("{")
    problem = freshness.describe_overdue()
    assert problem.startswith("The backups cannot be read: The backup in ")
    assert [message.msg for message in freshness.check_backups(None)] == [problem]


def test_a_log_that_cannot_be_read_is_reported(folder: BackupFolder) -> None:
    make(folder, hours_ago=1)
    folder.wal.write_text("no folder")
    problem = f"The backups cannot be read: {folder.wal}: Not a directory."
    assert (freshness.describe_overdue(), freshness.describe_gap()) == ("", problem)
    assert [message.msg for message in freshness.check_backups(None)] == [problem]


@pytest.mark.django_db
def test_log_that_is_not_kept(folder: BackupFolder) -> None:
    [warning] = freshness.check_log(None, databases=["default"])
    assert (warning.id, warning.msg) == ("factcheck.W008", WITHOUT_LOG)
    assert freshness.check_log(None, databases=None) == []


def test_embedded_server_without_backups_is_no_way_to_deploy(settings: Settings) -> None:
    settings.BACKUP_DIR, settings.EMBEDDED_DATABASE = None, True
    assert [message.id for message in freshness.check_backups_configured(None)] == ["factcheck.W009"]
    settings.EMBEDDED_DATABASE = False
    assert freshness.check_backups_configured(None) == []


@pytest.mark.django_db
def test_only_administrators_are_notified_at_the_desk(
    folder: BackupFolder, client: Client, editor: User, administrator: User
) -> None:
    def told(person: User) -> list[str]:
        client.force_login(person)
        page = html.fromstring(client.get(reverse("admin:index")).content)
        return [element.text_content() for element in page.cssselect(".desk-concern")]

    assert told(administrator) == ["There is no backup yet.", WITHOUT_LOG]
    assert told(editor) == []
