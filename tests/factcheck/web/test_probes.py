"""`/healthz` and `/readyz`: what a balancer is told, and that it is told nothing else."""

import json
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from factcheck.installation import file_store
from factcheck.web import probes

pytestmark = pytest.mark.django_db

WORKER_MISSING = {"status": "warn", "output": "No background worker has been heard of for a minute."}


class Asked:
    """The answer to one probe, as a web server sends it."""

    def __init__(self, path: str, method: str = "GET") -> None:
        heads: list[Any] = []
        body = probes.answered(
            {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": "10.0.0.7"},
            lambda status, fields: heads.append((status, dict(fields))),
        )
        assert body is not None
        self.content = b"".join(body)
        self.status, self.fields = heads[0]

    @property
    def said(self) -> Any:
        return json.loads(self.content)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may need longer than a balancer waits."""
    monkeypatch.setattr(probes, "DATABASE_ANSWERS_WITHIN_SECONDS", 60)
    monkeypatch.setattr(probes, "STORAGE_ANSWERS_WITHIN_SECONDS", 60)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    probes._Schema.is_current = False
    return tmp_path / "files"


def beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def test_alive_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        asked = Asked("/healthz")
    assert (asked.status, asked.said) == ("200 OK", {"status": "pass"})
    assert asked.fields == {
        "Content-Type": "application/health+json",
        "Content-Length": str(len(asked.content)),
        "Cache-Control": "no-store",
    }


def test_ready_with_a_worker_that_works() -> None:
    beat(5)
    asked = Asked("/readyz")
    assert asked.status == "200 OK"
    assert asked.said == {
        "status": "pass",
        "checks": {name: [{"status": "pass"}] for name in ("database", "storage", "migrations", "worker")},
    }


@pytest.mark.parametrize("beats", [[], [61], [3600, 90]])
def test_a_worker_that_is_silent_is_a_warning(beats: list[int]) -> None:
    for seconds in beats:
        beat(seconds)
    asked = Asked("/readyz")
    assert (asked.status, asked.said["status"]) == ("200 OK", "warn")
    assert asked.said["checks"]["worker"] == [WORKER_MISSING]


def test_a_database_that_is_away_is_named_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise OperationalError("connection to server at db.internal failed: password of factcheck refused")

    monkeypatch.setattr(connections["default"], "cursor", refuse)
    asked = Asked("/readyz")
    assert asked.status == "503 Service Unavailable"
    assert asked.said == {
        "status": "fail",
        "checks": {
            "database": [{"status": "fail", "output": "The database cannot be reached."}],
            "storage": [{"status": "pass"}],
        },
    }


def test_migrations_that_wait_make_it_unready_until_they_have_run(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = ["claims.0003_more"]
    monkeypatch.setattr(probes, "pending_migrations", lambda: waiting)
    asked = Asked("/readyz")
    assert asked.status == "503 Service Unavailable"
    assert asked.said["checks"]["migrations"] == [
        {"status": "fail", "output": "Migrations wait to be run: manage.py migrate."}
    ]
    waiting.clear()
    assert Asked("/readyz").status == "200 OK"


def test_a_folder_that_cannot_be_written_makes_it_unready(files: Path) -> None:
    files.write_text("a file in the place of the folder")
    asked = Asked("/readyz")
    assert asked.status == "503 Service Unavailable"
    assert asked.said["checks"]["storage"] == [{"status": "fail", "output": "Files cannot be stored."}]


def test_a_store_of_files_that_is_away_makes_it_unready_and_is_not_named(settings: Any) -> None:
    pytest.importorskip("boto3")
    away = file_store.bucket("s3://newsroom?endpoint=http://127.0.0.1:1", {}, name="FILES_URL")
    away["OPTIONS"] |= {"access_key": "desk", "secret_key": "only-ours"}
    settings.STORAGES = settings.STORAGES | {"default": away}
    beat(5)
    asked = Asked("/readyz")
    assert asked.status == "503 Service Unavailable"
    assert asked.said["checks"]["storage"] == [{"status": "fail", "output": "Files cannot be stored."}]


def test_a_store_that_hangs_is_waited_for_once_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, begun, goes_on = [], threading.Event(), threading.Event()

    def hang() -> probes.Finding:
        asked.append(1)
        begun.set()
        goes_on.wait(60)
        return probes.Finding("pass")

    monkeypatch.setattr(probes, "_storage", hang)
    monkeypatch.setattr(probes, "STORAGE_ANSWERS_WITHIN_SECONDS", 0.01)
    for _ in range(5):
        finding = Asked("/readyz").said["checks"]["storage"]
        assert finding == [{"status": "fail", "output": "The store of files does not answer."}]
    assert begun.wait(60)
    assert asked == [1]
    goes_on.set()
    assert probes._StorageInTime.asking is not None
    assert probes._StorageInTime.asking.result(60).status == "pass"
    monkeypatch.setattr(probes, "STORAGE_ANSWERS_WITHIN_SECONDS", 60)
    assert Asked("/readyz").said["checks"]["storage"] == [{"status": "pass"}]


def test_a_probe_leaves_no_file(files: Path) -> None:
    Asked("/readyz")
    assert list(files.iterdir()) == []


def test_head_says_it_without_words_and_nothing_else_is_allowed() -> None:
    asked = Asked("/readyz", "HEAD")
    assert (asked.status, asked.content) == ("200 OK", b"")
    assert int(asked.fields["Content-Length"]) > 0
    asked = Asked("/healthz", "POST")
    assert (asked.status, asked.fields["Allow"]) == (
        f"{HTTPStatus.METHOD_NOT_ALLOWED} Method Not Allowed",
        "GET, HEAD",
    )


@pytest.mark.parametrize("path", ["/", "/healthz/", "/readyz/x", "/api/v1/claims/"])
def test_everything_else_is_left_to_django(path: str) -> None:
    assert probes.answered({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda *head: None) is None
