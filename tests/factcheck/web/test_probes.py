"""`/healthz` and `/readyz`: the data for a balancer, and nothing else."""

import json
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from factcheck.installation import file_store
from factcheck.web import probes
from tests.helpers.tampering import as_owner_of_tables

pytestmark = pytest.mark.django_db

WORKER_MISSING = {"status": "warn", "output": "No background worker has reported for a minute."}


class Asked:
    """The answer to one probe, as a web server sends it."""

    def __init__(self, path: str, method: str = "GET") -> None:
        heads: list[Any] = []
        body = probes.answer_probe(
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
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the thread of the test, whose transaction no other connection sees."""
    monkeypatch.setattr(probes, "_run_in_thread", lambda work: work())
    monkeypatch.setattr(probes, "TIMEOUT_SECONDS", 60)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    probes._SchemaCheck.passed_at = None
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
        "checks": {
            name: [{"status": "pass"}]
            for name in ("database", "publications", "migrations", "worker", "storage")
        },
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
    monkeypatch.setattr(probes, "list_pending_migrations", lambda: waiting)
    asked = Asked("/readyz")
    assert asked.status == "503 Service Unavailable"
    assert asked.said["checks"]["migrations"] == [
        {"status": "fail", "output": "The database lacks migrations: run manage.py migrate."}
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
    away = file_store.build_bucket_store("s3://newsroom?endpoint=http://127.0.0.1:1", {}, name="FILES_URL")
    away["OPTIONS"] |= {"access_key": "desk", "secret_key": "only-ours"}
    settings.STORAGES = settings.STORAGES | {"default": away}
    beat(5)
    asked = Asked("/readyz")
    assert asked.status == "503 Service Unavailable"
    assert asked.said["checks"]["storage"] == [{"status": "fail", "output": "Files cannot be stored."}]


@pytest.mark.parametrize(
    ("part", "name", "words"),
    [
        ("_files_check", "storage", "The file store does not answer."),
        ("_database_check", "database", "The database does not answer."),
    ],
)
def test_a_hanging_check_is_waited_for_once_and_briefly(
    monkeypatch: pytest.MonkeyPatch, part: str, name: str, words: str
) -> None:
    asked, begun, goes_on = [], threading.Event(), threading.Event()

    def hang() -> dict[str, probes.Finding]:
        asked.append(1)
        begun.set()
        goes_on.wait(60)
        return {name: probes.Finding("pass")}

    hanging = probes._SlowCheck(hang, getattr(probes, part).silent)
    monkeypatch.setattr(
        probes, "_run_in_thread", lambda work: threading.Thread(target=work, daemon=True).start()
    )
    for other in ("_files_check", "_database_check"):
        monkeypatch.setattr(probes, other, probes._SlowCheck(dict, {}))
    monkeypatch.setattr(probes, part, hanging)
    monkeypatch.setattr(probes, "TIMEOUT_SECONDS", 0.01)
    for _ in range(5):
        assert Asked("/readyz").said["checks"][name] == [{"status": "fail", "output": words}]
    assert begun.wait(60)
    assert asked == [1]
    goes_on.set()
    assert hanging.future is not None
    assert hanging.future.result(60)[name].status == "pass"


@pytest.mark.slow
def test_a_locked_table_of_publications_makes_it_unready() -> None:
    beat(5)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SET ROLE NONE; LOCK TABLE claims_publication IN ACCESS EXCLUSIVE MODE")
        asked = Asked("/readyz")
    finally:
        other.close()
    assert (asked.status, asked.said["checks"]["publications"]) == (
        "503 Service Unavailable",
        [{"status": "fail", "output": "Published claims cannot be read: their table is locked."}],
    )
    assert asked.said["checks"]["worker"] == [{"status": "pass"}]
    assert Asked("/readyz").status == "200 OK"


def test_tables_of_another_version_make_it_unready(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("factcheck.web.probes.time.monotonic", lambda: now[0])
    assert Asked("/readyz").said["checks"]["migrations"] == [{"status": "pass"}]
    with as_owner_of_tables(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_topic RENAME COLUMN slug TO short_name")
    now[0] += probes.SCHEMA_MAX_AGE_SECONDS
    asked = Asked("/readyz")
    assert (asked.status, asked.said["checks"]["migrations"]) == (
        "503 Service Unavailable",
        [
            {
                "status": "fail",
                "output": "The tables of the database do not match this version of the program.",
            }
        ],
    )


def test_a_probe_leaves_no_file(files: Path) -> None:
    Asked("/readyz")
    assert list(files.iterdir()) == []


def test_head_has_no_body_and_other_methods_are_refused() -> None:
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
    assert probes.answer_probe({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda *head: None) is None
